"""The script for Agisoft's Python: in the syntax of 3.5, standard library only, and deaf to what Agisoft prints."""

from __future__ import annotations

import ast
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from fakes.agisoft.module import build
from tiepoint.agent.backends.metashape import child

SCRIPT = Path(child.__file__)


def test_it_runs_in_agisofts_oldest_python() -> None:
    vermin = Path(sys.executable).with_name("vermin")
    command = [str(vermin), "--no-tips", "--violations", "-t=3.5-", str(SCRIPT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Minimum required versions: 3.5" in done.stdout or "3.0" in done.stdout


def test_it_needs_the_standard_library_alone() -> None:
    assert sysconfig.get_path("stdlib")
    for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


class Client:
    """A network client whose methods are told."""

    def __init__(self, **methods: Any) -> None:
        self.calls: list[tuple[Any, ...]] = []
        for name, answer in methods.items():
            setattr(self, name, self._method(name, answer))

    def connect(self, host: str, port: int) -> None:
        self.calls.append(("connect", host, port))

    def disconnect(self) -> None:
        self.calls.append(("disconnect",))

    def _method(self, name: str, answer: Any) -> Any:
        def method(*args: Any) -> Any:
            self.calls.append((name, *args))
            return answer(*args) if callable(answer) else answer

        return method


class Module:
    def __init__(self, client: Client) -> None:
        self.NetworkClient = lambda: client


def linked(client: Client) -> child.Link:
    link = child.Link(Module(client), child.Recording())
    link.host, link.port = "host", 5840
    return link


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("setBatchPaused", ("setBatchPaused", 7, True)),
        ("pauseBatch", ("pauseBatch", 7)),
    ],
)
def test_methods_are_looked_for(method: str, expected: tuple[Any, ...]) -> None:
    client = Client(**{method: None})
    linked(client).call(child.BATCH_CALLS["pause"], 7)
    assert client.calls[-1] == expected


def test_what_a_version_lacks_is_said() -> None:
    with pytest.raises(child.Missing, match="setBatchWorkerLimit, setBatchNodeLimit"):
        linked(Client()).call(child.BATCH_CALLS["limit"], 7, 1)


def test_revisions_are_passed_where_they_are_taken() -> None:
    def old() -> list[Any]:
        return []

    client = Client(batchList=old)
    assert linked(client).call(child.LISTS["batches"], revision=12) == []
    assert client.calls[-2:] == [("batchList", 12), ("batchList",)]


def test_a_broken_connection_is_made_again() -> None:
    answers = iter([RuntimeError("Connection lost"), RuntimeError("Connection lost"), []])

    def listed() -> Any:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = Client(batchList=listed)
    assert linked(client).call(child.LISTS["batches"]) == []
    assert [call[0] for call in client.calls].count("connect") == 2


def test_a_batch_is_never_made_twice_over_a_broken_connection() -> None:
    def create(*_: Any) -> Any:
        raise RuntimeError("Connection lost")

    client = Client(createBatch=create, batchList=[])
    with pytest.raises(RuntimeError):
        linked(client).call(("createBatch",), "path", [], once=True)
    assert [call[0] for call in client.calls].count("createBatch") == 1


@pytest.mark.parametrize(
    ("told", "items"),
    [
        ([1], [1]),
        ({"items": [2]}, [2]),
        ({"batches": [3], "next_revision": 4}, [3]),
        ({"nodes": [5]}, [5]),
        ({"strange": 1}, []),
        (None, []),
    ],
)
def test_lists_are_found_however_they_are_wrapped(told: Any, items: list[int]) -> None:
    assert child.listed(told, "batches") == items


def test_values_that_json_does_not_know_become_text() -> None:
    module = build("C")
    assert child.plain({1: (module.MildFiltering, {2}), "x": object}) == {"1": [1, [2]], "x": str(object)}


def test_another_module_of_that_name_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    empty: Any = type(sys)("Metashape")
    monkeypatch.setitem(sys.modules, "Metashape", empty)
    monkeypatch.setitem(sys.modules, "PhotoScan", empty)
    with pytest.raises(child.Missing, match="has no NetworkClient"):
        child.module()


def test_the_old_name_of_a_cloud_is_preferred_where_both_mean_something() -> None:
    """Before 2.0 PointCloudData were the tie points."""
    for generation, name in (("B", "DenseCloudData"), ("C", "PointCloudData")):
        known, value = child.Child(build(generation)).value("@DenseCloudData|PointCloudData")
        assert (known, value.name) == (True, name)


def test_a_recording_that_goes_on_stays_within_its_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "MOST_RECORD_BYTES", 500)
    file = tmp_path / "record.jsonl"
    recording = child.Recording()
    for _ in range(20):  # each new connection opens it again
        recording.open(str(file))
        recording.write("batchList", [], {"batches": []})
    recording.open("")
    assert file.stat().st_size < 700


def test_a_recording_that_cannot_be_written_is_no_reason_not_to_connect(tmp_path: Path) -> None:
    module: Any = build("C")
    told = child.Child(module).do_hello(
        {"host": "127.0.0.1", "port": 9, "root": "/work", "record": str(tmp_path / "gone" / "record.jsonl")}
    )
    assert told["unreachable"]
