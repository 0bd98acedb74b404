"""`tiepoint upload`, `download`, `verify` and `transfers` as people type them: real processes, a real Blob server."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import blob_rights
from blob_server import Container
from fault_proxy import FaultProxy
from program import Finished, Program, wait_until
from tls_papers import TlsPapers

SIZE = 300_000


@pytest.fixture
def program(tiepoint_home: Path) -> Iterator[Program]:
    made = Program(tiepoint_home)
    try:
        yield made
    finally:
        made.run("transfers", "stop")
        wait_until(lambda: not made.processes("transfer"), what="the worker to end")
        made.stop()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Eight photos that nobody else has, two folders deep."""
    folder = tmp_path / "Grüße 東京"
    for number in range(8):
        file = folder / f"day {number % 2}" / f"IMG_{number}.JPG"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(random.Random(f"{tmp_path} {number}").randbytes(SIZE))
    return folder


def signed(program: Program, container: Container, **more: object) -> str:
    """Put a signature of the container into the program's environment; return it."""
    program.env["SAS"] = blob_rights.sas(container.name, **more)  # type: ignore[arg-type]
    return program.env["SAS"]


def uploaded(program: Program, photos: Path, to: str, *more: str) -> Finished:
    return program.run("upload", str(photos), "--capture", "demo", "--to", to, "--sas-env", "SAS", "--json", *more)


def everything_kept(home: Path) -> bytes:
    return b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())


def test_what_is_there_is_not_sent_again_and_the_card_is_safe(
    program: Program, photos: Path, container: Container
) -> None:
    secret = signed(program, container)
    first = uploaded(program, photos, container.url)
    assert first.status == 0, first.stderr
    assert (first.result["type"], first.result["state"]) == ("result", "completed")
    assert (first.result["files_total"], first.result["files_sent"], first.result["files_skipped"]) == (8, 8, 0)
    assert (first.result["bytes_sent"], first.result["bytes_skipped"], first.result["failed"]) == (8 * SIZE, 0, [])
    second = uploaded(program, photos, container.url)
    assert second.status == 0, second.stderr
    assert (second.result["files_sent"], second.result["files_skipped"]) == (0, 8)
    assert (second.result["bytes_sent"], second.result["bytes_moved"]) == (0, 0)
    assert second.result["capture"] == first.result["capture"]
    capture = first.result["capture"]
    for file in photos.rglob("*.JPG"):
        name = f"{capture}/photos/{file.relative_to(photos).as_posix()}"
        assert container.content(name) == file.read_bytes()
    assert f"{capture}/capture.json" in container.names()
    receipt = json.loads(Path(second.result["receipt"]["json"]).read_text(encoding="utf-8"))
    assert "8 of 8" in json.dumps(receipt) or len(receipt["photos"]) == 8
    assert Path(second.result["receipt"]["pdf"]).read_bytes().startswith(b"%PDF")
    assert secret not in first.stdout + first.stderr + second.stdout + second.stderr
    assert secret.rpartition("sig=")[2].encode() not in everything_kept(program.home)


def test_a_capture_is_verified_and_what_is_missing_or_different_is_named(
    program: Program, photos: Path, container: Container
) -> None:
    signed(program, container)
    capture = uploaded(program, photos, container.url).result["capture"]
    fine = program.run("verify", "demo", "--sas-env", "SAS")
    assert (fine.status, fine.stdout.splitlines()[0]) == (0, "8 of 8 photos verified in Blob, safe to format the card.")
    container.delete(f"{capture}/photos/day 0/IMG_2.JPG")
    container.put(f"{capture}/photos/day 1/IMG_3.JPG", b"something else")
    found = program.run("verify", "demo", "--sas-env", "SAS", "--json")
    assert found.status == 5
    told = {each["path"]: each["why"] for each in found.result["verdict"]["differences"]}
    assert told == {"day 0/IMG_2.JPG": "missing", "day 1/IMG_3.JPG": "different"}
    by_address = program.run("verify", f"{container.url}/{capture}", "--sas-env", "SAS")
    assert by_address.status == 5
    assert "safe" not in by_address.stdout


def test_a_capture_comes_down_as_it_went_up(
    program: Program, photos: Path, container: Container, tmp_path: Path
) -> None:
    signed(program, container)
    capture = uploaded(program, photos, container.url).result["capture"]
    target = tmp_path / "down"
    done = program.run("download", "demo", "-o", str(target), "--sas-env", "SAS", "--json")
    assert done.status == 0, done.stderr
    for file in photos.rglob("*.JPG"):
        assert (target / "photos" / file.relative_to(photos)).read_bytes() == file.read_bytes()
    container.put(f"{capture}/jobs/j1/products/model.glb", b"glTF")
    arguments = ["--from", container.url, "--products", "--sas-env", "SAS", "--json"]
    products = program.run("download", capture, "-o", str(tmp_path / "products"), *arguments)
    assert products.status == 0, products.stderr
    files = [file for file in (tmp_path / "products").rglob("*") if file.is_file()]
    assert [file.name for file in files] == ["model.glb"]


def test_an_expired_signature_ends_with_4_and_the_same_command_goes_on(
    program: Program, photos: Path, container: Container
) -> None:
    expired = signed(program, container, lives_s=-60)
    refused = uploaded(program, photos, container.url)
    assert refused.status == 4
    assert refused.result["error"]["kind"] == "sign-in"
    assert expired not in refused.stdout + refused.stderr
    signed(program, container, rights=blob_rights.READ_ONLY)
    no_right = uploaded(program, photos, container.url)
    assert no_right.status == 4
    assert no_right.result["state"] == "needs-sign-in"
    assert [each["state"] for each in _listed(program)] == ["needs-sign-in"]
    signed(program, container)
    done = uploaded(program, photos, container.url)
    assert (done.status, done.result["files_sent"]) == (0, 8)
    assert len(_listed(program)) == 1


