"""Rights against a real Blob server: signatures over http, bearer tokens over https, and every way to be refused."""

from __future__ import annotations

import hashlib
import select
import threading
from collections.abc import Callable, Iterator

import pytest

from blob_rights import READ_ONLY, WITHOUT_LIST, bearer, sas
from blob_server import BlobServer, Container
from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.transfer.blob.connection import BlobConnection
from tiepoint.transfer.blob.credentials import BEARER, SAS, Credentials
from tiepoint.transfer.blob.errors import BlobMissing, Refused, RefusedWhy, Untrusted
from tiepoint.transfer.blob.line import Line
from tls_papers import TlsPapers

CONTENT = b"content of a photo" * 1000
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).digest()


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


def open_with(container: Container, line: Line, kind: str, secret: str) -> BlobConnection:
    place, _ = read_place(container.url)
    credentials = Credentials()
    credentials.give(place, kind, secret)
    return BlobConnection(place, credentials, line=line)


def put(connection: BlobConnection, name: str = "a.jpg") -> None:
    connection.put_blob(name, len(CONTENT), MD5, [memoryview(CONTENT)])


@pytest.mark.usefixtures("trusts_papers")
@pytest.mark.parametrize(("kind", "secret"), [(BEARER, lambda _: bearer()), (SAS, sas)])
def test_everything_works_over_https(
    container_https: Container, line: Line, kind: str, secret: Callable[[str], str]
) -> None:
    connection = open_with(container_https, line, kind, secret(container_https.name))
    put(connection)
    connection.put_block("b.glb", b"0" * 24, len(CONTENT), MD5, [memoryview(CONTENT)])
    connection.put_block_list("b.glb", [b"0" * 24], md5=MD5)
    place, _ = read_place(container_https.url)
    got: list[bytes] = []
    connection.get_range(
        "b.glb", 5, 9000, etag="", buffer=memoryview(bytearray(1000)), take=lambda piece: got.append(bytes(piece))
    )
    assert b"".join(got) == CONTENT[5:9005]
    assert connection.get_small("a.jpg")[1] == CONTENT
    assert connection.head("b.glb").md5 == MD5.hex()
    [page] = connection.list_pages()
    assert [blob.name for blob in page.blobs] == ["a.jpg", "b.glb"]
    connection.copy_within("c.jpg", place, "a.jpg")
    assert container_https.content("c.jpg") == container_https.content("b.glb") == CONTENT


@pytest.mark.usefixtures("trusts_papers")
def test_the_token_is_read_for_every_request(container_https: Container, line: Line) -> None:
    place, _ = read_place(container_https.url)
    wanted: list[str] = []
    credentials = Credentials(lambda _place, reason: wanted.append(reason))
    connection = BlobConnection(place, credentials, line=line)
    credentials.give(place, BEARER, bearer(lives_s=20))
    put(connection)
    assert wanted == ["The access token has less than five minutes left."]
    credentials.give(place, BEARER, bearer(lives_s=-100))
    with pytest.raises(Refused) as caught:
        put(connection)
    assert caught.value.why is RefusedWhy.EXPIRED
    with pytest.raises(Refused):
        connection.head("a.jpg")  # without asking the server again
    credentials.give(place, BEARER, bearer())
    put(connection)
    assert [reason[:22] for reason in wanted[1:]] == ["The access token has l", "The access token ended"]


@pytest.mark.usefixtures("trusts_papers")
def test_a_token_for_something_else_is_refused(container_https: Container, line: Line) -> None:
    token = bearer(audience="https://management.azure.com")
    with pytest.raises(Refused) as caught:
        put(open_with(container_https, line, BEARER, token))
    assert token not in repr(caught.value.to_dict())


def test_an_authority_that_is_not_trusted_is_said(container_https: Container, line: Line) -> None:
    with pytest.raises(Untrusted, match="not trusted") as caught:
        put(open_with(container_https, line, BEARER, bearer()))
    assert "proxy" in caught.value.summary


