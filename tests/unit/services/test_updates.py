"""When updates are looked for, what is believed, and what a person does not want to hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from fakes.clock import FakeClock
from fakes.products import FakeSettingsStore
from fakes.updates import ISSUED, FakeUpdateMemory, FakeUpdateSource, a_manifest, a_release
from tiepoint.domain.errors import ConnectionLost, InputError, SetupError
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.domain.release import Seen, UpdateNotes
from tiepoint.domain.settings import Settings
from tiepoint.services.preferences import Preferences
from tiepoint.services.updates import UpdateService, UpdateSnapshot, UpdateState

ADDRESS, KEY = "https://updates.example/list", "a key"
OFFLINE = ConnectionLost("updates.example does not answer.", remedy="Check the network.", retryable=True)
FORGED = InputError("It was changed after it had been signed.", remedy="Install nothing from there.")


class _World:
    """A service on fakes; the watch goes on when `hour` is called."""

    def __init__(self, policy: Policy = NO_POLICY, built_in: str = ADDRESS, **settings: object) -> None:
        self.clock = FakeClock(ISSUED + timedelta(days=2))
        self.source, self.memory = FakeUpdateSource(), FakeUpdateMemory()
        self.source.manifest = a_manifest()
        store = FakeSettingsStore()
        store.settings = Settings(**settings)  # type: ignore[arg-type]
        self.preferences = Preferences(store, policy)
        self.resting = asyncio.Event()
        self._go = asyncio.Event()
        self.service = UpdateService(
            self.source, self.memory, self.preferences, "0.1.0", (built_in, (KEY,)), self.clock, sleep=self._sleep
        )
        self.told: list[UpdateSnapshot] = []
        self.service.changed.subscribe(self.told.append)

    async def _sleep(self, seconds: float) -> None:
        assert seconds == 3600
        self.resting.set()
        await self._go.wait()
        self._go.clear()

    async def started(self) -> None:
        self.service.start()
        await self.resting.wait()

    async def pass_hours(self, hours: float) -> None:
        self.clock.advance(hours * 3600)
        self.resting.clear()
        self._go.set()
        await self.resting.wait()

    @property
    def asked(self) -> int:
        return len(self.source.asked)


@pytest.fixture
async def world() -> AsyncIterator[_World]:
    made = _World()
    yield made
    await made.service.stop()


async def test_a_newer_release_is_found_and_told(world: _World) -> None:
    snapshot = await world.service.look()
    assert snapshot.state is UpdateState.AVAILABLE
    assert snapshot.newest == a_release()
    assert snapshot.looked == world.clock()
    assert [each.state for each in world.told] == [UpdateState.LOOKING, UpdateState.AVAILABLE]
    assert world.source.asked == [(ADDRESS, (KEY,))]


async def test_ours_may_be_the_newest(world: _World) -> None:
    world.source.manifest = a_manifest(a_release("0.1.0"), a_release("0.0.9"))
    snapshot = await world.service.look()
    assert (snapshot.state, snapshot.releases) == (UpdateState.CURRENT, ())


async def test_the_panel_looks_once_a_day(world: _World) -> None:
    await world.started()
    assert world.asked == 1
    for _ in range(23):
        await world.pass_hours(1)
    assert world.asked == 1
    await world.pass_hours(1)
    assert world.asked == 2


async def test_a_start_on_the_same_day_asks_nobody_and_knows_it_still(world: _World) -> None:
    world.memory.notes = UpdateNotes({ADDRESS: Seen(world.clock() - timedelta(hours=5), a_manifest())})
    await world.started()
    assert world.asked == 0
    assert world.service.snapshot.state is UpdateState.AVAILABLE
    world.service.start()
    await world.pass_hours(20)
    assert world.asked == 1


async def test_a_clock_that_went_back_keeps_nobody_from_looking(world: _World) -> None:
    world.memory.notes = UpdateNotes({ADDRESS: Seen(world.clock() + timedelta(days=30), a_manifest())})
    await world.started()
    assert world.asked == 1


async def test_what_nobody_answered_is_asked_again_in_an_hour(world: _World) -> None:
    world.source.failure = OFFLINE
    await world.started()
    assert world.service.snapshot.state is UpdateState.FAILED
    assert world.service.snapshot.failure is not None
    assert world.service.snapshot.failure.kind == "connection"
    world.source.failure = None
    await world.pass_hours(1)
    assert (world.asked, world.service.snapshot.state) == (2, UpdateState.AVAILABLE)
    assert world.service.snapshot.failure is None


async def test_a_forged_list_is_not_asked_for_again_before_tomorrow(world: _World) -> None:
    world.source.failure = FORGED
    await world.started()
    await world.pass_hours(2)
    assert world.asked == 1
    assert world.service.snapshot.state is UpdateState.FAILED


async def test_a_failure_leaves_what_was_believed(world: _World) -> None:
    await world.service.look()
    for failure in (OFFLINE, FORGED):
        world.source.failure = failure
        snapshot = await world.service.look()
        assert snapshot.state is UpdateState.FAILED
        assert snapshot.newest == a_release()
    seen = world.memory.notes.seen[ADDRESS]
    assert seen.manifest == a_manifest()


async def test_a_replay_is_refused_also_after_a_new_start(world: _World) -> None:
    world.memory.notes = UpdateNotes({ADDRESS: Seen(world.clock(), a_manifest(a_release("0.3.0"), sequence=9))})
    snapshot = await world.service.look()
    assert snapshot.state is UpdateState.FAILED
    assert snapshot.failure is not None
    assert "An older list of updates" in snapshot.failure.summary
    assert snapshot.newest is not None
    assert snapshot.newest.version == "0.3.0"
    kept = world.memory.notes.seen[ADDRESS].manifest
    assert kept is not None
    assert kept.sequence == 9


async def test_a_forged_list_does_not_make_a_replay_possible(world: _World) -> None:
    world.memory.notes = UpdateNotes({ADDRESS: Seen(world.clock(), a_manifest(sequence=9))})
    world.source.failure = FORGED
    await world.service.look()
    world.source.failure = None
    assert (await world.service.look()).state is UpdateState.FAILED


async def test_an_expired_list_is_refused_and_forgotten_when_it_expires(world: _World) -> None:
    await world.service.look()
    world.clock.advance(90 * 86_400)
    snapshot = await world.service.look()
    assert snapshot.failure is not None
    assert "has expired" in snapshot.failure.summary
    assert snapshot.releases == ()


async def test_one_of_the_future_is_refused(world: _World) -> None:
    world.source.manifest = a_manifest(issued=world.clock() + timedelta(days=2))
    snapshot = await world.service.look()
    assert snapshot.failure is not None
    assert "still to come" in snapshot.failure.summary


@pytest.mark.parametrize(
    ("policy", "settings"), [(Policy(updates=False), {}), (NO_POLICY, {"updates": False})], ids=["policy", "person"]
)
async def test_switched_off_nobody_is_asked_and_nothing_read(policy: Policy, settings: dict[str, object]) -> None:
    world = _World(policy, **settings)
    assert world.service.snapshot.state is UpdateState.OFF
    await world.started()
    await world.pass_hours(25)
    assert (await world.service.look()).state is UpdateState.OFF
    assert (world.asked, world.memory.reads) == (0, 0)
    await world.service.stop()


async def test_without_an_address_nobody_is_asked() -> None:
    world = _World(built_in="")
    await world.started()
    assert (await world.service.look()).state is UpdateState.NO_ADDRESS
    assert world.asked == 0
    await world.service.stop()


async def test_an_organisation_has_its_own_address_and_keys() -> None:
    world = _World(Policy(update_address="https://studio.example/list", update_keys=("theirs",)))
    await world.service.look()
    assert world.source.asked == [("https://studio.example/list", (KEY, "theirs"))]


async def test_switching_off_cuts_a_request_on_its_way(world: _World) -> None:
    world.source.held = asyncio.Event()
    looking = asyncio.create_task(world.service.look())
    await world.source.came.wait()
    await world.preferences.update(updates=False)
    assert (await looking).state is UpdateState.OFF
    await world.service.stop()
    assert world.source.cut == 1


async def test_switching_on_looks_again(world: _World) -> None:
    await world.started()
    await world.preferences.update(updates=False)
    assert world.service.snapshot.releases == ()
    world.resting.clear()
    world.memory.notes = UpdateNotes()
    await world.preferences.update(updates=True)
    await world.resting.wait()
    assert (world.asked, world.service.snapshot.state) == (2, UpdateState.AVAILABLE)


async def test_another_address_is_another_story(world: _World) -> None:
    world.memory.notes = UpdateNotes({ADDRESS: Seen(world.clock(), a_manifest(sequence=9))})
    await world.preferences.update(update_address="https://studio.example/list")
    assert world.service.address == "https://studio.example/list"
    assert (await world.service.look()).state is UpdateState.AVAILABLE
    assert set(world.memory.notes.seen) == {ADDRESS, "https://studio.example/list"}


async def test_other_settings_disturb_nothing(world: _World) -> None:
    await world.service.look()
    await world.preferences.update(theme="dark")
    assert world.service.snapshot.state is UpdateState.AVAILABLE


async def test_two_who_look_at_once_ask_once(world: _World) -> None:
    first, second = await asyncio.gather(world.service.look(), world.service.look())
    assert first == second
    assert world.asked == 1


async def test_a_skipped_version_is_quiet_until_the_next(world: _World) -> None:
    await world.service.look()
    await world.service.skip("0.2.0")
    assert world.service.snapshot.is_quiet
    assert world.service.snapshot.newest is not None
    world.source.manifest = a_manifest(a_release("0.3.0"), sequence=8)
    assert not (await world.service.look()).is_quiet


async def test_later_is_in_a_week(world: _World) -> None:
    await world.started()
    await world.service.remind_later()
    await world.pass_hours(6 * 24)
    assert world.service.snapshot.is_quiet
    await world.pass_hours(25)
    assert not world.service.snapshot.is_quiet


async def test_what_was_told_is_remembered(world: _World) -> None:
    await world.service.mark_told()
    await world.service.look()
    assert not world.service.snapshot.is_told
    await world.service.mark_told()
    assert world.service.snapshot.is_told
    assert world.memory.notes.told == "0.2.0"


async def test_what_a_command_beside_us_kept_is_kept(world: _World) -> None:
    await world.service.look()
    world.memory.notes = UpdateNotes({**world.memory.notes.seen, "https://other.example/": Seen(world.clock())})
    await world.service.skip("0.2.0")
    assert "https://other.example/" in world.memory.notes.seen


async def test_without_a_memory_nothing_new_is_believed_because_it_might_be_a_replay(world: _World) -> None:
    world.memory.failure = SetupError("What is known of updates cannot be opened.", remedy="Get the right to.")
    await world.started()
    snapshot = world.service.snapshot
    assert (snapshot.state, snapshot.releases) == (UpdateState.FAILED, ())
    with pytest.raises(SetupError):
        await world.service.skip("0.2.0")


async def test_a_list_that_cannot_be_kept_is_told_with_the_trouble(world: _World) -> None:
    def change(_change: object) -> UpdateNotes:
        raise SetupError("The folder cannot be written.")

    world.memory.change = change  # type: ignore[method-assign]
    snapshot = await world.service.look()
    assert snapshot.state is UpdateState.AVAILABLE
    assert snapshot.failure is not None
    with pytest.raises(SetupError):
        await world.service.remind_later()
    assert world.service.snapshot.is_quiet


async def test_a_defect_is_not_hidden(world: _World) -> None:
    world.source.manifest = None

    async def broken(_address: str, _keys: object) -> object:
        raise ZeroDivisionError

    world.source.fetch = broken  # type: ignore[assignment,method-assign]
    with pytest.raises(ZeroDivisionError):
        await world.service.look()


async def test_an_address_of_the_organisations_that_cannot_be_used_leads_to_nobody_else() -> None:
    world = _World(Policy(unusable=frozenset({"update_address"})), update_address="https://own.example/list")
    assert (await world.service.look()).state is UpdateState.NO_ADDRESS
    assert world.asked == 0
    await world.service.stop()
