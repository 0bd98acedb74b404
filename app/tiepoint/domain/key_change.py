"""A machine that shows another key than the pinned one: what a person has to compare. Pure; any thread.

It travels as the detail of `HostKeyChanged`, one `name: value` a line.
"""

from __future__ import annotations

from dataclasses import dataclass

from tiepoint.domain.route import HostKey


@dataclass(frozen=True, slots=True)
class KeyChange:
    """Both sides.

    Args:
        machine: Title of the hop: `jump box`, `scheduler`.
        host: Its address.
        pinned: Its pinned keys; none = it was never known.
        offered: What it shows now; None = nothing that can be read.
    """

    machine: str
    host: str
    pinned: tuple[HostKey, ...] = ()
    offered: HostKey | None = None

    @property
    def text(self) -> str:
        """As the detail of an error."""
        lines = [f"machine: {self.machine}", f"host: {self.host}", *(f"pinned: {key.line}" for key in self.pinned)]
        return "\n".join([*lines, *([f"offered: {self.offered.line}"] if self.offered else [])])


def read_key_change(detail: str) -> KeyChange:
    """Read the detail of a `HostKeyChanged`; what is not there stays empty."""
    found: dict[str, list[str]] = {}
    for line in detail.splitlines():
        name, _, value = line.partition(": ")
        found.setdefault(name, []).append(value.strip())

    def keys(name: str) -> tuple[HostKey, ...]:
        return tuple(HostKey(*value.split(" ", 1)) for value in found.get(name, []) if " " in value)

    first = next(iter(keys("offered")), None)
    return KeyChange("".join(found.get("machine", [])), "".join(found.get("host", [])), keys("pinned"), first)