@pytest.mark.usefixtures("trusts_papers")
def test_http_to_a_server_of_https_is_said(azurite_http: BlobServer, papers: TlsPapers, line: Line) -> None:
    assert papers.authority.is_file()
    place = BlobPlace(azurite_http.endpoint.replace("http:", "https:"), "box")
    credentials = Credentials()
    credentials.give(place, BEARER, bearer())
    with pytest.raises(Exception, match="does not speak https"):
        put(BlobConnection(place, credentials, line=line))


@pytest.mark.parametrize(
    ("rights", "lives_s", "why", "words"),
    [
        (READ_ONLY, 3600, RefusedWhy.RIGHT, "c (create), w (write)"),
        ("racwdl", -60, RefusedWhy.EXPIRED, "ended on"),
    ],
)
def test_a_signature_that_does_not_let_write(
    container: Container, line: Line, rights: str, lives_s: float, why: RefusedWhy, words: str
) -> None:
    connection = open_with(container, line, SAS, sas(container.name, rights, lives_s=lives_s))
    with pytest.raises(Refused) as caught:
        put(connection)
    assert caught.value.why is why
    assert words in caught.value.summary
    assert "sig=" not in repr(caught.value.to_dict())
    assert container.names() == []


def test_a_signature_that_does_not_let_list(container: Container, line: Line) -> None:
    connection = open_with(container, line, SAS, sas(container.name, WITHOUT_LIST))
    put(connection)
    with pytest.raises(Refused, match=r"l \(list\)"):
        list(connection.list_pages())
    with pytest.raises(Refused):  # and holds the whole transfer until another one is given
        put(connection)


def test_a_signature_that_begins_later(container: Container, line: Line) -> None:
    connection = open_with(container, line, SAS, sas(container.name, lives_s=7200, begins_s=3600))
    with pytest.raises(Refused) as caught:
        put(connection)
    assert caught.value.why is RefusedWhy.NOT_YET


def test_a_signature_of_another_container_or_cut_short(
    container: Container, make_container: Callable[[], Container], line: Line
) -> None:
    other = make_container()
    for secret in (sas(other.name), sas(container.name)[:-8]):
        with pytest.raises(Refused) as caught:
            put(open_with(container, line, SAS, secret))
        assert caught.value.why is RefusedWhy.SIGNATURE


def test_copying_from_a_container_needs_its_right(
    container: Container, make_container: Callable[[], Container], line: Line
) -> None:
    other = make_container()
    other.put("a.jpg", CONTENT)
    there, _ = read_place(other.url)
    here, _ = read_place(container.url)
    credentials = Credentials()
    credentials.give(here, SAS, sas(container.name))
    connection = BlobConnection(here, credentials, line=line)
    with pytest.raises(Refused) as caught:
        connection.copy_within("b.jpg", there, "a.jpg")
    assert caught.value.why is RefusedWhy.MISSING
    credentials.give(there, SAS, sas(other.name))
    connection.copy_within("b.jpg", there, "a.jpg")
    assert container.content("b.jpg") == CONTENT
    credentials.check(here)


def test_one_line_serves_several_containers_and_survives_their_idle_time(
    container: Container, make_container: Callable[[], Container], line: Line
) -> None:
    others = [container, make_container()]
    connections = [open_with(each, line, SAS, sas(each.name)) for each in others]
    for connection in connections:
        put(connection)
    flow = line._flow
    assert flow is not None
    # The server closes what idles for five seconds: that is awaited, and must be nothing to speak of.
    assert select.select([flow.sock], [], [], 60)[0]
    for connection in connections:
        assert connection.head("a.jpg").size == len(CONTENT)
    assert line._flow is not flow


def test_many_threads_write_at_once(container: Container) -> None:
    place, _ = read_place(container.url)
    credentials = Credentials()
    credentials.give(place, SAS, sas(container.name))
    troubles: list[BaseException] = []

    def write(number: int) -> None:
        connection = BlobConnection(place, credentials)
        try:
            for index in range(10):
                put(connection, f"{number}/{index}.jpg")
            with pytest.raises(BlobMissing):
                connection.head("none")
        except BaseException as error:  # noqa: BLE001 - told by the test
            troubles.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    assert len(container.names()) == 80
