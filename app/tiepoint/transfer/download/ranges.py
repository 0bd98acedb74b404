"""Which ranges of a large file have arrived, which are under way, and how far it is whole from its beginning.

Must not read or write anything. Pure; under the desk's lock.
"""

from __future__ import annotations

from collections.abc import Iterable


class Ranges:
    """The ranges of one file, numbered from 0, all of one size but the last.

    Args:
        size: Bytes of the file.
        range_bytes: Bytes of a range.
        arrived: Numbers of those that are here already.
    """

    def __init__(self, size: int, range_bytes: int, arrived: Iterable[int] = ()) -> None:
        self.size = size
        self.range_bytes = range_bytes
        self.count = -(-size // range_bytes)
        self._arrived = {number for number in arrived if 0 <= number < self.count}
        self._wanted = [number for number in range(self.count - 1, -1, -1) if number not in self._arrived]
        self._under_way: set[int] = set()
        self._front = 0
        self._advance()

    @property
    def is_whole(self) -> bool:
        """Whether all have arrived."""
        return len(self._arrived) == self.count

    @property
    def count_under_way(self) -> int:
        """How many were taken and are neither settled nor given back."""
        return len(self._under_way)

    @property
    def front_bytes(self) -> int:
        """Up to which byte everything has arrived."""
        return min(self._front * self.range_bytes, self.size)

    @property
    def arrived_bytes(self) -> int:
        """Bytes that have arrived."""
        short = self.count * self.range_bytes - self.size if self.count - 1 in self._arrived else 0
        return len(self._arrived) * self.range_bytes - short

    def span(self, number: int) -> tuple[int, int]:
        """Return offset and length of a range."""
        offset = number * self.range_bytes
        return offset, min(self.range_bytes, self.size - offset)

    def take(self) -> int | None:
        """Take the first range that is wanted; None when all are here or under way."""
        if not self._wanted:
            return None
        number = self._wanted.pop()
        self._under_way.add(number)
        return number

    def take_these(self, numbers: Iterable[int]) -> list[int]:
        """Take certain ranges out of turn.

        Returns:
            Those that could be taken, the last first.
        """
        taken = set(numbers) & set(self._wanted)
        self._wanted = [number for number in self._wanted if number not in taken]
        self._under_way |= taken
        return sorted(taken, reverse=True)

    def give_back(self, number: int) -> None:
        """A range that was taken did not come; it is the next to be taken."""
        self._under_way.discard(number)
        self._wanted.append(number)

    def settle(self, number: int) -> None:
        """A range that was taken has arrived."""
        self._under_way.discard(number)
        self._arrived.add(number)
        self._advance()

    def _advance(self) -> None:
        while self._front in self._arrived:
            self._front += 1
