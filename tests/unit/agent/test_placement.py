"""Which machine takes a task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from tiepoint import __version__
from tiepoint.agent.backends.dask.machine import Choices, Machine, Place, Worker
from tiepoint.agent.backends.dask.node_link import NodeLink
from tiepoint.agent.backends.dask.placement import chosen
from tiepoint.engine.task import Task

LINK = cast(NodeLink, object())


def machine(name: str, slots: int, *, used: int = 0, cards: int = 0, cores: int = 0, **report: Any) -> Machine:
    facts = {"slots": slots, "cpu_count": cores or slots, "version": __version__}
    made = Machine(name, Choices(), facts, {"gpus": [["A10", 1]] * cards, **report}, LINK)
    made.workers = {
        f"{name}/w{number}": Worker(f"{name}/w{number}", f"tls://{name}:{number}") for number in range(slots)
    }
    for number in range(used):
        made.places.append(Place(made, made.workers[f"{name}/w{number}"], 1, 1, (), cast(Any, None), "t/0"))
    return made


def task(threads: int = 1, gpus: int = 0) -> Task:
    return Task("mesh/0", "mesh:work", threads=threads, gpus=gpus)


def names(*machines: Machine, threads: int = 1, gpus: int = 0, limit: int = 0) -> str | None:
    found = chosen(task(threads, gpus), machines, limit)
    return found.machine.name if found else None


def test_the_largest_free_share_is_taken() -> None:
    assert names(machine("a", 4, used=2), machine("b", 2, used=0)) == "b"
    assert names(machine("a", 8, used=2), machine("b", 2, used=1)) == "a"
    assert names(machine("a", 2), machine("b", 16)) == "b"
    assert names(machine("a", 1, used=1)) is None
    assert names() is None


def test_many_threads_wait_for_the_largest_machine_of_unequal_ones() -> None:
    small, large = machine("small", 2), machine("large", 8)
    found = chosen(task(threads=16), [small, large], 0)
    assert found is not None
    assert (found.machine.name, found.slots, found.threads) == ("large", 8, 8)
    assert names(small, machine("large", 8, used=1), threads=16) is None
    assert names(small, machine("large", 8, used=6), threads=2) == "small"


def test_who_has_the_whole_machine_may_use_all_its_cores() -> None:
    found = chosen(task(threads=64), [machine("a", 2, cores=16)], 0)
    assert found is not None
    assert (found.slots, found.threads) == (2, 16)


def test_cards_are_given_out_once() -> None:
    without, with_two = machine("a", 4), machine("b", 4, cards=2)
    found = chosen(task(gpus=1), [without, with_two], 0)
    assert found is not None
    assert (found.machine.name, found.gpus) == ("b", (0,))
    with_two.places.append(Place(with_two, with_two.workers["b/w0"], 1, 1, (0,), cast(Any, None), "t/0"))
    found = chosen(task(gpus=1), [with_two], 0)
    assert found is not None
    assert found.gpus == (1,)
    assert names(with_two, gpus=2) is None
    with_two.choices.gpu_mask = 0b01
    assert names(with_two, gpus=1) is None
    assert names(without, gpus=1) is None


def test_a_machine_whose_processor_rests_takes_only_what_needs_cards() -> None:
    cards = machine("b", 4, cards=1)
    cards.choices.cpu = False
    assert names(cards) is None
    assert names(cards, gpus=1) == "b"


def test_a_node_limit_counts_machines() -> None:
    first, second = machine("a", 2, used=1), machine("b", 2)
    assert names(first, second) == "b"
    assert names(first, second, limit=1) == "a"
    assert names(machine("a", 1, used=1), second, limit=1) is None


def unfit() -> Iterator[Machine]:
    yield Machine("never heard")
    gone = machine("gone", 2)
    gone.link = None
    yield gone
    paused = machine("paused", 2)
    paused.choices.is_paused = True
    yield paused
    other = machine("other version", 2)
    other.facts = {**other.facts, "version": "0.0.9"}
    yield other
    yield machine("evicted", 2, is_leaving=True)
    yield machine("draining", 2, is_draining=True)
    yield machine("broken", 2, is_broken=True)
    ending = machine("ending", 2)
    ending.is_quitting = True
    yield ending


@pytest.mark.parametrize("unfit", list(unfit()), ids=lambda each: each.name)
def test_who_takes_no_task(unfit: Machine) -> None:
    assert names(unfit) is None
    assert names(unfit, machine("fit", 1)) == "fit"
