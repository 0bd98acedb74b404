"""What an agent refuses of a job that brings its photos from Blob."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiepoint.agent.request_check import check_request
from tiepoint.daemon.refusal import Refusal
from tiepoint.domain.errors import TiepointError, UsageError
from tiepoint.protocol.methods import SubmitParams

ID = "20261126-flight-0a1b2c"
SOURCE = f"https://studio.blob.core.windows.net/captures/{ID}"
PUBLISH = f"https://studio.blob.core.windows.net/products/{ID}/jobs"


def asked(capture: str, source: str = SOURCE, publish: str = PUBLISH, **more: object) -> SubmitParams:
    return SubmitParams(capture, "draft", "key", source=source, publish=publish, **more)  # type: ignore[arg-type]


def test_a_capture_that_is_not_there_yet_is_fine() -> None:
    check_request(asked(f"/work/captures/{ID}"), "/work")
    check_request(asked(f"/work/captures/{ID}", publish=""), "/work")


@pytest.mark.parametrize(
    "capture",
    [
        "/etc",
        f"/work/captures/../{ID}",
        f"/work/{ID}",
        f"captures/{ID}",
        "/work/captures/evil",
        f"/work/captures/{ID}/x",
    ],
)
def test_it_goes_below_the_captures_and_nowhere_else(capture: str) -> None:
    with pytest.raises(UsageError):
        check_request(asked(capture), "/work")


@pytest.mark.parametrize(
    ("source", "publish"),
    [
        ("https://evil.example/captures/" + ID, PUBLISH),
        (SOURCE, "https://evil.example/products/x"),
        (SOURCE.replace(ID, "20261126-other-0a1b2c"), PUBLISH),
        (SOURCE + "?sig=abc", PUBLISH),
    ],
)
def test_addresses_are_looked_at(source: str, publish: str) -> None:
    with pytest.raises(UsageError):
        check_request(asked(f"/work/captures/{ID}", source, publish), "/work")


def test_an_agent_of_one_computer_has_no_way_to_blob(tmp_path: Path) -> None:
    with pytest.raises(Refusal):
        check_request(asked(f"/work/captures/{ID}"), "")


@pytest.mark.parametrize("more", [{"priority": 9}, {"parameters": {"nonsense": 1}}])
def test_wishes_are_looked_at(more: dict[str, object]) -> None:
    with pytest.raises(TiepointError):
        check_request(asked(f"/work/captures/{ID}", **more), "/work")
