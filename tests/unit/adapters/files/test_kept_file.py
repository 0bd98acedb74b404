"""What holds for every small file that is kept: nothing is lost that is there, and what is wrong with it is told."""

from __future__ import annotations

import contextlib
import errno
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.keeping import keeping, keeping_locked
from tiepoint.adapters.files import whole_file
from tiepoint.adapters.files.cluster_journal import FileClusterJournal
from tiepoint.adapters.files.kept_file import KeptFile, json_form
from tiepoint.adapters.files.known_hosts import FileKnownHosts
from tiepoint.adapters.files.own_clusters import TomlOwnClusters
from tiepoint.adapters.files.round_store import FileRoundStore
from tiepoint.adapters.files.settings_store import FileSettingsStore
from tiepoint.adapters.files.whole_file import replace_text, set_aside
from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.cluster_operation import OperationKind
from tiepoint.domain.errors import SetupError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.remote_round import RoundId
from tiepoint.domain.route import Hop, HostKey
from tiepoint.ports.cluster_journal import OperationRecord
from tiepoint.ports.kept_files import Keeping
from tiepoint.runtime.locks import FileLock, lock_beside

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIDJb8z7Hn2m0v3pYIh1f0b2m3l5o6c7d8e9fAAAAAAAA")
FORM = json_form(
    "The list",
    (),
    version=1,
    parse=lambda data: tuple(str(each) for each in data["names"]),
    render=lambda names: {"names": list(names)},
    when_aside="Write it again.",
)


def now() -> datetime:
    return NOW


