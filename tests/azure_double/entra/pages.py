"""The sign-in pages, for a person with a browser: a button for everything that can come of a sign-in."""

from __future__ import annotations

import html
from collections.abc import Mapping

from azure_double.people import People

_STYLE = (
    "body{font:16px system-ui;max-width:34em;margin:4em auto;padding:0 1em;color:#222}"
    "button{display:block;width:100%;margin:.4em 0;padding:.7em;text-align:left;font:inherit}"
    "input{font:inherit;padding:.5em;width:12em;letter-spacing:.1em}"
)


def page(title: str, content: str) -> str:
    """Return a whole page."""
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(title)}</title>"
        f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1>{content}</html>"
    )


def hidden(fields: Mapping[str, str]) -> str:
    """Return fields that travel along unseen."""
    return "".join(
        f'<input type=hidden name="{html.escape(key)}" value="{html.escape(value)}">' for key, value in fields.items()
    )


def sign_in_page(people: People, tenant: str, action: str, query: Mapping[str, str]) -> str:
    """Return the page that asks who it is."""
    where = people.tenant(tenant)
    words = f"to {where.name}" if where else "to your organisation"
    return page(
        f"The Azure double: sign in {words}",
        f'<form method=post action="{html.escape(action)}">{hidden(query)}{_buttons(people)}'
        "<button name=answer value=decline>Decline</button></form>"
        "<p>Close this window to cancel.</p>",
    )


def device_page(people: People) -> str:
    """Return the page that asks for the code."""
    return page(
        "The Azure double: enter the code",
        f"<form method=post action=/device><p>Code: <input name=user_code autofocus></p>{_buttons(people)}"
        "<button name=answer value=decline>Decline</button></form>",
    )


def form_post_page(redirect: str, fields: Mapping[str, str]) -> str:
    """Return the page that hands the answer to the application by itself."""
    return page(
        "Back to the application",
        f'<form method=post action="{html.escape(redirect)}">{hidden(fields)}<button>Continue</button></form>'
        "<script>document.forms[0].submit()</script>",
    )


def _buttons(people: People) -> str:
    return "".join(
        "<button name=username "
        f'value="{html.escape(each.username)}">{html.escape(each.button or each.username)}</button>'
        for each in people.values()
    )
