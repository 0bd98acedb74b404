"""A browser for the program under test: `BROWSER="python browser_play.py USERNAME CA_FILE %s"`.

It presses a button on the double's sign-in page and posts the answer where that page says, as a real one would.
"""

from __future__ import annotations

import html.parser
import ssl
import sys
import urllib.parse
import urllib.request

from patience import PATIENCE_S


class _Form(html.parser.HTMLParser):
    """The first form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "form":
            self.action = named.get("action") or ""
        if tag == "input" and named.get("name"):
            self.fields[named["name"] or ""] = named.get("value") or ""


def main(username: str, ca_file: str, address: str) -> None:
    """Sign in as somebody."""
    context = ssl.create_default_context(cafile=ca_file)
    page = _form(_text(address, None, context))
    action = urllib.parse.urljoin(address, page.action)
    answered = _form(_text(action, {**page.fields, "username": username}, context))
    _text(answered.action, answered.fields, None)


def _text(address: str, fields: dict[str, str] | None, context: ssl.SSLContext | None) -> str:
    data = urllib.parse.urlencode(fields).encode() if fields is not None else None
    with urllib.request.urlopen(urllib.request.Request(address, data), timeout=PATIENCE_S, context=context) as reply:
        return bytes(reply.read()).decode()


def _form(page: str) -> _Form:
    form = _Form()
    form.feed(page)
    return form


if __name__ == "__main__":
    main(*sys.argv[1:4])
