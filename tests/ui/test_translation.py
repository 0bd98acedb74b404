"""Every text of the panel passes through `tr`: a translator that puts brackets around all it is asked for shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from PySide6.QtCore import QAbstractItemModel, QCoreApplication, Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QWidget,
)

from tiepoint.ui.pages.cluster.page import ClusterPage
from tiepoint.ui.pages.page import Page
from ui.scenes import SCENES

InQt = Callable[[Any], Any]
_BRACKETED: Final = re.compile(r"«[^«»]*»")
_WORD: Final = re.compile(r"[A-Za-z]{3,}")
_MOST_ROWS: Final = 12


class Brackets(QTranslator):
    """Translates everything into itself between brackets."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:  # type: ignore[override]
        return f"«{source}»"

    def isEmpty(self) -> bool:
        return False


@pytest.fixture
def brackets(qapp: QCoreApplication) -> Iterator[None]:
    """Put brackets around what is translated."""
    translator = Brackets()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def _texts(root: QWidget) -> Iterator[str]:
    for widget in (root, *root.findChildren(QWidget)):
        if widget.isVisible():
            yield from _texts_of(widget)
    if isinstance(root, Page):
        content = root.strip()
        yield from (content.title, content.state_text, content.subtitle)
        yield from (part for fact in content.facts for part in fact)
        yield from (action.text() for action in content.actions)


def _texts_of(widget: QWidget) -> Iterator[str]:
    yield widget.accessibleName()
    yield re.sub("<[^>]*>", "", widget.toolTip())
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(place) for place in range(widget.count()))
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from _texts_of_model(widget.model())


def _texts_of_model(model: QAbstractItemModel) -> Iterator[str]:
    sides, roles = Qt.Orientation, (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
    for column in range(model.columnCount()):
        yield str(model.headerData(column, sides.Horizontal) or "")
        for line in range(min(model.rowCount(), _MOST_ROWS)):
            for role in roles:
                found = model.index(line, column).data(role)
                yield found if isinstance(found, str) else ""


def _left_over(text: str) -> str:
    """Take away what was translated, and what is data: names, paths, versions, units, keys."""
    before = ""
    while before != text:
        before, text = text, _BRACKETED.sub(" ", text)
    for data in _DATA:
        text = data.sub(" ", text)
    return text


_DATA: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"day \d+/IMG_\d+\.JPG",
        r"\S*[/\\]\S*",  # paths
        r"[\w<>-]+( \w+)?\.(jpg|JPG|txt|glb|ply|obj|json|html)",
        r"(Ctrl|Shift|Alt)(\+\S+)+",
        r"^((Backspace|Delete|Escape|Return|Space|Tab|Left|Right|Up|Down|Enter)\b ?)+",
        r"\b\d[\d\s.,]*(min|GB|MB|kB|px)\b",
        r"\b(GPS|CRS|ENU|EPSG:\d+|Tiepoint|Python|Linux|Azure|COLMAP|pycolmap|DJI FC\w+)\b",
        r"[\w.]+@[\w.]+|\b(Atelier|Workshop)\b",  # accounts
        r"\b[\d.]+ (TiB|GiB|vCPU|MB/s)\b",
        r"X{5}(-X{5})+",  # the shape of a code
        r"^[A-Z][\w ]+  \([a-z]+\d?\)$",  # regions to choose from
        r"\b((East|West|South Central) US( [23])?|Sweden Central)\b",  # regions
        r"\b(NV\w+ A10 v5|NC\w+( \w+)? v[4-6]|D\d+s v5|NVads A10 v5|[a-z]\w*Family)\b",  # sizes of machines
        r"\b(cluster\.toml|tiepoint|tiepoint\.internal|swedencentral|eastus2?|southcentralus|westus3)\b",
        r"\b(nic-)?(node-\d+|scheduler)\b|\b(nat|vnet|nsg|pip|kv|id|lustre|logs|rules|bastion)-harbour\S*",  # resources
        r"\btpharbour\w*",
        r"^(Apache 2.0|ISC|OFL 1.1)$",  # licences
        r"\b(brighton|harbour|ourphotos|captures( / \d+-brighton-\w+)?)\b",  # captures and where they go
        r"^\d\d:\d\d:\d\d\.\d{3} +info +line \d$",  # lines of a log
        r"SHA256:\S+|\bssh-(ed25519|keygen)\b|\S+\.pub\b",  # keys of machines
        r"\b(atelier(-east)?|studio|Quarry|NVIDIA A10|nfs4|ext4)\b",  # clusters, what they have
        r"\b(Beach|Brighton|Older|Fountain wall|ada|bad|done|gone|next|old|rest|raw|workshop|fake|worker-\d)\b",
    )
)
_FROM_BELOW: Final = (
    "It is no longer where it was.",  # issues of photos and reasons of skipped files are made where files are read
    "It is no photo.",
    "There is no model in",  # failures name files and figures
    "No two of the photos show the same details.",
    "The connection to the agent was lost.",
    "Little of a photo could be measured.",  # warnings of a result
    "Azure has no machine of this size free just now.",  # failures of clusters
    "There is no connection to Azure.",
    "This account belongs to another organisation.",
    "Type that organisation’s domain, and sign in again.",
    "Check the network; it is tried again by itself.",
    "The jump box answers, the scheduler (10.0.1.250) does not.",  # failures on the way to a cluster
    "shows another key than the pinned one",
    "There is no agent on the scheduler.",
    "node-02 has an empty folder there",
    "The agent cannot be reached.",
    "Evicted at 13:58 by Azure",  # notices of nodes
    "Paused since it joined",
    "± is 95 %, from",  # the domain's note on uncertainty
)
"""Sentences with names and figures in them, which the layers below write in English."""


def _found_by_checks(shown: QWidget) -> tuple[str, ...]:
    """Return what the checks of this computer found, in the services' words."""
    findings = shown.doctor.findings if isinstance(shown, ClusterPage) else ()
    return tuple(text for finding in findings for text in (finding.text, finding.remedy) if text)


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.usefixtures("brackets")
def test_every_text_is_translated(in_qt: InQt, name: str) -> None:
    async def scene() -> None:
        async with SCENES[name]() as shown:
            found = {text for text in _texts(shown) if _WORD.search(_left_over(text))}
            known = _FROM_BELOW + _found_by_checks(shown)
            found = {text for text in found if not any(sentence in text for sentence in known)}
            assert not found, "\n".join(sorted(found))

    in_qt(scene())
