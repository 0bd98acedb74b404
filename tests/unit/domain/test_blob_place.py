from __future__ import annotations

import pytest

from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.errors import UsageError

AZURE = "https://acc.blob.core.windows.net"


@pytest.mark.parametrize(
    ("text", "place", "signature"),
    [
        (f"{AZURE}/captures", BlobPlace(AZURE, "captures"), ""),
        (f"  {AZURE}/captures/  ", BlobPlace(AZURE, "captures"), ""),
        (f"{AZURE}/captures/north/a%20b", BlobPlace(AZURE, "captures", "north/a b"), ""),
        (f"{AZURE}/$web/site:3", BlobPlace(AZURE, "$web", "site:3"), ""),
        (f"{AZURE}/captures?sv=1&sig=abc%3D", BlobPlace(AZURE, "captures"), "sv=1&sig=abc%3D"),
        ("https://photos.example.com/captures", BlobPlace("https://photos.example.com", "captures"), ""),
        ("https://acc.privatelink.example:443/c1", BlobPlace("https://acc.privatelink.example:443", "c1"), ""),
        ("http://127.0.0.1:10000/dev/captures/x", BlobPlace("http://127.0.0.1:10000/dev", "captures", "x"), ""),
        ("http://[::1]:10000/dev/captures", BlobPlace("http://[::1]:10000/dev", "captures"), ""),
        ("http://localhost:9/dev/captures", BlobPlace("http://localhost:9/dev", "captures"), ""),
        ("http://azurite:10000/dev/captures", BlobPlace("http://azurite:10000/dev", "captures"), ""),
        ("http://blob.test:10000/dev/captures", BlobPlace("http://blob.test:10000/dev", "captures"), ""),
    ],
)
def test_reads_addresses(text: str, place: BlobPlace, signature: str) -> None:
    assert read_place(text) == (place, signature)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "captures",
        "ftp://acc.blob.core.windows.net/captures?sig=secret",
        f"{AZURE}?sig=secret",
        "http://127.0.0.1:10000/dev?sig=secret",
        "https://user:secret@acc.blob.core.windows.net/captures",
        "https://acc.blob.core.windows.net:port/captures?sig=secret",
        "https://[acc/captures?sig=secret",
        f"{AZURE}/captures&sv=1&sig=secret",
        f"{AZURE}/captures%3Fsv=1&sig=secret",
        f"{AZURE}/captures/north&sig=secret",
        f"{AZURE}/captures/sig=secret",
        f"{AZURE}/Captures-secret",
        f"{AZURE}/../secret",
        f"{AZURE}/captures/../secret",
        f"{AZURE}/captures/%2e%2e/secret",
        f"{AZURE}/captures/a%00secret",
        f"{AZURE}/captures/a%5Csecret",
    ],
)
def test_refuses_what_is_no_container_and_keeps_the_secret_to_itself(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_place(text)
    assert "secret" not in repr(refused.value) + str(refused.value.to_dict())


def test_its_text_for_people_can_be_read_again() -> None:
    place = BlobPlace(AZURE, "captures", "a b/ü#1")
    assert read_place(place.url) == (place, "")
    assert place.below("photos", "").prefix == "a b/ü#1/photos"
