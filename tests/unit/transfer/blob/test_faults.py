"""What a connection makes of everything that can go wrong on the way, against a server that does as it is told."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator

import pytest

from scripted_server import Exchange, ScriptedServer, Step, answer, created, failure, web_page
from tiepoint.domain.blob_place import read_place
from tiepoint.runtime.stop import Stop, Stopped
from tiepoint.transfer.blob import connection
from tiepoint.transfer.blob.bucket import TokenBucket
from tiepoint.transfer.blob.connection import BlobConnection
from tiepoint.transfer.blob.credentials import SAS, Credentials
from tiepoint.transfer.blob.errors import (
    BadRequest,
    BlobError,
    BlobMissing,
    Busy,
    Changed,
    ContainerMissing,
    Corrupted,
    Exists,
    NameRefused,
    Unreachable,
)
from tiepoint.transfer.blob.line import Line, LineSettings

SECRET = "sv=2021-12-02&sp=rcwl&sr=c&sig=Very%2FSecret"
BIG = memoryview(bytes(64 * 2**20))
"""More than any socket holds by itself."""


class Stand:
    """A connection to a scripted server."""

    def __init__(self, server: ScriptedServer, *, progress_s: float = 20.0, bucket: TokenBucket | None = None) -> None:
        place, _ = read_place(server.url)
        credentials = Credentials()
        credentials.give(place, SAS, SECRET)
        self.stop = Stop()
        self.line = Line(LineSettings(progress_s=progress_s, connect_s=10.0))
        self.blob = BlobConnection(place, credentials, line=self.line, stop=self.stop, bucket=bucket)

    def put(self, content: bytes | memoryview = b"content", pieces: int = 2**18) -> None:
        view = memoryview(content)
        parts = [view[at : at + pieces] for at in range(0, len(view), pieces)]
        self.blob.put_blob("a.jpg", len(view), hashlib.md5(b"").digest(), parts)


@pytest.fixture
def stands() -> Iterator[list[Stand]]:
    made: list[Stand] = []
    yield made
    for stand in made:
        stand.line.close()


def stand_for(server: ScriptedServer, stands: list[Stand], **more: object) -> Stand:
    stands.append(Stand(server, **more))  # type: ignore[arg-type]
    return stands[-1]


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (failure(409, "BlobAlreadyExists"), Exists),
        (failure(403, "UnauthorizedBlobOverwrite"), Exists),
        (failure(412, "ConditionNotMet"), Changed),
        (failure(412, "LeaseIdMissing"), BadRequest),
        (failure(400, "Md5Mismatch"), Corrupted),
        (failure(400, "InvalidOperation"), Corrupted),
        (failure(404, "ContainerNotFound"), ContainerMissing),
        (failure(409, "ContainerBeingDeleted"), ContainerMissing),
        (failure(404, "BlobNotFound"), BlobMissing),
        (failure(400, "InvalidBlockList"), BlobMissing),
        (failure(400, "InvalidResourceName"), NameRefused),
        (failure(400, "InvalidHeaderValue"), BadRequest),
        (failure(413, "RequestBodyTooLarge"), BadRequest),
        (failure(501, "NotImplemented"), BadRequest),
        (failure(503, "ServerBusy"), Busy),
        (failure(500, "OperationTimedOut"), Busy),
        (failure(408, ""), Busy),
        (failure(429, "TooManyRequests"), Busy),
        (failure(409, "PendingCopyOperation"), Busy),
        (web_page(302, "Location: http://portal.example/"), Unreachable),
        (web_page(511), Unreachable),
        (web_page(200), Unreachable),
        (web_page(201), Unreachable),
        (web_page(401), Unreachable),
        (web_page(403), Unreachable),
        (web_page(404), Unreachable),
        (web_page(503), Busy),
        (answer(200), BadRequest),
        (answer(404), BlobMissing),
    ],
)
def test_every_answer_has_its_error_and_the_connection_stays(
    step: Step, kind: type[BlobError], stands: list[Stand]
) -> None:
    with ScriptedServer(step, created) as server:
        stand = stand_for(server, stands)
        with pytest.raises(kind) as caught:
            stand.put()
        error = caught.value
        assert type(error) is kind
        assert error.summary.endswith(".")
        assert "Secret" not in repr(error.to_dict())
        stand.put()
        assert server.connections == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ("Retry-After: 7", 7.0),
        ("x-ms-retry-after-ms: 1500", 1.5),
        ("Retry-After: soon", None),
        ("X-Other: 1", None),
        ("x-ms-retry-after-ms: \u00b2", None),
        ("Retry-After: Mon, 01 Jan 2024 00:00:00 +99999999999999999999", None),
    ],
)
def test_a_busy_server_says_how_long(headers: str, seconds: float | None, stands: list[Stand]) -> None:
    with ScriptedServer(failure(503, "ServerBusy", headers=headers)) as server:
        with pytest.raises(Busy) as caught:
            stand_for(server, stands).put()
        assert caught.value.retry_after_s == seconds
        assert caught.value.retryable


def test_what_the_server_says_is_told_without_its_secret_in_the_detail(stands: list[Stand]) -> None:
    words = "The value sig=Very%2FSecret is not valid; Authorization: Bearer ey.very.Secret"
    with ScriptedServer(failure(400, "InvalidHeaderValue", words, "x-ms-request-id: 42")) as server:
        with pytest.raises(BadRequest) as caught:
            stand_for(server, stands).put()
        assert "Secret" not in caught.value.detail
        assert "request 42" in caught.value.detail


def test_one_connection_serves_many_requests(stands: list[Stand]) -> None:
    with ScriptedServer(created) as server:
        stand = stand_for(server, stands)
        for _ in range(5):
            stand.put()
        assert (server.connections, len(server.seen)) == (1, 5)


def test_a_connection_closed_while_idle_is_replaced_without_a_word(stands: list[Stand]) -> None:
    def created_then_closed(exchange: Exchange) -> None:
        created(exchange)
        exchange.close()

    with ScriptedServer(created_then_closed) as server:
        stand = stand_for(server, stands)
        for _ in range(4):
            stand.put()
        assert server.connections == 4


def test_a_connection_that_breaks_at_the_first_byte_after_idling_is_replaced_once(stands: list[Stand]) -> None:
    with ScriptedServer(created, lambda exchange: exchange.reset(), created) as server:
        stand = stand_for(server, stands)
        stand.put()
        stand.put()
        assert server.connections == 2
    with ScriptedServer(created, lambda exchange: exchange.reset()) as server:
        stand = stand_for(server, stands)
        stand.put()
        with pytest.raises(Unreachable):
            stand.put()
        assert server.connections == 2


def test_a_body_that_can_be_had_once_is_not_sent_twice(stands: list[Stand]) -> None:
    with ScriptedServer(created, lambda exchange: exchange.reset(), created) as server:
        stand = stand_for(server, stands)
        stand.put()
        once = (memoryview(part) for part in (b"con", b"tent"))
        with pytest.raises(Unreachable):
            stand.blob.put_blob("a", 7, b"0" * 16, once)
        stand.put()


def test_a_new_connection_that_breaks_is_a_fault(stands: list[Stand]) -> None:
    with ScriptedServer(lambda exchange: exchange.reset()) as server:
        with pytest.raises(Unreachable) as caught:
            stand_for(server, stands).put()
        assert caught.value.retryable
        assert not caught.value.is_offline
        assert server.connections == 1


def test_an_answer_that_comes_while_sending_ends_the_sending(stands: list[Stand]) -> None:
    def full(exchange: Exchange) -> None:
        exchange.reply(403, "x-ms-error-code: UnauthorizedBlobOverwrite")
        exchange.over.wait(60)  # and never reads the rest

    with ScriptedServer(full) as server:
        stand = stand_for(server, stands, progress_s=60.0)
        with pytest.raises(Exists):
            stand.put(BIG)


def test_an_answer_before_the_connection_breaks_is_heard_if_it_arrived(stands: list[Stand]) -> None:
    def busy_and_gone(exchange: Exchange) -> None:
        exchange.reply(503, "Retry-After: 3")
        exchange.close()

    with ScriptedServer(busy_and_gone) as server, pytest.raises((Busy, Unreachable)):
        stand_for(server, stands).put(BIG)


def test_an_early_success_is_not_believed_to_keep_the_connection(stands: list[Stand]) -> None:
    def hasty(exchange: Exchange) -> None:
        exchange.reply(503)
        exchange.over.wait(60)

    with ScriptedServer(hasty, created) as server:
        stand = stand_for(server, stands)
        with pytest.raises(Busy):
            stand.put(BIG)
        stand.put()
        assert server.connections == 2


def test_a_standstill_while_sending_is_given_up(stands: list[Stand]) -> None:
    with ScriptedServer(lambda exchange: exchange.say_nothing()) as server:
        stand = stand_for(server, stands, progress_s=0.3)
        with pytest.raises(Unreachable, match="stood still"):
            stand.put(BIG)


def test_a_standstill_before_the_answer_is_given_up_and_not_sent_twice(stands: list[Stand]) -> None:
    def silent(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.say_nothing()

    with ScriptedServer(created, silent) as server:
        stand = stand_for(server, stands, progress_s=0.3)
        stand.put()
        with pytest.raises(Unreachable, match="stood still"):
            stand.put()
        assert len(server.seen) == 2


def test_a_slow_server_that_moves_is_waited_for(stands: list[Stand]) -> None:
    def slow(exchange: Exchange) -> None:
        for _ in range(35):
            exchange.sock.recv(2**20)
            exchange.over.wait(0.1)
        exchange.early = b""
        left = int(exchange.header("Content-Length"))
        exchange.reply(503)
        assert left

    with ScriptedServer(slow) as server, pytest.raises(Busy):
        stand_for(server, stands, progress_s=3.0).put(BIG)


def test_what_the_system_still_sends_is_progress_while_the_answer_is_awaited(stands: list[Stand]) -> None:
    def slow(exchange: Exchange) -> None:
        left = int(exchange.header("Content-Length")) - len(exchange.early)
        while left:
            left -= len(exchange.sock.recv(min(left, 40_000)))
            exchange.over.wait(0.05)
        exchange.reply(201)

    with ScriptedServer(slow, takes_bytes=16_384) as server:
        begun = time.monotonic()
        stand_for(server, stands, progress_s=3.0).put(bytes(2_500_000))
        assert time.monotonic() - begun > 3.0


def test_an_answer_to_a_large_body_is_awaited_longer(stands: list[Stand]) -> None:
    """Something on the way may have taken all of it and only then pass it on."""

    def gathering(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.over.wait(1.0)
        exchange.reply(201)

    with ScriptedServer(gathering) as server:
        stand = stand_for(server, stands, progress_s=0.3)
        stand.put(bytes(2**20))
        with pytest.raises(Unreachable, match="stood still"):
            stand.put(b"little")


def test_what_is_stopped_is_not_sent_on_behind_the_back(stands: list[Stand]) -> None:
    got: list[int] = []

    def stopping(exchange: Exchange) -> None:
        stand.stop.stop()
        done.wait(30)
        try:
            while part := exchange.sock.recv(2**20):
                got.append(len(part))
        except ConnectionResetError:
            got.append(-1)
        exchange.close()
        heard.set()

    done, heard = threading.Event(), threading.Event()
    with ScriptedServer(stopping, takes_bytes=16_384) as server:
        stand = stand_for(server, stands)
        with pytest.raises(Stopped):
            stand.put(BIG)
        done.set()
        assert heard.wait(30)
        assert sum(got) < 2**20
        assert got[-1] == -1


def test_an_answer_cut_in_its_head_is_a_fault(stands: list[Stand]) -> None:
    def cut(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.sock.sendall(b"HTTP/1.1 201 Created\r\nETag: ")
        exchange.close()

    with ScriptedServer(cut) as server, pytest.raises(Unreachable):
        stand_for(server, stands).put()


def test_an_answer_that_is_no_http_is_a_fault(stands: list[Stand]) -> None:
    def other(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.sock.sendall(b"220 mail.example ESMTP\r\n\r\n")
        exchange.close()

    with ScriptedServer(other) as server, pytest.raises(Unreachable, match="no HTTP"):
        stand_for(server, stands).put()


@pytest.mark.parametrize("size", ["\u00b2", "9" * 5000, "-1", "1, 1"])
def test_a_size_that_is_none_counts_as_not_said(size: str, stands: list[Stand]) -> None:
    def odd(exchange: Exchange) -> None:
        exchange.read_body()
        head = f"HTTP/1.1 201 Created\r\nx-ms-request-id: 1\r\nContent-Length: {size}\r\n\r\n"
        exchange.sock.sendall(head.encode("latin-1"))
        exchange.close()

    with ScriptedServer(odd) as server:
        stand_for(server, stands).put()


def test_a_head_that_comes_byte_by_byte_is_read(stands: list[Stand]) -> None:
    head = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nx-ms-request-id: 1\r\n"

    def slow(exchange: Exchange) -> None:
        exchange.read_body()
        for byte in head + b'ETag: "0x7"\r\nContent-Length: 0\r\n\r\n':
            exchange.sock.sendall(bytes([byte]))

    with ScriptedServer(slow) as server:
        stand = stand_for(server, stands)
        written = stand.blob.put_blob("a", 1, b"0" * 16, [memoryview(b"x")])
        assert written.etag == "0x7"


@pytest.mark.parametrize("content", [b"", b"half"])
def test_a_part_that_is_cut_is_a_fault(content: bytes, stands: list[Stand]) -> None:
    def cut(exchange: Exchange) -> None:
        exchange.reply(206, "Content-Range: bytes 0-99/1000", content, length=100)
        exchange.close()

    with ScriptedServer(cut) as server:
        stand = stand_for(server, stands)
        got: list[bytes] = []
        with pytest.raises(Unreachable):
            stand.blob.get_range(
                "a", 0, 100, etag="", buffer=memoryview(bytearray(10)), take=lambda piece: got.append(bytes(piece))
            )
        assert b"".join(got) in (b"", b"half"[: len(content)])


@pytest.mark.parametrize(
    ("status", "headers", "length"),
    [
        (206, "Content-Range: bytes 50-149/1000", 100),
        (206, "Content-Range: bytes 0-49/50", 50),
        (206, "X-None: 1", 100),
        (200, "X-None: 1", 1000),
    ],
)
def test_another_part_than_the_one_asked_for_is_not_taken(
    status: int, headers: str, length: int, stands: list[Stand]
) -> None:
    with ScriptedServer(lambda exchange: exchange.reply(status, headers, bytes(length))) as server:
        stand = stand_for(server, stands)
        with pytest.raises(Changed):
            stand.blob.get_range("a", 0, 100, etag="", buffer=memoryview(bytearray(10)), take=pytest.fail)


def test_a_damaged_answer_is_found_by_its_digest(stands: list[Stand]) -> None:
    claimed = "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA=="
    with ScriptedServer(answer(200, claimed, b"content")) as server, pytest.raises(Corrupted):
        stand_for(server, stands).blob.get_small("a")
    with ScriptedServer(answer(201, claimed)) as server, pytest.raises(Corrupted):
        stand_for(server, stands).put()


def test_a_list_cut_or_senseless_is_a_fault(stands: list[Stand]) -> None:
    for body in (
        b"<EnumerationResults><Blobs><Blob><Name>a</Name>",
        b"<html>",
        b"no markup",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x/>',
    ):
        with ScriptedServer(answer(200, "", body)) as server, pytest.raises(Unreachable):
            list(stand_for(server, stands).blob.list_pages())


def test_a_list_that_goes_round_in_circles_is_left(stands: list[Stand]) -> None:
    page = answer(200, "", b"<EnumerationResults><NextMarker>again</NextMarker></EnumerationResults>")
    with ScriptedServer(page, page) as server, pytest.raises(BadRequest, match="circles"):
        list(stand_for(server, stands).blob.list_pages())


def test_a_list_without_an_end_is_left(stands: list[Stand], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_MOST_MARKUP_BYTES", 2**20)
    page = answer(200, "", b"<EnumerationResults><Blobs>" + b"<Blob></Blob>" * 100_000)
    with ScriptedServer(page) as server, pytest.raises(BadRequest, match="does not end"):
        list(stand_for(server, stands).blob.list_pages())


def test_stopping_ends_a_sender_at_once(stands: list[Stand]) -> None:
    def stopping(exchange: Exchange) -> None:
        stand.stop.stop()
        exchange.say_nothing()

    with ScriptedServer(stopping) as server:
        stand = stand_for(server, stands, progress_s=60.0)
        with pytest.raises(Stopped):
            stand.put(BIG)
        with pytest.raises(Stopped):
            stand.put()


def test_stopping_ends_a_waiter_at_once(stands: list[Stand]) -> None:
    def stopping(exchange: Exchange) -> None:
        exchange.read_body()
        stand.stop.stop()
        exchange.say_nothing()

    with ScriptedServer(stopping) as server:
        stand = stand_for(server, stands, progress_s=60.0)
        with pytest.raises(Stopped):
            stand.put()


def test_stopping_ends_one_who_waits_for_the_limit(stands: list[Stand]) -> None:
    with ScriptedServer(created) as server:
        stand = stand_for(server, stands, bucket=TokenBucket(1000))
        timer = threading.Timer(0.1, stand.stop.stop)
        timer.start()
        with pytest.raises(Stopped):
            stand.put(BIG)
        timer.join()


def test_dropping_the_line_ends_a_request_and_the_next_one_works(stands: list[Stand]) -> None:
    def dropping(exchange: Exchange) -> None:
        exchange.read_body()
        stand.line.drop()
        exchange.say_nothing()

    with ScriptedServer(dropping, created) as server:
        stand = stand_for(server, stands, progress_s=60.0)
        with pytest.raises(Unreachable):
            stand.put()
        stand.put()


def test_the_limit_holds(stands: list[Stand]) -> None:
    with ScriptedServer(created) as server:
        stand = stand_for(server, stands, bucket=TokenBucket(4 * 2**20))
        begun = time.monotonic()
        stand.put(bytes(3 * 2**20), 2**20)
        assert time.monotonic() - begun > 0.4
        assert len(server.seen[0].body) == 3 * 2**20


def test_nothing_listens(stands: list[Stand]) -> None:
    with ScriptedServer(created) as server:
        stand = stand_for(server, stands)
    with pytest.raises(Unreachable, match="Nothing answers") as caught:
        stand.put()
    assert caught.value.is_offline


def test_what_is_sent_is_what_was_meant(stands: list[Stand]) -> None:
    with ScriptedServer(created) as server:
        stand = stand_for(server, stands)
        parts = [bytes([number]) * 100_000 for number in range(5)]
        for some in (parts, parts[:1], []):
            size = sum(map(len, some))
            stand.blob.put_blob("ä #1", size, b"0" * 16, [memoryview(part) for part in some], metadata={"tp_v": "1"})
        assert [seen.body for seen in server.seen] == [b"".join(some) for some in (parts, parts[:1], [])]
        first = server.seen[0]
        assert first.line == f"PUT /account/box/%C3%A4%20%231?{SECRET} HTTP/1.1"
        assert first.header("x-ms-meta-tp_v") == "1"
        assert first.header("Content-Length") == "500000"
        assert first.header("x-ms-blob-type") == "BlockBlob"


def test_a_header_cannot_be_smuggled_in(stands: list[Stand]) -> None:
    with ScriptedServer(created) as server:
        with pytest.raises(ValueError, match="end of a line"):
            stand_for(server, stands).blob.put_blob("a", 0, b"0" * 16, [], metadata={"a": "b\r\nX-Evil: 1"})
        assert server.seen == []
