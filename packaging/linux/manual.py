"""The manual page of `tiepoint`, made from the command line itself, so that the two never differ.

Needs the project's environment (Typer and the program).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import typer

from tiepoint.cli import app

_FILES: Final = (
    (
        "~/.local/share/tiepoint, ~/.config/tiepoint, ~/.cache/tiepoint, ~/.local/state/tiepoint",
        "Captures, jobs and receipts; settings; what can be made again; logs. With TIEPOINT_HOME set all of it lies "
        "below that folder. Removing the package leaves them.",
    ),
    ("/etc/tiepoint/policy.json", "What an organisation has set. See /usr/share/doc/tiepoint/examples."),
)
_STATUS: Final = (
    "0 done, 1 failed, 2 usage or set-up, 3 the photos cannot be used, 4 needs sign-in, 5 partial, 130 canceled. With "
    "--json every line on standard output is one object, the last one being the result; logs go to standard error."
)
_LISTED_UNDER: Final = {"help"}


def manual(version: str, date: str) -> str:
    """Return the page in man(7)'s language.

    Args:
        version: The program's.
        date: Day of the release, YYYY-MM-DD.
    """
    root: Any = typer.main.get_command(app)
    lines = [
        f'.TH TIEPOINT 1 "{date}" "Tiepoint {version}" "User Commands"',
        ".SH NAME",
        "tiepoint \\- make textured models from photos, here or on a cluster",
        ".SH SYNOPSIS",
        ".B tiepoint",
        ".RI [ COMMAND ]",
        ".RI [ ARGUMENT ...]",
        ".SH DESCRIPTION",
        _text(root.help or ""),
        "Without a command it opens its window where one can be shown.",
        ".SH COMMANDS",
    ]
    for words, command in _commands(root, ()):
        lines += _command(words, command)
    lines += [".SH EXIT STATUS", _text(_STATUS), ".SH FILES"]
    for name, told in _FILES:
        lines += [".TP", f".I {_text(name)}", _text(told)]
    lines += [".SH SEE ALSO", ".BR tiepoint\\-panel (1),", ".BR tiepoint\\-agent (1)"]
    return "\n".join(lines) + "\n"


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield (*words, name), command


def _command(words: tuple[str, ...], command: Any) -> Iterator[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and each.name not in _LISTED_UNDER]
    yield f".SS tiepoint {_text(' '.join(words))}{''.join(f' {_text(_placed(each))}' for each in arguments)}"
    yield _text(" ".join((command.help or "").split()))
    for each in (*arguments, *options):
        if told := getattr(each, "help", None):
            yield ".TP"
            yield f".B {_text(_named(each))}"
            yield _text(" ".join(told.split()))


def _placed(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    name = f"{name}..." if argument.nargs == -1 and not name.endswith("...") else name
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _named(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _placed(parameter)
    spelt = ", ".join((*parameter.opts, *parameter.secondary_opts))
    return spelt if parameter.is_flag else f"{spelt} {parameter.metavar or parameter.name.upper()}"


def _text(text: str) -> str:
    """Escape what man(7) would read as its own."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", escaped)