def added(name: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    return lambda names: (*names, name)


def test_a_broken_file_is_kept_under_a_name_of_its_own_and_told(tmp_path: Path) -> None:
    told: list[Failure] = []
    path = tmp_path / "list.json"
    file = KeptFile(path, FORM, keeping_locked(now, told))
    for broken in ("{", "{}", "null"):
        path.write_text(broken)
        file.change(added(broken))
        assert json.loads(path.read_text())["names"] == [broken]
    asides = [tmp_path / f"list.broken-20261126-120000{end}.json" for end in ("", "-2", "-3")]
    assert [each.read_text() for each in asides] == ["{", "{}", "null"]
    assert [str(each) in failure.summary for each, failure in zip(asides, told, strict=True)] == [True] * 3
    assert {failure.remedy for failure in told} == {"Write it again."}


def test_a_file_from_a_newer_release_stays_as_it_is(tmp_path: Path) -> None:
    told: list[Failure] = []
    path = tmp_path / "list.json"
    content = '{"schema_version": 2, "names": ["a"], "new": 1}'
    path.write_text(content)
    file = KeptFile(path, FORM, keeping_locked(now, told))
    assert file.seen() == ()
    assert "newer Tiepoint" in told[0].summary
    with pytest.raises(SetupError, match="newer Tiepoint") as refused:
        file.change(added("b"))
    assert refused.value.remedy
    assert path.read_text() == content


CHANGES: dict[str, Callable[[Path, Keeping], Any]] = {
    "rounds": lambda path, keeping: FileRoundStore(path, keeping).remove(RoundId("a")),
    "hosts": lambda path, keeping: FileKnownHosts(path, keeping).pin("a", "scheduler", (KEY,)),
    "clusters": lambda path, keeping: TomlOwnClusters(path, keeping).add(OwnCluster("a", Hop("scheduler", "h"))),
    "journal": lambda path, keeping: FileClusterJournal(path, keeping).keep(
        OperationRecord(ClusterId("s/a"), OperationKind.PAUSE, NOW)
    ),
    "settings": lambda path, keeping: FileSettingsStore(path, keeping).change(lambda settings: settings),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_is_written_in_the_place_of_a_file_that_cannot_be_read(
    tmp_path: Path, change: Callable[[Path, Keeping], Any]
) -> None:
    path = tmp_path / "file"
    path.symlink_to(path)  # too many links: as a file that is refused, or a disk that fails
    with pytest.raises(SetupError, match="cannot be read") as refused:
        change(path, keeping_locked(now))
    assert "right to read" in refused.value.remedy
    assert path.is_symlink()
    assert not list(tmp_path.glob("*.broken*"))


def test_whom_to_trust_is_not_guessed_where_it_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts.json"
    path.symlink_to(path)
    with pytest.raises(SetupError, match="machines' keys"):
        FileKnownHosts(path, keeping(now)).keys("a")


def test_lists_that_cannot_be_read_are_told_and_count_as_empty(tmp_path: Path) -> None:
    told: list[Failure] = []
    path = tmp_path / "file"
    path.symlink_to(path)
    with_told = keeping(now, told)
    assert FileRoundStore(path, with_told).all() == ()
    assert TomlOwnClusters(path, with_told).all() == ()
    assert FileClusterJournal(path, with_told).records() == ()
    titles = ["The list of rounds", "The list of own clusters", "The journal of what is done to clusters"]
    assert [failure.summary.split(" in /")[0] for failure in told] == titles


def test_whoever_does_not_let_go_is_said(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    impatient = Keeping(now, lambda file: FileLock(file.with_name("lock"), timeout_s=0))
    with FileLock(tmp_path / "lock"), pytest.raises(SetupError, match="another Tiepoint") as refused:
        KeptFile(path, FORM, impatient).change(added("a"))
    assert refused.value.retryable
    assert not path.exists()


def test_a_file_system_without_locks_is_no_reason_to_keep_nothing(tmp_path: Path) -> None:
    def no_lock(path: Path) -> contextlib.AbstractContextManager[object]:
        raise OSError(errno.ENOLCK, "No locks available")

    file = KeptFile(tmp_path / "list.json", FORM, Keeping(now, no_lock))
    assert file.change(added("a")) == ("a",)
    assert file.read() == ("a",)


def test_what_is_mended_while_we_look_is_not_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text("{")

    @contextlib.contextmanager
    def mended_meanwhile(_: Path) -> Iterator[None]:
        replace_text(path, '{"names": ["theirs"]}')
        yield

    assert KeptFile(path, FORM, Keeping(now, mended_meanwhile)).read() == ("theirs",)
    assert [each.name for each in tmp_path.iterdir()] == ["list.json"]


def test_a_refused_change_leaves_the_file_and_the_lock_free(tmp_path: Path) -> None:
    path = tmp_path / "clusters.toml"
    own = TomlOwnClusters(path, keeping_locked(now))
    own.add(OwnCluster("studio", Hop("scheduler", "h")))
    before = path.read_bytes()
    with pytest.raises(UsageError, match="already"):
        own.add(OwnCluster("studio", Hop("scheduler", "another")))
    assert path.read_bytes() == before
    with contextlib.ExitStack() as held:
        held.enter_context(lock_beside(path))


def test_a_link_stays_one_and_rights_stay_as_they_are(tmp_path: Path) -> None:
    theirs, path = tmp_path / "dotfiles" / "own.toml", tmp_path / "clusters.toml"
    theirs.parent.mkdir()
    theirs.write_text("")
    theirs.chmod(0o600)
    path.symlink_to(theirs)
    TomlOwnClusters(path, keeping_locked(now)).add(OwnCluster("studio", Hop("scheduler", "h")))
    assert path.is_symlink()
    assert "studio" in theirs.read_text()
    assert theirs.stat().st_mode & 0o777 == 0o600


BY_HAND = """\
# Ours, since 2024.
[clusters.barn]  # behind the mill
host = "10.0.0.2"
rack = "left"

[clusters.attic]
host = "10.0.0.3"

[mine]
note = "keep"
"""


def test_what_a_person_wrote_beside_the_clusters_stays(tmp_path: Path) -> None:
    path = tmp_path / "clusters.toml"
    path.write_text(BY_HAND)
    own = TomlOwnClusters(path, keeping(now))
    own.add(OwnCluster("studio", Hop("scheduler", "10.0.0.4", keys=(KEY,))))
    own.put(OwnCluster("attic", Hop("scheduler", "10.0.0.5")))
    text = path.read_text()
    for kept in ("# Ours, since 2024.", "# behind the mill", 'rack = "left"', 'note = "keep"'):
        assert kept in text
    assert [(each.name, each.scheduler.host) for each in own.all()] == [
        ("attic", "10.0.0.5"),
        ("barn", "10.0.0.2"),
        ("studio", "10.0.0.4"),
    ]
    for name in ("attic", "barn", "studio"):
        own.remove(name)
    assert own.all() == ()
    assert 'note = "keep"' in path.read_text()


def test_a_file_that_another_program_holds_for_a_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.json"
    replace, refusals = Path.replace, [PermissionError(errno.EACCES, "in use")] * 3

    def busy(part: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return replace(part, target)

    monkeypatch.setattr(whole_file, "_ARE_BUSY_FILES_REFUSED", True)  # as on Windows
    monkeypatch.setattr(Path, "replace", busy)
    replace_text(path, "new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="there it is waited for")
def test_elsewhere_a_refusal_is_one_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_part: Path, _target: Path) -> Path:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(PermissionError):
        replace_text(tmp_path / "list.json", "new")
    assert list(tmp_path.iterdir()) == []


def test_what_was_set_aside_before_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for content in ("1", "2"):
        path.write_text(content)
        set_aside(path, NOW)
    assert sorted(each.read_text() for each in tmp_path.iterdir()) == ["1", "2"]
