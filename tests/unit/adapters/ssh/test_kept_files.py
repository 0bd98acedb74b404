"""Pinned keys and own clusters on disk: kept, broken, edited by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.keeping import keeping
from tiepoint.adapters.files.known_hosts import FileKnownHosts
from tiepoint.adapters.files.own_clusters import TomlOwnClusters
from tiepoint.adapters.ssh.failures import no_answer, other_key
from tiepoint.domain.errors import SetupError
from tiepoint.domain.failure import Failure
from tiepoint.domain.key_change import read_key_change
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.route import BastionTunnel, Hop, HostKey, Route

KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIDJb8z7Hn2m0v3pYIh1f0b2m3l5o6c7d8e9fAAAAAAAA")
OTHER = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIGb1Y2x3d5f6g7h8i9j0k1l2m3n4o5p6q7r8AAAAAAAA")
JUMP = Hop("jump box", "gate.example", 2222, "mila", (KEY,))
SCHEDULER = Hop("scheduler", "10.20.0.5", 22, "render", (OTHER,))
CLUSTER = OwnCluster("studio.one", SCHEDULER, (JUMP,), "https://a/captures", "", (Path("/k"),), "", True)


def now() -> datetime:
    return datetime(2026, 11, 26, 14, 2, tzinfo=UTC)


def test_keys_are_kept_by_site_and_machine(tmp_path: Path) -> None:
    known = FileKnownHosts(tmp_path / "known.json", keeping(now))
    assert known.keys("a") == {}
    known.pin("a", "scheduler", (KEY,))
    known.pin("a", "scheduler", (OTHER, KEY))
    known.pin("b", "jump-linux", (KEY,))
    again = FileKnownHosts(tmp_path / "known.json", keeping(now))
    assert again.keys("a") == {"scheduler": (OTHER, KEY)}
    again.forget("a")
    assert known.keys("a") == {}
    assert known.keys("b") == {"jump-linux": (KEY,)}


@pytest.mark.parametrize("text", ["{", "[]", '{"sites": 3}', '{"sites": {"a": []}}', "\udcff"])
def test_a_broken_file_of_keys_is_set_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    assert FileKnownHosts(path, keeping(now)).keys("a") == {}
    assert [each.name for each in tmp_path.iterdir()] == ["known.broken-20261126-140200.json"]


def test_own_clusters_are_kept_and_read_by_others(tmp_path: Path) -> None:
    own = TomlOwnClusters(tmp_path / "clusters.toml", keeping(now))
    own.put(CLUSTER)
    own.put(OwnCluster("atelier", SCHEDULER))
    assert TomlOwnClusters(tmp_path / "clusters.toml", keeping(now)).all() == (
        OwnCluster("atelier", SCHEDULER),
        CLUSTER,
    )
    own.remove("atelier")
    own.remove("atelier")
    assert own.all() == (CLUSTER,)


def test_nothing_is_written_in_the_place_of_clusters_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "clusters.toml"
    path.symlink_to(path)  # too many links: as a file that is refused, or a disk that fails
    own = TomlOwnClusters(path, keeping(now))
    assert own.all() == ()
    with pytest.raises(SetupError):
        own.put(CLUSTER)
    with pytest.raises(SetupError):
        own.remove(CLUSTER.name)
    assert path.is_symlink()


def test_a_file_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "clusters.toml"
    path.write_text(f'[clusters.studio]\nhost = "10.0.0.1"\nkeys = ["{KEY.line} remark"]\n')
    (found,) = TomlOwnClusters(path, keeping(now)).all()
    assert found == OwnCluster("studio", Hop("scheduler", "10.0.0.1", 22, "azureuser", (KEY,)))


@pytest.mark.parametrize("text", ["[", "clusters = 3", "[clusters.a]\n", '[clusters.a]\nhost = "h"\nport = "x"\n'])
def test_a_broken_list_of_clusters_is_set_aside_and_said(tmp_path: Path, text: str) -> None:
    told: list[Failure] = []
    (tmp_path / "clusters.toml").write_text(text)
    assert TomlOwnClusters(tmp_path / "clusters.toml", keeping(now, told)).all() == ()
    (aside,) = tmp_path.iterdir()
    assert aside.name == "clusters.broken-20261126-140200.toml"
    assert [(str(aside) in failure.summary, bool(failure.remedy)) for failure in told] == [(True, True)]


def test_a_key_change_can_be_read_back() -> None:
    error = other_key(JUMP, OTHER)
    assert KEY.fingerprint in error.summary
    assert OTHER.fingerprint in error.summary
    change = read_key_change(error.detail)
    assert (change.machine, change.host) == ("jump box", "gate.example:2222")
    assert (change.pinned, change.offered) == ((KEY,), OTHER)
    assert read_key_change("").offered is None


def test_sentences_name_the_first_machine_that_does_not_answer() -> None:
    second = Hop("second jump box", "10.1.1.1")
    route = Route("own/x", SCHEDULER, (JUMP, second))
    assert no_answer(route, 0, "").summary == "The jump box (gate.example:2222) does not answer."
    assert no_answer(route, 1, "").summary == "The jump box answers, the second jump box (10.1.1.1) does not."
    said = "The jump box and the second jump box answer, the scheduler (10.20.0.5) does not."
    assert no_answer(route, 2, "").summary == said
    bastion = Route("x", SCHEDULER, bastion=BastionTunnel("bst.example", "/m"))
    assert no_answer(bastion, 0, "").summary == "Bastion answers, the scheduler (10.20.0.5) does not."
