"""What can go wrong on the way to a cluster, in words: the first machine that does not answer, and those that do.

Foreign errors become ours here and nowhere else. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tiepoint.domain.errors import (
    AgentUnavailable,
    ConnectionLost,
    HostKeyChanged,
    KeyRefused,
    TiepointError,
)
from tiepoint.domain.key_change import KeyChange
from tiepoint.domain.route import Hop, HostKey, Route

_TOO_MANY: Final = "too many authentication failures"
_NO_COMMAND: Final = (127, 9009)
_NO_COMMAND_WORDS: Final = (
    "no such file",
    "not found",
    "is not recognized",
    "cannot find the path",
    "command not found",
)
_NOT_ALLOWED: Final = ("sudo:", "a password is required", "not in the sudoers", "access is denied")


def no_answer(route: Route, place: int, detail: str) -> ConnectionLost:
    """Say that a machine does not answer.

    Args:
        route: The whole way.
        place: Which of its hops, from 0; those before it answer.
        detail: What was seen.
    """
    hops = (*route.jumps, route.target)
    before = [title_of(hop) for hop in hops[:place]]
    if route.bastion is not None:
        before = ["Bastion"]
    silent = f"the {hops[place].title} ({address_of(hops[place])})"
    if not before:
        return ConnectionLost(
            f"{_capital(silent)} does not answer.",
            remedy="Look whether this computer is online, and whether its address may reach the cluster.",
            retryable=True,
            detail=detail,
        )
    answering = _all(before)
    verb = "answers" if len(before) == 1 else "answer"
    return ConnectionLost(
        f"{_capital(answering)} {verb}, {silent} does not.",
        remedy="It may be starting or stopped: look at its power state.",
        retryable=True,
        detail=detail,
    )


def broken(route: Route, detail: str) -> ConnectionLost:
    """Say that a connection that stood is gone."""
    where = f"the {route.target.title} ({address_of(route.target)})"
    return ConnectionLost(
        f"The connection to {where} was lost; jobs there are not affected.",
        remedy="It is made again by itself.",
        retryable=True,
        detail=detail,
    )


def other_key(hop: Hop, offered: HostKey | None) -> HostKeyChanged:
    """Say that a machine shows a key that is not pinned. The detail is a `KeyChange`."""
    shown = f"{offered.kind} {offered.fingerprint}" if offered else "none that can be read"
    detail = KeyChange(hop.title, address_of(hop), hop.keys, offered).text
    if not hop.keys:
        return HostKeyChanged(
            f"The key of the {hop.title} ({address_of(hop)}) is not known yet: it shows {shown}.",
            remedy="Compare it with the one the machine says it has; it is not connected to before you confirm it.",
            detail=detail,
        )
    pinned = ", ".join(f"{key.kind} {key.fingerprint}" for key in _comparable(hop.keys, offered))
    return HostKeyChanged(
        f"The {hop.title} ({address_of(hop)}) shows another key than the pinned one: {shown}, pinned is {pinned}.",
        remedy="If the machine was made anew, read its key again; else somebody may be listening: do not go on.",
        detail=detail,
    )


def key_refused(hop: Hop, offered: Sequence[str], locked: Sequence[str], detail: str) -> KeyRefused:
    """Say that a machine takes none of our keys.

    Args:
        hop: Which.
        offered: Fingerprints of what was offered.
        locked: Key files that need a passphrase and were not offered.
        detail: What the machine said.
    """
    if offered:
        shown = f"{len(offered)} offered: {', '.join(offered[:3])}{', …' if len(offered) > 3 else ''}"
        said = f"takes none of our keys for the account {hop.user} ({shown})"
    else:
        said = f"wants a key for the account {hop.user}, and there is none to offer"
    remedy = "Put the public key into the account's authorized_keys, or choose another key file."
    if locked:
        remedy = f"{', '.join(locked)} is locked by a passphrase: add it to the SSH agent with ssh-add."
    elif _TOO_MANY in detail.lower():
        remedy = "The SSH agent holds more keys than the machine lets us try: name the right key file."
    return KeyRefused(f"The {hop.title} ({address_of(hop)}) {said}.", remedy=remedy, detail=detail)


def no_agent(route: Route, status: int | None, errors: str) -> TiepointError:
    """Say why the command that joins the agent ended before the agent said anything."""
    where, last = f"the {route.target.title} ({address_of(route.target)})", _last_line(errors)
    detail = f"{route.command}: exit status {status}\n{errors}".strip()
    low = errors.lower()
    if status in _NO_COMMAND or any(words in low for words in _NO_COMMAND_WORDS):
        return AgentUnavailable(
            f"There is no agent on {where}: it has no {route.command}.",
            remedy="Install the agent there; then it is connected to by itself."
            if route.site.startswith("own/")
            else "Deploy the cluster again: that sets its machines up anew, and leaves what is there.",
            retryable=True,
            detail=detail,
        )
    if any(words in low for words in _NOT_ALLOWED):
        return AgentUnavailable(
            f"The account {route.target.user} may not join the agent on {where}: {last}",
            remedy="Install the agent there again, or let the account run it without a password (sudoers).",
            detail=detail,
        )
    return AgentUnavailable(
        f"The agent on {where} cannot be joined: {last or f'its command ended with status {status}'}",
        remedy="Look at its log there; installing it again may help.",
        retryable=True,
        detail=detail,
    )


def silent_agent(route: Route, waited_s: float, noise: bytes) -> AgentUnavailable:
    """Say that the command runs and the agent says nothing."""
    return AgentUnavailable(
        f"The {route.target.title} ({address_of(route.target)}) answers, its agent says nothing for {waited_s:.0f} s.",
        remedy="Look at the agent's log there; it may be starting.",
        retryable=True,
        detail=noise.decode(errors="replace")[-2000:],
    )


def address_of(hop: Hop) -> str:
    """Return a hop's address as people write it."""
    return hop.host if hop.port == 22 else f"{hop.host}:{hop.port}"


def title_of(hop: Hop) -> str:
    """Return how a hop stands in a sentence."""
    return f"the {hop.title}"


def is_too_many(error: Any) -> bool:
    """Whether a machine ended the talk because too many keys were tried."""
    return _TOO_MANY in str(error).lower()


def _comparable(pinned: Sequence[HostKey], offered: HostKey | None) -> Sequence[HostKey]:
    same = [key for key in pinned if offered is not None and key.kind == offered.kind]
    return same or pinned[:3]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


def _all(titles: Sequence[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
