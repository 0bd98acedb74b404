"""An own cluster from the command line: added with compared keys, asked for jobs and nodes, removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster_box.__main__ import add_words
from cluster_box.box import ClusterBox
from program import Program


@pytest.fixture
def program(tiepoint_home: Path) -> Iterator[Program]:
    program = Program(tiepoint_home)
    yield program
    program.stop()


def test_a_cluster_is_added_asked_and_removed(toy_box: ClusterBox, program: Program) -> None:
    added = program.run("cluster", "add", *add_words(toy_box), "--json")
    assert added.status == 0, added.stdout + added.stderr
    nodes = program.run("nodes", "--cluster", "box", "--json")
    assert nodes.status == 0, nodes.stdout + nodes.stderr
    assert [(node["id"], node["state"]) for node in nodes.result["nodes"]] == [
        ("node-01", "offline"),
        ("node-02", "offline"),
    ]
    jobs = program.run("jobs", "--cluster", "box", "--json")
    assert (jobs.status, jobs.result["jobs"]) == (0, [])
    assert program.run("cluster", "remove", "box").status == 0
    gone = program.run("jobs", "--cluster", "box", "--json")
    assert gone.status != 0
    assert "There is no cluster “box”" in gone.result["error"]["summary"]
    assert not program.processes("agent")


def test_keys_that_are_not_the_machines_own_are_refused(toy_box: ClusterBox, program: Program) -> None:
    words = add_words(toy_box)
    pinned = toy_box.scheduler.host_key
    toy_box.scheduler.change_key()
    refused = program.run("cluster", "add", *words)
    assert refused.status == 1
    said = refused.stdout + refused.stderr
    assert pinned.fingerprint in said
    assert toy_box.scheduler.host_key.fingerprint in said
