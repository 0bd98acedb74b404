"""What is wrong with one photo, with the numbers, and the button that puts it in or leaves it out. The GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from tiepoint.domain.photo_set import SetPhoto
from tiepoint.ui.pages.photos.footer import set_toggle
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.photos_text import ISSUE_ICONS, issue_tone, issue_word
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Well
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, empty, row


class IssueCard(Well):
    """The issues of a photo, the gravest first, or that nothing is wrong.

    Args:
        toggle: Puts the photo in, or leaves it out.
    """

    def __init__(self, toggle: Callable[[], object]) -> None:
        super().__init__(margins=(12, 10, 10, 10))
        self.toggle_button = Button("", "plus", size="small")
        self.toggle_button.clicked.connect(lambda: toggle())
        self._head = row(spacing=10)
        self._lines = column(spacing=8)
        head = row(self._head, self.toggle_button, spacing=10)
        head.setStretch(0, 1)
        self.content.addLayout(head)
        self.content.addLayout(self._lines)
        self._said: tuple[object, ...] = ()

    def show_photo(self, photo: SetPhoto) -> None:
        """Show what is wrong with a photo."""
        set_toggle(self.toggle_button, (photo,))
        said = (photo.issues, photo.is_included, photo.is_checked)
        if said == self._said:
            return
        self._said = said
        empty(self._head)
        empty(self._lines)
        first, *others = _parts(photo)
        for part in _title(*first[:3]):
            self._head.addWidget(part)
        self._head.setStretch(1, 1)
        if first[3]:
            self._lines.addWidget(Label(plain(first[3], limit=300), "sub", wrap=True))
        for icon, colour, title, text in others:
            self._lines.addLayout(row(*_title(icon, colour, title), None, spacing=10))
            self._lines.addWidget(Label(plain(text, limit=300), "sub", wrap=True))


def _parts(photo: SetPhoto) -> list[tuple[str, str, str, str]]:
    """Return icon, tone, title and text of each line."""
    if photo.issues:
        return [
            (
                ISSUE_ICONS[issue.kind],
                f"{issue_tone(issue)}.text",
                issue_word(issue),
                " ".join(said_below(part) for part in (issue.summary, issue.remedy) if part),
            )
            for issue in photo.issues
        ]
    if not photo.is_checked:
        return [("loader", "text2", tr("Photos", "Not checked"), tr("Photos", "The checks run by themselves."))]
    if not photo.is_included:
        return [("eye-off", "text2", tr("Photos", "Left out by you"), tr("Photos", "Nothing is wrong with it."))]
    return [("circle-check", "ok.text", tr("Photos", "Fine"), "")]


def _title(icon: str, colour: str, title: str) -> tuple[Glyph, Label]:
    return Glyph(icon, colour, 16), ElidedLabel(title, "title")
