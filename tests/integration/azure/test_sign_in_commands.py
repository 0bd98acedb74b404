"""The command line from sign-in to sign-out against the double, with transfers by the sign-in; no secret is left."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from azure_double.blobs import BlobPool
from azure_double.double import AzureDouble
from planted import ProcessWatch, find_planted, tokens_of
from program import Program, wait_until
from secret_service import secret_service
from tiepoint.transfer.tuning import TUNING_VARIABLE
from workstation import IMPATIENT

MILA = "mila@studio.example"
PLAY = Path(__file__).resolve().parents[2] / "browser_play.py"


@pytest.fixture
def program(tiepoint_home: Path) -> Iterator[Program]:
    program = Program(tiepoint_home)
    with secret_service(tiepoint_home / "desktop") as address:
        program.env["DBUS_SESSION_BUS_ADDRESS"] = address
        yield program
        program.stop()


@pytest.fixture
def secrets(azure_double: AzureDouble) -> Iterator[list[str]]:
    with tokens_of(azure_double.entra.sessions) as collected:
        yield collected


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    folder.mkdir()
    for number in range(6):
        (folder / f"DSC0{number}.JPG").write_bytes(b"\xff\xd8" + bytes([number]) * 300_000 + b"\xff\xd9")
    return folder


def cloud_file(double: AzureDouble, folder: Path) -> Path:
    """Write the double's endpoints as a person would, with the certificates beside."""
    (folder / "ca.pem").write_bytes(Path(double.ca_file).read_bytes())
    settings = {**double.settings, "ca_file": "ca.pem"}
    path = folder / "double.toml"
    path.write_text("[cloud]\n" + "\n".join(f'{key} = "{value}"' for key, value in settings.items()))
    return path


def browse_as(program: Program, double: AzureDouble, username: str) -> None:
    program.env["BROWSER"] = shlex.join([sys.executable, str(PLAY), username, str(double.ca_file)]) + " %s"


def _logged(program: Program) -> str:
    return "".join(file.read_text() for file in (program.home / "log").glob("*.log"))


def test_from_sign_in_to_sign_out(
    program: Program, azure_double: AzureDouble, tmp_path: Path, secrets: list[str]
) -> None:
    browse_as(program, azure_double, MILA)
    with ProcessWatch(lambda: list(secrets)) as watch:
        cloud = cloud_file(azure_double, tmp_path)
        done = program.run("sign-in", "--cloud", str(cloud), "--tenant", "studio.example", "--json")
        assert done.status == 0, done.stdout + done.stderr
        assert done.result["account"]["username"] == MILA
        assert done.result["account"]["tenant"]["name"] == "Mill Road Studio"
        assert done.result["tokens"] == "system"
        assert done.result["subscription"] is None  # two are enabled
        chosen = program.run("whoami", "--subscription", "studio")
        assert chosen.status == 0
        assert "Mill Road Studio (studio.example)" in chosen.stdout
        assert azure_double.subscription in chosen.stdout
        out = program.run("sign-out", "--json")
        assert out.status == 0
        refused = program.run("whoami", "--json")
        assert (refused.status, refused.result["error"]["kind"]) == (4, "sign-in")
    assert len(secrets) >= 3
    assert watch.looks > 1
    assert watch.found == []
    assert find_planted(program.home, secrets, may_hold=["desktop/share/keyrings/*"]) == []


def test_a_code_for_another_device_is_told_to_programs_and_never_logged(
    program: Program, azure_double: AzureDouble, tmp_path: Path
) -> None:
    cloud = cloud_file(azure_double, tmp_path)
    process = program.start("sign-in", "--device-code", "--cloud", str(cloud), "--json", "--verbose")
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        line: dict[str, Any] = json.loads(process.stdout.readline())
        assert line["type"] == "device-code"
        assert line["url"] == f"{azure_double.url}/device"
        azure_double.enter_code(line["code"], MILA)
        last = json.loads(process.stdout.read().splitlines()[-1])
        said = process.stderr.read()
    assert (process.returncode, last["account"]["username"]) == (0, MILA)
    assert line["code"] not in said
    assert find_planted(program.home / "log", [line["code"]]) == []


def test_who_is_not_let_in_is_told_why_and_nothing_is_changed(
    program: Program, azure_double: AzureDouble, tmp_path: Path
) -> None:
    browse_as(program, azure_double, "guest@other.example")
    cloud = cloud_file(azure_double, tmp_path)
    refused = program.run("sign-in", "--cloud", str(cloud), "--tenant", "studio.example", "--json")
    assert refused.status == 4
    assert "does not belong" in refused.result["error"]["summary"]
    assert refused.result["error"]["remedy"]
    settings = program.home / "settings" / "settings.json"
    assert json.loads(settings.read_text())["cloud"] == "public"


def test_photos_go_up_by_the_sign_in_and_the_worker_renews_it_by_itself(
    program: Program, azure_double: AzureDouble, azure_blobs: BlobPool, tmp_path: Path, photos: Path, secrets: list[str]
) -> None:
    tuning = {**IMPATIENT, "renew_s": 0.05}
    program.env[TUNING_VARIABLE] = json.dumps(tuning)
    browse_as(program, azure_double, MILA)
    endpoint = azure_blobs.take("captures")
    azure_blobs.make_container(endpoint, "captures")
    try:
        azure_double.entra.sessions.lives_s = 200  # less than five minutes: the worker wants a new one at once
        cloud = cloud_file(azure_double, tmp_path)
        with ProcessWatch(lambda: list(secrets)) as watch:
            assert program.run("sign-in", "--cloud", str(cloud), "--json").status == 0
            handed_out = len(secrets)
            stranger = program.run("upload", str(photos), "--to", "http://127.0.0.1:9/tp1/captures", "--json")
            assert stranger.status == 4
            assert len(secrets) == handed_out
            address = f"{endpoint}captures"
            begun = program.run("upload", str(photos), "--capture", "demo", "--to", address, "--detach", "--json")
            assert begun.status == 0, begun.stdout + begun.stderr
            wait_until(lambda: "the sign-in was renewed" in _logged(program), what="the worker renews the token")
            azure_double.entra.sessions.lives_s = 3600
            done = program.run("upload", str(photos), "--capture", "demo", "--to", address, "--json")
            assert done.status == 0, done.stdout + done.stderr
            checked = program.run("verify", "demo", "--json")
            assert checked.status == 0, checked.stdout
        names = [each.name for each in azure_blobs.client(endpoint).get_container_client("captures").list_blobs()]
        assert sum(name.endswith(".JPG") for name in names) == 6
        assert watch.found == []
        assert find_planted(program.home, secrets, may_hold=["desktop/share/keyrings/*"]) == []
    finally:
        program.run("transfers", "stop", "--json")
        azure_blobs.give(endpoint)
