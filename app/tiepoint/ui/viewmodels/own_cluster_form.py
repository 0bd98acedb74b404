"""What a person types of a cluster of their own, judged as they type. Pure; any thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.route import Hop
from tiepoint.ui.text import plain, tr

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})|\[?[0-9A-Fa-f:.]+\]?")
_USER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9._$\\-]{0,63}")
_LAST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class OwnClusterForm:
    """The fields, as typed.

    Args:
        name: For people.
        scheduler: `user@host` or `user@host:port`.
        jump: The same of a jump box; empty = none.
        key_file: Private key; empty = the SSH agent and the usual ones.
        captures: Address of a container for photos; empty = none.
        products: Address of a container for products; empty = none.
        is_windows: Whether the scheduler is a Windows machine.
        command: What joins the agent there; empty = the usual one.
    """

    name: str = ""
    scheduler: str = ""
    jump: str = ""
    key_file: str = ""
    captures: str = ""
    products: str = ""
    is_windows: bool = False
    command: str = ""


def judge(form: OwnClusterForm, taken: tuple[str, ...] = ()) -> tuple[OwnCluster | None, str]:
    """Return the cluster that was typed, or None and what is missing or wrong, in a sentence.

    Args:
        form: What was typed.
        taken: Names that other clusters have.
    """
    why = _name_refusal(form.name.strip(), taken)
    scheduler, jump = read_hop(form.scheduler, "scheduler"), read_hop(form.jump, "jump box")
    if not why and scheduler is None:
        why = tr("OwnCluster", "Name the scheduler as user@host, or user@host:port.")
    if not why and form.jump.strip() and jump is None:
        why = tr("OwnCluster", "Name the jump box as user@host, or leave it empty.")
    key_file = Path(form.key_file.strip()).expanduser() if form.key_file.strip() else None
    if not why and key_file is not None and not key_file.is_file():
        why = tr("OwnCluster", "There is no key file {file}.", file=plain(str(key_file), limit=80))
    why = why or _container_refusal(form.captures) or _container_refusal(form.products)
    if why or scheduler is None:
        return None, why
    return (
        OwnCluster(
            form.name.strip(),
            scheduler,
            (jump,) if jump is not None else (),
            form.captures.strip().rstrip("/"),
            form.products.strip().rstrip("/"),
            (key_file,) if key_file is not None else (),
            form.command.strip(),
            is_windows=form.is_windows,
        ),
        "",
    )


def read_hop(text: str, title: str) -> Hop | None:
    """Read `user@host:port`; None when it makes none."""
    user, at, place = text.strip().rpartition("@")
    host, colon, port = place.rpartition(":")
    if not colon or ":" in host.strip("[]") and not place.startswith("["):
        host, port = place, "22"
    if place.startswith("[") and place.endswith("]"):
        host, port = place, "22"
    is_user = bool(at) and bool(_USER.fullmatch(user))
    is_port = port.isascii() and port.isdigit() and 0 < int(port) <= _LAST_PORT
    if not is_user or not is_port or not _HOST.fullmatch(host):
        return None
    return Hop(title, host.strip("[]"), int(port), user)


def _name_refusal(name: str, taken: tuple[str, ...]) -> str:
    if not name:
        return tr("OwnCluster", "Give it a name.")
    if not _NAME.fullmatch(name):
        return tr("OwnCluster", "A name has letters, digits, points and hyphens, and begins with a letter or digit.")
    if name.casefold() in {each.casefold() for each in taken}:
        return tr("OwnCluster", "There is a cluster of this name already.")
    return ""


def _container_refusal(text: str) -> str:
    address = text.strip()
    if not address:
        return ""
    scheme, _, rest = address.partition("://")
    is_local = rest.startswith(("127.0.0.1", "localhost", "[::1]"))
    if scheme != "https" and not (scheme == "http" and is_local):
        return tr("OwnCluster", "The address of a container begins with https://.")
    if len([part for part in rest.rstrip("/").split("/") if part]) < 2:
        return tr("OwnCluster", "The address names an account and a container: https://ACCOUNT…/CONTAINER.")
    return "" if "?" not in rest else tr("OwnCluster", "Leave the signature (from the ? on) out of the address.")