def test_an_access_token_opens_a_container_over_https(
    program: Program, photos: Path, container_https: Container, trusts_papers: TlsPapers
) -> None:
    program.env |= {name: os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")}
    program.env["TOKEN"] = blob_rights.bearer()
    arguments = ["--to", container_https.url, "--bearer-env", "TOKEN", "--json"]
    done = program.run("upload", str(photos), "--capture", "demo", *arguments)
    assert (done.status, done.result.get("files_sent")) == (0, 8), done.stdout
    assert program.env["TOKEN"].encode() not in everything_kept(program.home)


def test_ctrl_c_pauses_and_the_same_command_goes_on(
    program: Program, photos: Path, container: Container, fault_proxy: FaultProxy
) -> None:
    signed(program, container)
    fault_proxy.pace(100_000)
    to = fault_proxy.url(container.url)
    command = ["upload", str(photos), "--capture", "demo", "--to", to, "--sas-env", "SAS", "--json"]
    process = program.start(*command)
    try:
        _until_sending(program)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    last = json.loads(stdout.splitlines()[-1])
    assert process.returncode == 130, stderr
    assert (last["state"], last["exit_code"]) == ("paused", 130)
    assert "same command" in last["error"]["remedy"]
    assert [each["state"] for each in _listed(program)] == ["paused"]
    fault_proxy.calm()
    fault_proxy.pace(0)
    done = program.run(*command)
    assert (done.status, done.result["files_sent"] + done.result["files_skipped"]) == (0, 8)


def test_a_killed_worker_is_started_again_and_given_the_right_again(
    program: Program, photos: Path, container: Container, fault_proxy: FaultProxy
) -> None:
    signed(program, container)
    fault_proxy.pace(100_000)
    to = fault_proxy.url(container.url)
    process = program.start("upload", str(photos), "--capture", "demo", "--to", to, "--sas-env", "SAS", "--json")
    try:
        _until_sending(program)
        program.kill("transfer")
        fault_proxy.pace(0)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, stdout + stderr
    last = json.loads(stdout.splitlines()[-1])
    assert last["state"] == "completed"
    assert len([name for name in container.names() if name.endswith(".JPG")]) == 8


def test_a_detached_upload_is_followed_in_the_list(program: Program, photos: Path, container: Container) -> None:
    signed(program, container)
    begun = uploaded(program, photos, container.url, "--detach")
    assert begun.status == 0
    wait_until(lambda: _listed(program)[0]["state"] == "completed", what="the upload to end")
    table = program.run("transfers", "list").stdout
    assert "demo" in table
    assert "completed" in table
    assert program.run("transfers", "remove", "demo").status == 0
    assert program.run("transfers", "list").stdout == "There are no transfers.\n"


def test_links_out_of_the_folder_are_left_out_and_counted(
    program: Program, photos: Path, container: Container, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(b"not meant to go")
    (photos / "out.jpg").symlink_to(outside)
    (photos / "loop").symlink_to(photos)
    signed(program, container)
    done = uploaded(program, photos, container.url)
    assert (done.status, done.result["files_total"]) == (0, 8)
    warned = [line["summary"] for line in done.lines if line["type"] == "warning"]
    assert any("out.jpg" in each and "leads out" in each for each in warned)
    assert not any("out.jpg" in name for name in container.names())


def test_names_that_collide_are_refused_before_the_first_byte(
    program: Program, photos: Path, container: Container
) -> None:
    (photos / "day 0" / "img_0.jpg").write_bytes(b"another one")
    signed(program, container)
    refused = uploaded(program, photos, container.url)
    assert refused.status == 3
    assert "IMG_0.JPG" in refused.result["error"]["summary"]
    assert "img_0.jpg" in refused.result["error"]["summary"]
    assert container.names() == []


def test_nothing_is_started_to_list_nothing(program: Program) -> None:
    assert program.run("transfers", "list").stdout == "There are no transfers.\n"
    assert program.run("transfers", "stop").stdout == "No transfer worker is running.\n"
    assert not program.processes("transfer")


def test_no_process_shows_a_secret(
    program: Program, photos: Path, container: Container, fault_proxy: FaultProxy
) -> None:
    secret = signed(program, container)
    fault_proxy.pace(100_000)
    process = program.start(
        "upload", str(photos), "--capture", "demo", "--to", fault_proxy.url(container.url), "--sas-file", "-"
    )
    process.kill()
    process.communicate()
    command = [*process.args]  # type: ignore[misc]
    with subprocess.Popen(
        command, env=program.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        running.stdin.write(f"{secret}\n")
        running.stdin.flush()
        _until_sending(program)
        shown = [" ".join(each.cmdline()) for each in (*program.processes(), psutil.Process(running.pid))]
        assert not any("sig=" in each for each in shown)
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=60)
    assert "Paused" in stderr
    assert secret not in stderr


def _listed(program: Program) -> list[dict[str, object]]:
    return list(program.run("transfers", "list", "--json").result["transfers"])


def _until_sending(program: Program) -> None:
    wait_until(
        lambda: any(each["state"] == "running" and each["moving_bytes"] for each in _listed(program)),
        what="the upload to send",
    )
