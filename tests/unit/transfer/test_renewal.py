"""Renewing what came from the sign-in, while somebody wants it and no client gives it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from patience import PATIENCE_S
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import ConnectionLost, SignInNeeded, TiepointError
from tiepoint.transfer import renewal
from tiepoint.transfer.renewal import Renewal, Renewed, _read

PLACE = BlobPlace("https://tp.blob.example", "captures")
OTHER = BlobPlace("https://tp.blob.example", "products")
PLANTED = "planted-token"
TOKEN = Renewed(PLANTED, datetime(2026, 11, 26, 4, tzinfo=UTC))


class _Stand:
    def __init__(self, grace_s: float = 0.0) -> None:
        self.wanted: list[BlobPlace] = [PLACE]
        self.given: list[BlobPlace] = []
        self.answers: list[Renewed | TiepointError] = []
        self.done = threading.Event()
        self.asked = 0
        self.renewal = Renewal(lambda: tuple(self.wanted), self._give, grace_s, self._ask)

    def _ask(self) -> Renewed:
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else TOKEN
        if isinstance(answer, TiepointError):
            self.done.set()
            raise answer
        return answer

    def _give(self, place: BlobPlace, renewed: Renewed) -> None:
        assert renewed.token == PLANTED
        self.given.append(place)
        self.wanted.remove(place)
        if not self.wanted:
            self.done.set()

    def settled(self) -> bool:
        """Wait until the thread has ended."""
        thread = self.renewal._thread
        if thread is not None:
            thread.join(PATIENCE_S)
        return not self.renewal.is_at_work


@pytest.fixture
def stand() -> Iterator[_Stand]:
    made = _Stand()
    yield made
    made.renewal.close()


def test_only_what_came_from_the_sign_in_is_renewed(stand: _Stand) -> None:
    stand.renewal.want(PLACE)
    assert not stand.renewal.is_at_work
    stand.renewal.note(PLACE, is_by_sign_in=True)
    stand.renewal.want(PLACE)
    assert stand.done.wait(PATIENCE_S)
    assert stand.settled()
    assert stand.given == [PLACE]
    stand.renewal.note(PLACE, is_by_sign_in=False)
    stand.renewal.want(PLACE)
    assert not stand.renewal.is_at_work


def test_nothing_is_renewed_after_a_sign_out(stand: _Stand) -> None:
    stand.renewal.note(PLACE, is_by_sign_in=True)
    assert stand.renewal.forget() == (PLACE,)
    stand.renewal.want(PLACE)
    assert not stand.renewal.is_at_work
    assert stand.renewal.forget() == ()


def test_a_token_that_comes_after_the_sign_out_is_not_given(stand: _Stand) -> None:
    stand.renewal.note(PLACE, is_by_sign_in=True)

    def late() -> Renewed:
        stand.renewal.forget()
        stand.wanted.clear()
        return stand._ask()

    stand.renewal._ask = late
    stand.renewal.want(PLACE)
    assert stand.settled()
    assert stand.asked == 1
    assert stand.given == []


def test_one_token_serves_all_containers(stand: _Stand) -> None:
    stand.wanted = [PLACE, OTHER]
    for place in (PLACE, OTHER):
        stand.renewal.note(place, is_by_sign_in=True)
    stand.renewal.want(PLACE)
    stand.renewal.want(OTHER)
    assert stand.done.wait(PATIENCE_S)
    assert stand.settled()
    assert sorted(stand.given, key=lambda place: place.container) == [PLACE, OTHER]
    assert stand.asked == 1


def test_what_a_client_gave_meanwhile_needs_no_child(stand: _Stand) -> None:
    stand.renewal.note(PLACE, is_by_sign_in=True)
    stand.wanted.clear()
    stand.renewal.want(PLACE)
    assert stand.settled()
    assert stand.asked == 0


def test_without_a_sign_in_it_is_left_to_the_person(stand: _Stand) -> None:
    stand.answers = [SignInNeeded("Nobody is signed in.")]
    stand.renewal.note(PLACE, is_by_sign_in=True)
    stand.renewal.want(PLACE)
    assert stand.done.wait(PATIENCE_S)
    assert stand.settled()
    assert stand.given == []
    stand.done.clear()
    stand.renewal.want(PLACE)
    assert stand.done.wait(PATIENCE_S)
    assert stand.given == [PLACE]


def test_without_a_network_it_is_tried_again(stand: _Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "_AGAIN_S", 0.001)
    stand.answers = [ConnectionLost("Azure cannot be reached."), ConnectionLost("Azure cannot be reached.")]
    stand.renewal.note(PLACE, is_by_sign_in=True)
    stand.renewal.want(PLACE)
    assert stand.settled()
    assert stand.asked == 3
    assert stand.given == [PLACE]


def test_closing_ends_a_wait_at_once() -> None:
    stand = _Stand(grace_s=60)
    stand.renewal.note(PLACE, is_by_sign_in=True)
    stand.renewal.want(PLACE)
    assert stand.renewal.is_at_work
    stand.renewal.close()
    assert stand.settled()
    stand.renewal.want(PLACE)
    assert not stand.renewal.is_at_work


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (b"", SignInNeeded),
        (b'{"token": "planted-token"}', SignInNeeded),
        (b'["planted-token"]', SignInNeeded),
        (b'{"token": "planted-token", "expires": "soon"}', SignInNeeded),
        (b'{"error": {"kind": "connection", "summary": "Azure cannot be reached."}}', ConnectionLost),
        (b'{"error": {"kind": "sign-in", "summary": "Nobody is signed in."}}', SignInNeeded),
    ],
)
def test_what_the_child_says_is_read_and_never_repeated(told: bytes, error: type[TiepointError]) -> None:
    with pytest.raises(error) as raised:
        _read(told)
    assert PLANTED not in f"{raised.value} {raised.value.detail} {raised.value.remedy}"


def test_a_token_is_read_and_not_shown() -> None:
    renewed = _read(b'{"token": "planted-token", "expires": 1795672800}')
    assert renewed.token == PLANTED
    assert PLANTED not in repr(renewed)
