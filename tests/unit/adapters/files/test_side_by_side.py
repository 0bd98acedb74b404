"""Two real processes that change the same files at the same time, as a window and a command do: nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fakes.keeping import keeping_locked
from tiepoint.adapters.files.cluster_journal import FileClusterJournal
from tiepoint.adapters.files.known_hosts import FileKnownHosts
from tiepoint.adapters.files.own_clusters import TomlOwnClusters
from tiepoint.adapters.files.round_store import FileRoundStore
from tiepoint.adapters.files.settings_store import FileSettingsStore

TURNS = 12
WRITER = """
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tiepoint.adapters.files.cluster_journal import FileClusterJournal
from tiepoint.adapters.files.known_hosts import FileKnownHosts
from tiepoint.adapters.files.own_clusters import TomlOwnClusters
from tiepoint.adapters.files.round_store import FileRoundStore
from tiepoint.adapters.files.settings_store import FileSettingsStore
from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.cluster_operation import OperationKind
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.remote_round import Round, RoundId, RoundState, RoundStep
from tiepoint.domain.route import Hop, HostKey
from tiepoint.ports.cluster_journal import OperationRecord
from tiepoint.ports.kept_files import Keeping
from tiepoint.runtime.locks import lock_beside

folder, who, turns = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
now = lambda: datetime(2026, 11, 26, tzinfo=UTC)
keeping = Keeping(now, lock_beside)
rounds = FileRoundStore(folder / "rounds.json", keeping)
hosts = FileKnownHosts(folder / "known_hosts.json", keeping)
clusters = TomlOwnClusters(folder / "clusters.toml", keeping)
journal = FileClusterJournal(folder / "clusters.json", keeping)
settings = FileSettingsStore(folder / "settings.json", keeping)
print("ready", flush=True)
sys.stdin.readline()
for turn in range(turns):
    name = f"{who}{turn}"
    rounds.put(Round(RoundId(name), name, "own/x", CaptureId(""), RoundStep.UPLOAD, RoundState.RUNNING, now(), "draft"))
    hosts.pin("site", name, (HostKey("ssh-ed25519", "AAAA" + name),))
    clusters.add(OwnCluster(name, Hop("scheduler", "10.0.0.1")))
    journal.keep(OperationRecord(ClusterId(f"s/{name}"), OperationKind.PAUSE, now()))
    settings.change(lambda kept: replace(kept, captures_folder=(kept.captures_folder or "") + who))
"""


def test_nothing_is_lost(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), who, str(TURNS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in ("a", "b")
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=120)
    assert [writer.returncode for writer in writers] == [0, 0]
    names = {f"{who}{turn}" for who in ("a", "b") for turn in range(TURNS)}
    keeping = keeping_locked()
    assert {each.id for each in FileRoundStore(tmp_path / "rounds.json", keeping).all()} == names
    assert set(FileKnownHosts(tmp_path / "known_hosts.json", keeping).keys("site")) == names
    assert {each.name for each in TomlOwnClusters(tmp_path / "clusters.toml", keeping).all()} == names
    records = FileClusterJournal(tmp_path / "clusters.json", keeping).records()
    assert {each.cluster for each in records} == {f"s/{name}" for name in names}
    said = FileSettingsStore(tmp_path / "settings.json", keeping).load().settings.captures_folder
    assert sorted(said or "") == ["a"] * TURNS + ["b"] * TURNS
    assert not list(tmp_path.glob("*.broken*"))
    assert not list(tmp_path.glob(".*.part"))
