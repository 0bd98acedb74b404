"""The page that the browser shows when a sign-in is over. It loads nothing from anywhere. Pure; any thread."""

from __future__ import annotations

import html
from typing import Final

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tiepoint</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root {{ color-scheme: light dark; --back: #f4f5f7; --card: #fff; --text: #1d2127; --soft: #5c6470; --mark: {mark}; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --back: #17191d; --card: #22262c; --text: #e8eaee; --soft: #a3abb8; }}
}}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, "Segoe UI", sans-serif; }}
main {{ background: var(--card); border-radius: 12px; padding: 40px 48px; max-width: 26rem;
  box-shadow: 0 1px 3px rgb(0 0 0 / 20%); border-top: 4px solid var(--mark); }}
h1 {{ font-size: 1.35rem; margin: 0 0 .5rem; }}
p {{ margin: 0; color: var(--soft); }}
</style></head>
<body><main><h1>{title}</h1><p>{words}</p></main></body></html>
"""
_GREEN: Final = "#2f9e5a"
_AMBER: Final = "#d08a1d"


def page(*, is_signed_in: bool, words: str = "") -> str:
    """Return the page.

    Args:
        is_signed_in: Whether it came to a sign-in.
        words: What else to say; the usual words where it is empty.
    """
    title = "You are signed in" if is_signed_in else "It did not come to a sign-in"
    usual = "Go back to Tiepoint. You can close this page."
    text = f"{words} {usual}" if words else usual
    return _PAGE.format(title=title, words=html.escape(text), mark=_GREEN if is_signed_in else _AMBER)
