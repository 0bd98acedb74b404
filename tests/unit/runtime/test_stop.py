"""The switch that ends blocked threads: what works under it ends, what comes too late does not begin."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tiepoint.domain.errors import Canceled
from tiepoint.runtime.stop import Stop, Stopped

_LONG_S = 60.0


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with ExitStack() as stack:
        ours, theirs = socket.socketpair()
        stack.enter_context(ours)
        stack.enter_context(theirs)
        yield ours, theirs


def test_a_parent_stops_its_children() -> None:
    parent = Stop()
    child, released = Stop(parent), Stop(parent)
    released.release()
    parent.stop()
    assert (child.is_set, released.is_set, Stop(parent).is_set) == (True, False, True)


def test_a_child_stops_itself_alone() -> None:
    parent = Stop()
    child, other = Stop(parent), Stop(parent)
    child.stop()
    assert (parent.is_set, other.is_set) == (False, False)
    parent.check()


def test_what_was_stopped_is_no_failure() -> None:
    stop = Stop()
    stop.stop()
    with pytest.raises(Canceled, match="It was stopped"):
        stop.check()


def test_nobody_sleeps_on() -> None:
    stop = Stop()
    began_s = time.monotonic()
    timer = threading.Timer(0.05, stop.stop)
    timer.start()
    with pytest.raises(Stopped):
        stop.wait(_LONG_S)
    with pytest.raises(Stopped):
        stop.wait(0.0)
    timer.join()
    assert time.monotonic() - began_s < _LONG_S / 2


def test_a_sleep_that_nobody_stops_ends_by_itself() -> None:
    Stop().wait(0.001)
    Stop().wait(-1.0)


def test_a_parent_wakes_who_waits_for_a_socket(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    parent = Stop()
    stop, heard = Stop(parent), []

    def wait() -> None:
        with stop.covering(ours):
            waits.set()
            heard.append(ours.recv(1))

    waits = threading.Event()
    thread = threading.Thread(target=wait)
    thread.start()
    waits.wait(_LONG_S)
    parent.stop()
    thread.join(_LONG_S)
    assert heard == [b""]


def test_a_socket_let_go_of_is_left_alone(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    stop = Stop()
    with stop.covering(ours):
        pass
    stop.uncover(ours)
    stop.stop()
    ours.sendall(b"x")
    assert theirs.recv(1) == b"x"


def test_no_socket_is_taken_under_a_switch_that_is_set(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    stop = Stop()
    stop.stop()
    with pytest.raises(Stopped), stop.covering(ours):
        pytest.fail("it must not begin")
    ours.sendall(b"x")
    assert theirs.recv(1) == b"x"


def test_a_closed_socket_is_no_trouble(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    stop = Stop()
    stop.cover(ours)
    ours.close()
    stop.stop()
