"""Signing in as panel and command line see it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from fakes.identity import ACCOUNT, CODE, PLANTED_TOKEN, SUBSCRIPTIONS, TENANT, FakeDirectory, FakeIdentity
from fakes.products import FakeSettingsStore
from tiepoint.domain.account import SignInMethod, SubscriptionId, Tenant, TenantId
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.cloud import CUSTOM
from tiepoint.domain.errors import (
    Canceled,
    ConfirmationNeeded,
    ConnectionLost,
    NotPermitted,
    SetByOrganisation,
    SignInNeeded,
    UsageError,
)
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.domain.settings import Settings
from tiepoint.ports.azure import Azure
from tiepoint.services.preferences import Preferences
from tiepoint.services.sign_in import SignInService, SignInSnapshot, SignInState

PLACE = BlobPlace("https://tp.blob.core.windows.net", "captures")


class _Stand:
    """A service with what it stands on."""

    def __init__(
        self,
        identity: FakeIdentity | None = None,
        settings: Settings | None = None,
        policy: Policy = NO_POLICY,
    ) -> None:
        self.identity, self.directory = identity or FakeIdentity(), FakeDirectory()
        self.store = FakeSettingsStore(settings or Settings())
        self.made: list[SubscriptionId] = []
        self.forgotten = 0
        self.service = SignInService(
            self.identity,
            self.directory,
            Preferences(self.store, policy),
            self._azure_for,
            forget=self._forget,
        )
        self.states: list[SignInState] = []
        self.service.changed.subscribe(self._heard)

    def _azure_for(self, subscription: SubscriptionId) -> Azure:
        self.made.append(subscription)
        return cast("Azure", object())

    async def _forget(self) -> None:
        assert ("sign_out",) in self.identity.calls or self.service.snapshot.account is None
        self.forgotten += 1

    def _heard(self, snapshot: SignInSnapshot) -> None:
        if not self.states or self.states[-1] is not snapshot.state:
            self.states.append(snapshot.state)

    @property
    def snapshot(self) -> SignInSnapshot:
        return self.service.snapshot


async def test_the_last_sign_in_is_taken_up_without_a_question() -> None:
    stand = _Stand(FakeIdentity(ACCOUNT), Settings(subscription="sub-2"))
    await stand.service.restore()
    assert stand.states == [SignInState.RESTORING, SignInState.SIGNED_IN]
    assert stand.snapshot.account is not None
    assert stand.snapshot.account.tenant == TENANT
    assert stand.snapshot.subscription == SUBSCRIPTIONS[1]
    assert stand.snapshot.is_ready
    await stand.service.restore()
    assert sum(call[0] == "restore" for call in stand.identity.calls) == 1


async def test_nothing_to_take_up_is_no_failure() -> None:
    stand = _Stand()
    await stand.service.restore()
    assert stand.snapshot.state is SignInState.SIGNED_OUT
    assert stand.snapshot.failure is None


async def test_without_traces_of_a_sign_in_the_identity_is_not_even_asked() -> None:
    stand = _Stand(FakeIdentity(ACCOUNT))
    service = SignInService(stand.identity, stand.directory, Preferences(stand.store), stand._azure_for, lambda: False)
    await service.restore()
    assert stand.identity.calls == []
    await service.stop()
    assert not stand.identity.is_closed


async def test_a_restore_that_fails_says_why_and_can_be_tried_again() -> None:
    stand = _Stand(FakeIdentity(ACCOUNT))
    stand.identity.fails = ConnectionLost("Azure cannot be reached.")
    await stand.service.restore()
    assert stand.snapshot.state is SignInState.SIGNED_OUT
    assert stand.snapshot.failure is not None
    assert stand.snapshot.failure.summary == "Azure cannot be reached."
    await stand.service.restore()
    assert stand.snapshot.state is SignInState.SIGNED_IN
    assert stand.snapshot.failure is None
    await stand.service.stop()


async def test_without_a_network_it_is_tried_again_by_itself_and_quietly() -> None:
    stand = _Stand(FakeIdentity(ACCOUNT))
    waits: list[float] = []
    back = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await back.wait()

    service = SignInService(stand.identity, stand.directory, Preferences(stand.store), stand._azure_for, sleep=sleep)
    states: list[SignInState] = []
    signed_in = asyncio.Event()
    service.changed.subscribe(lambda snapshot: states.append(snapshot.state))
    service.changed.subscribe(lambda snapshot: signed_in.set() if snapshot.account else None)
    stand.identity.fails = ConnectionLost("Azure cannot be reached.")
    await service.restore()
    assert states[-1] is SignInState.SIGNED_OUT
    states.clear()
    back.set()
    await signed_in.wait()
    assert SignInState.RESTORING not in states
    assert waits == [30.0]
    await service.stop()


async def test_stopping_ends_the_wait_for_a_network() -> None:
    stand = _Stand(FakeIdentity(ACCOUNT))
    stand.identity.fails = ConnectionLost("Azure cannot be reached.")
    await stand.service.restore()
    await stand.service.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "restore-sign-in"]


async def test_a_sign_in_uses_and_remembers_the_settings() -> None:
    stand = _Stand(settings=Settings(cloud="china", client_id="studio-app", are_tokens_in_plain_text=True))
    assert stand.snapshot.cloud.name == "china"
    await stand.service.sign_in(tenant="studio.example")
    call = stand.identity.calls[0]
    assert call == ("sign_in", "china", "studio.example", "studio-app", SignInMethod.BROWSER, True)
    assert stand.store.settings.tenant == "studio.example"
    assert stand.states == [SignInState.WAITING, SignInState.SIGNED_IN]
    assert stand.snapshot.subscription is None  # two work: the person chooses
    with pytest.raises(SignInNeeded, match="No subscription"):
        stand.service.azure()
    await stand.service.choose(SUBSCRIPTIONS[0].id)
    assert stand.store.settings.subscription == "sub-1"
    assert stand.service.azure() is stand.service.azure()
    assert stand.made == [SUBSCRIPTIONS[0].id]


async def test_the_only_subscription_is_chosen() -> None:
    stand = _Stand()
    stand.directory.all_subscriptions = SUBSCRIPTIONS[:1]
    await stand.service.sign_in()
    assert stand.snapshot.subscription == SUBSCRIPTIONS[0]


async def test_no_subscription_is_said_with_what_to_do() -> None:
    stand = _Stand()
    stand.directory.all_subscriptions = ()
    await stand.service.sign_in()
    assert stand.snapshot.state is SignInState.SIGNED_IN
    assert stand.snapshot.failure is not None
    assert "no subscription in Mill Road Studio" in stand.snapshot.failure.summary


async def test_subscriptions_that_cannot_be_read_leave_the_sign_in_alone() -> None:
    stand = _Stand()
    stand.directory.fails = NotPermitted("You may not do this.")
    await stand.service.sign_in()
    assert stand.snapshot.state is SignInState.SIGNED_IN
    assert stand.snapshot.failure is not None
    stand.directory.fails = None
    await stand.service.look()
    assert stand.snapshot.failure is None


async def test_the_code_is_shown_while_it_is_waited_for() -> None:
    stand = _Stand(FakeIdentity(answers=False))
    task = asyncio.create_task(stand.service.sign_in(SignInMethod.DEVICE_CODE))
    await stand.identity.asked.wait()
    assert stand.snapshot.code == CODE
    stand.identity.answer()
    await task
    assert stand.snapshot.code is None


async def test_cancelling_is_told_apart_from_failing() -> None:
    stand = _Stand(FakeIdentity(answers=False))
    task = asyncio.create_task(stand.service.sign_in())
    await stand.identity.asked.wait()
    stand.service.cancel()
    with pytest.raises(Canceled):
        await task
    assert stand.snapshot.state is SignInState.SIGNED_OUT
    assert stand.snapshot.failure is None


async def test_a_task_that_is_cancelled_stays_cancelled() -> None:
    stand = _Stand(FakeIdentity(answers=False))
    task = asyncio.create_task(stand.service.sign_in())
    await stand.identity.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stand.snapshot.state is SignInState.SIGNED_OUT


async def test_a_second_sign_in_takes_the_place_of_one_that_waits() -> None:
    stand = _Stand(FakeIdentity(answers=False))
    first = asyncio.create_task(stand.service.sign_in())
    await stand.identity.asked.wait()
    stand.identity.answers = True
    await stand.service.sign_in(SignInMethod.DEVICE_CODE)
    with pytest.raises(Canceled):
        await first
    assert stand.snapshot.state is SignInState.SIGNED_IN


async def test_a_refused_sign_in_keeps_the_older_one() -> None:
    stand = _Stand()
    await stand.service.sign_in()
    stand.identity.fails = SignInNeeded("The account is locked.")
    with pytest.raises(SignInNeeded):
        await stand.service.sign_in()
    assert stand.snapshot.state is SignInState.SIGNED_IN
    assert stand.snapshot.account is not None
    assert stand.snapshot.failure is not None


async def test_what_azure_wants_confirmed_is_asked_and_waited_for() -> None:
    stand = _Stand()
    await stand.service.sign_in()
    stand.service.ask_to_confirm()
    assert stand.snapshot.needs_confirmation
    waiting = asyncio.create_task(stand.service.confirmed())
    await asyncio.sleep(0)
    stand.identity.fails = SignInNeeded("It did not come to that.")
    with pytest.raises(SignInNeeded):
        await stand.service.confirm()
    assert stand.snapshot.needs_confirmation
    assert not waiting.done()
    await stand.service.confirm(SignInMethod.DEVICE_CODE)
    await waiting
    assert not stand.snapshot.needs_confirmation
    assert stand.snapshot.state is SignInState.SIGNED_IN


async def test_signing_out_instead_of_confirming_ends_the_wait() -> None:
    stand = _Stand()
    await stand.service.sign_in()
    stand.service.ask_to_confirm()
    waiting = asyncio.create_task(stand.service.confirmed())
    await asyncio.sleep(0)
    await stand.service.sign_out()
    with pytest.raises(SignInNeeded):
        await waiting
    assert stand.forgotten == 1
    assert stand.snapshot.subscriptions == ()
    assert ("sign_out",) in stand.identity.calls


async def test_an_unknown_subscription_is_refused() -> None:
    stand = _Stand()
    await stand.service.sign_in()
    with pytest.raises(UsageError):
        await stand.service.choose(SubscriptionId("nobody's"))


async def test_a_right_to_blob_comes_from_the_sign_in_and_is_marked() -> None:
    stand = _Stand(FakeIdentity(ACCOUNT))
    credential = await stand.service.blob_source().credential(PLACE)
    assert credential.kind == "bearer"
    assert credential.secret == PLANTED_TOKEN
    assert credential.is_by_sign_in
    assert PLANTED_TOKEN not in repr(credential)


async def test_without_a_sign_in_there_is_no_right_to_blob() -> None:
    stand = _Stand()
    with pytest.raises(SignInNeeded, match="Nobody is signed in"):
        await stand.service.blob_source().credential(PLACE)


async def test_a_right_that_has_to_be_confirmed_asks_for_it() -> None:
    stand = _Stand(FakeIdentity(ACCOUNT))
    await stand.service.restore()
    stand.identity.fails = ConfirmationNeeded("Azure asks you to confirm.")
    with pytest.raises(ConfirmationNeeded):
        await stand.service.blob_source().credential(PLACE)
    assert stand.snapshot.needs_confirmation


async def test_who_signs_out_meanwhile_has_nothing_to_confirm() -> None:
    class SignsOut(FakeIdentity):
        async def storage_token(self) -> tuple[str, float]:
            await stand.service.sign_out()
            raise ConfirmationNeeded("Azure asks you to confirm.")

    stand = _Stand(SignsOut(ACCOUNT))
    with pytest.raises(ConfirmationNeeded):
        await stand.service.blob_source().credential(PLACE)
    assert not stand.snapshot.needs_confirmation


async def test_a_custom_cloud_that_is_described_wrongly_is_refused() -> None:
    stand = _Stand(settings=Settings(cloud=CUSTOM, custom_cloud={"authority": "https://login.example"}))
    assert stand.snapshot.cloud.name == "public"
    with pytest.raises(UsageError, match="management"):
        await stand.service.sign_in()
    await stand.service.restore()
    assert stand.snapshot.failure is not None


async def test_stopping_lets_go_of_everything() -> None:
    stand = _Stand(FakeIdentity(answers=False))
    task = asyncio.create_task(stand.service.sign_in())
    await stand.identity.asked.wait()
    await stand.service.stop()
    with pytest.raises(Canceled):
        await task
    assert stand.identity.is_closed


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://tp.blob.core.windows.net",
        "https://tp.blob.core.windows.net.evil.example",
        "https://evilcore.windows.net",
        "https://core.windows.net@evil.example",
        "https://127.0.0.1:10000/devstoreaccount1",
    ],
)
async def test_a_token_goes_to_storage_of_this_cloud_only(endpoint: str) -> None:
    stand = _Stand(FakeIdentity(ACCOUNT))
    with pytest.raises(SignInNeeded, match="no storage of Azure"):
        await stand.service.blob_source().credential(BlobPlace(endpoint, "captures"))
    assert ("storage_token",) not in stand.identity.calls


STUDIO_ONLY = Policy(tenant="studio.example", places={"tenant": "/etc/p"})


async def test_under_a_policy_only_its_organisation_is_signed_in_to() -> None:
    stand = _Stand(policy=STUDIO_ONLY)
    with pytest.raises(SetByOrganisation, match=r"studio\.example") as refused:
        await stand.service.sign_in(tenant="other.example")
    assert "/etc/p" in refused.value.remedy
    assert stand.snapshot.failure is not None
    assert stand.identity.calls == []
    await stand.service.sign_in(tenant="Studio.Example")
    await stand.service.sign_in()
    assert {call[2] for call in stand.identity.calls if call[0] == "sign_in"} == {"studio.example"}
    assert stand.store.settings.tenant == ""


@pytest.mark.parametrize(("identity", "domain"), [("tenant-9", "studio.example"), ("STUDIO.example", "")])
async def test_a_sign_in_of_the_organisation_is_taken_up(identity: str, domain: str) -> None:
    tenant = Tenant(TenantId(identity), "Studio", domain)
    stand = _Stand(FakeIdentity(replace(ACCOUNT, tenant=tenant)), policy=STUDIO_ONLY)
    await stand.service.restore()
    assert stand.snapshot.account is not None


async def test_a_sign_in_of_another_organisation_is_not_taken_up() -> None:
    stand = _Stand(FakeIdentity(ACCOUNT), policy=STUDIO_ONLY)
    await stand.service.restore()
    assert stand.snapshot.state is SignInState.SIGNED_OUT
    assert stand.snapshot.failure is not None
    assert "studio.example only" in stand.snapshot.failure.summary
    assert stand.identity.is_closed
    assert stand.forgotten == 1
    with pytest.raises(SignInNeeded):
        stand.service.azure()
    with pytest.raises(SignInNeeded):
        await stand.service.storage_credential()


@pytest.mark.parametrize("name", ["tenant", "client_id"])
async def test_where_the_organisation_is_in_doubt_nobody_signs_in(name: str) -> None:
    policy = Policy(unusable=frozenset({name}), places={name: "/etc/p"})
    stand = _Stand(FakeIdentity(ACCOUNT), policy=policy)
    await stand.service.restore()
    assert stand.snapshot.account is None
    assert stand.forgotten == 1
    with pytest.raises(SetByOrganisation, match="cannot be used"):
        await stand.service.sign_in()
    assert stand.snapshot.failure is not None
    assert "/etc/p" in stand.snapshot.failure.remedy
    assert stand.identity.calls == []


async def test_the_organisations_application_signs_in() -> None:
    stand = _Stand(settings=Settings(client_id="own"), policy=Policy(client_id="theirs"))
    await stand.service.sign_in()
    assert [call[3] for call in stand.identity.calls if call[0] == "sign_in"] == ["theirs"]
