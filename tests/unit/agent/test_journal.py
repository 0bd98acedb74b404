"""Numbered events: missed ones can be asked for while they are kept; changes are told at most ten times a second."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from patience import until
from tiepoint.agent.journal import DEFAULT_TOPICS, MOST_MISSED, Journal
from tiepoint.agent.publisher import WINDOW_S, Publisher
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, TaskCounts
from tiepoint.protocol.events import Event, JobChanged, LogLine, LogLines, ProductReady, TaskChange, TasksChanged

JOB = JobId("20261122-a-000000")


def product(number: int) -> ProductReady:
    return ProductReady(JOB, f"{number}.glb", "/p", number)


def job(name: str) -> JobChanged:
    return JobChanged(Job(JOB, name, "/c", JobState.RUNNING))


def tasks(done: int, *changed: str) -> TasksChanged:
    return TasksChanged(JOB, "mesh", TaskCounts(completed=done), tuple(TaskChange(key, "completed") for key in changed))


def line(text: str) -> LogLines:
    return LogLines((LogLine(datetime.now(UTC), text),), job=JOB)


def test_missed_events() -> None:
    journal = Journal(kept=5)
    assert journal.missed(journal.epoch, 0, DEFAULT_TOPICS) == []
    for number in range(8):
        journal.append(product(number))
    assert [event.seq for event in journal.missed(journal.epoch, 6, DEFAULT_TOPICS) or ()] == [7, 8]
    assert [event.seq for event in journal.missed(journal.epoch, 3, DEFAULT_TOPICS) or ()] == [4, 5, 6, 7, 8]
    assert journal.missed(journal.epoch, 8, DEFAULT_TOPICS) == []
    assert journal.missed(journal.epoch, 2, DEFAULT_TOPICS) is None
    assert journal.missed(journal.epoch, 9, DEFAULT_TOPICS) is None
    assert journal.missed("another", 7, DEFAULT_TOPICS) is None
    assert journal.missed(journal.epoch, 6, {"job"}) == []


def test_too_many_missed_events_are_a_snapshot() -> None:
    journal = Journal()
    for number in range(MOST_MISSED + 1):
        journal.append(product(number))
    assert journal.missed(journal.epoch, 0, DEFAULT_TOPICS) is None
    assert journal.missed(journal.epoch, 1, DEFAULT_TOPICS)


@pytest.fixture
async def heard() -> Any:
    events: list[Event] = []
    publisher = Publisher(Journal())
    publisher.subscribe(events.append)
    yield publisher, events
    publisher.close()


async def test_the_first_change_is_told_at_once_and_the_next_in_bulk(heard: Any) -> None:
    publisher, events = heard
    for number in range(50):
        publisher.tell(job(str(number)))
        publisher.tell(tasks(number, f"mesh/{number % 7}"))
        publisher.tell(line(str(number)))
    assert [event.body for event in events] == [job("0")]
    await until(lambda: len(events) > 1)
    assert len(events) == 4
    newest = {type(event.body): event.body for event in events}
    assert newest[JobChanged] == job("49")
    assert newest[TasksChanged].tasks.completed == 49
    assert len(newest[TasksChanged].changed) == 7
    assert [each.text for each in newest[LogLines].lines] == [str(number) for number in range(50)]
    assert [event.seq for event in events] == [1, 2, 3, 4]


async def test_at_most_ten_a_second(heard: Any) -> None:
    publisher, events = heard
    began_s = time.monotonic()
    for number in range(40):
        publisher.tell(job(str(number)))
        await asyncio.sleep(0.01)
    publisher.flush()
    assert len(events) <= (time.monotonic() - began_s) / WINDOW_S + 3
    assert events[-1].body == job("39")


async def test_a_product_is_told_at_once_after_what_waited(heard: Any) -> None:
    publisher, events = heard
    publisher.tell(job("0"))
    publisher.tell(job("1"))
    publisher.tell(product(1))
    publisher.tell(product(2))
    assert [event.body for event in events] == [job("0"), job("1"), product(1), product(2)]


async def test_an_ended_subscription_hears_nothing(heard: Any) -> None:
    publisher, _ = heard
    events: list[Event] = []
    end = publisher.subscribe(events.append)
    end()
    publisher.tell(product(1))
    assert events == []
