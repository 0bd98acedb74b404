"""Sign-in, sign-out and whoami over fakes: words, facts, and confirming in the middle of another command."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from fakes.identity import ACCOUNT, CODE, SUBSCRIPTIONS, FakeDirectory, FakeIdentity
from fakes.outlet import RecordingOutlet
from fakes.products import FakeSettingsStore
from fakes.program import FakeProgram
from tiepoint.console import sign_in as commands
from tiepoint.console.cloud_file import cloud_settings
from tiepoint.console.sign_in import SignInOptions, with_confirmation
from tiepoint.console.transfer_access import or_sign_in
from tiepoint.domain.account import SignInMethod
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import ConfirmationNeeded, InputError, SetByOrganisation, SignInNeeded, UsageError
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.services.preferences import Preferences
from tiepoint.services.program import Program
from tiepoint.services.sign_in import SignInService

OURS = BlobPlace("https://tp.blob.core.windows.net", "captures")


class _World:
    """A program whose person is a fake."""

    def __init__(self, identity: FakeIdentity | None = None, policy: Policy = NO_POLICY) -> None:
        self.identity, self.directory = identity or FakeIdentity(), FakeDirectory()
        self.preferences = Preferences(FakeSettingsStore(), policy)
        self.service = SignInService(self.identity, self.directory, self.preferences, lambda _: cast("Any", object()))
        program = FakeProgram().program
        azure = replace(program.azure, sign_in=self.service)
        self.program: Program = replace(program, azure=azure, preferences=self.preferences)
        self.outlet = RecordingOutlet()


async def test_signing_in_remembers_what_was_typed_and_lists_what_there_is() -> None:
    world = _World()
    options = SignInOptions(tenant="studio.example", cloud="us-government", client_id="app", is_in_plain_text=True)
    assert await commands.sign_in(world.program, world.outlet, options) == 0
    settings = world.preferences.settings
    assert (settings.cloud, settings.tenant, settings.client_id) == ("us-government", "studio.example", "app")
    assert settings.are_tokens_in_plain_text
    assert world.outlet.facts["account"].username == ACCOUNT.username
    assert "Mill Road Studio" in world.outlet.text
    assert "whoami --subscription" in world.outlet.text
    assert all(each.name in world.outlet.text for each in SUBSCRIPTIONS)


async def test_a_subscription_is_chosen_by_its_name() -> None:
    world = _World()
    await commands.sign_in(world.program, world.outlet, SignInOptions(subscription="studio r&d"))
    assert world.outlet.facts["subscription"] == SUBSCRIPTIONS[1]
    assert world.preferences.settings.subscription == "sub-2"
    with pytest.raises(UsageError, match="no subscription other"):
        await commands.whoami(world.program, RecordingOutlet(), "other")


async def test_a_refused_sign_in_leaves_the_settings_as_they_were() -> None:
    world = _World()
    world.identity.fails = SignInNeeded("The account is locked.")
    with pytest.raises(SignInNeeded):
        await commands.sign_in(world.program, world.outlet, SignInOptions(cloud="china", tenant="x.example"))
    assert (world.preferences.settings.cloud, world.preferences.settings.tenant) == ("public", "")


async def test_a_code_is_told_once() -> None:
    world = _World()
    await commands.sign_in(world.program, world.outlet, SignInOptions(is_with_code=True))
    assert [kind for kind, _, _ in world.outlet.notices] == ["device-code"]
    _, facts, text = world.outlet.notices[0]
    assert facts == {"url": CODE.url, "code": CODE.code, "expires": CODE.expires}
    assert CODE.code in text


async def test_whoami_without_a_sign_in_asks_for_one() -> None:
    world = _World()
    with pytest.raises(SignInNeeded) as needed:
        await commands.whoami(world.program, world.outlet)
    assert needed.value.exit_code == 4
    assert "tiepoint sign-in" in needed.value.remedy


async def test_without_a_subscription_the_way_to_choose_one_is_named() -> None:
    world = _World(FakeIdentity(ACCOUNT))
    with pytest.raises(SignInNeeded) as caught:
        await commands.signed_in(world.program)
    assert "--subscription" in caught.value.remedy


async def test_signing_out() -> None:
    world = _World(FakeIdentity(ACCOUNT))
    await commands.whoami(world.program, RecordingOutlet())
    assert await commands.sign_out(world.program, world.outlet) == 0
    assert world.service.snapshot.account is None


async def test_what_has_to_be_confirmed_is_asked_at_the_terminal_and_the_work_goes_on() -> None:
    world = _World(FakeIdentity(ACCOUNT))
    await world.service.restore()

    async def work() -> str:
        world.service.ask_to_confirm()
        await world.service.confirmed()
        return "done"

    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "c\n" if len(asked) == 1 else "\n"

    assert await with_confirmation(world.program, world.outlet, work(), ask) == "done"
    assert await with_confirmation(world.program, world.outlet, work(), ask) == "done"
    ways = [call[1] for call in world.identity.calls if call[0] == "confirm"]
    assert ways == [SignInMethod.DEVICE_CODE, SignInMethod.BROWSER]
    assert [kind for kind, _, _ in world.outlet.notices] == ["confirm", "device-code", "confirm"]


async def test_without_a_terminal_the_command_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    world = _World(FakeIdentity(ACCOUNT))
    await world.service.restore()
    ended = asyncio.Event()

    async def work() -> None:
        world.service.ask_to_confirm()
        try:
            await world.service.confirmed()
        finally:
            ended.set()

    with pytest.raises(ConfirmationNeeded) as needed:
        await with_confirmation(world.program, world.outlet, work())
    assert needed.value.exit_code == 4
    assert ended.is_set()


async def test_work_that_fails_fails() -> None:
    world = _World(FakeIdentity(ACCOUNT))

    async def work() -> None:
        raise UsageError("No.")

    with pytest.raises(UsageError):
        await with_confirmation(world.program, world.outlet, work(), lambda _: "")


async def test_transfers_take_the_sign_in_where_nothing_is_typed() -> None:
    signed_in, signed_out = _World(FakeIdentity(ACCOUNT)), _World()
    typed = signed_in.service.blob_source()
    assert await or_sign_in(signed_in.program, OURS, typed) is typed
    assert await or_sign_in(signed_in.program, OURS, None) is not None
    assert await or_sign_in(signed_in.program, BlobPlace("https://stranger.example", "c"), None) is None
    assert await or_sign_in(signed_out.program, OURS, None) is None


def test_a_cloud_by_name_or_file(tmp_path: Path) -> None:
    assert cloud_settings("china") == {"cloud": "china"}
    (tmp_path / "ca.pem").write_text("x")
    file = tmp_path / "ours.toml"
    file.write_text('authority = "https://a.example"\nmanagement = "https://m.example"\nca_file = "ca.pem"\n')
    changes = cloud_settings(str(file))
    assert changes["cloud"] == "custom"
    assert changes["custom_cloud"]["ca_file"] == str(tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("authority = ", "no TOML"),
        ('authority = "https://a.example"', "management"),
        ('[cloud]\nauthority = "https://a"\nmanagement = "https://m"\nca_file = "none.pem"', "no certificates"),
        ('[cloud]\nauthority = "https://a"\nmanagement = "https://m"\nautority = "x"', "autority"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(content)
    with pytest.raises(UsageError, match=words):
        cloud_settings(str(file))


def test_a_cloud_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="no cloud mars"):
        cloud_settings("mars")
    with pytest.raises(InputError, match="cannot be read"):
        cloud_settings("mars.toml")


async def test_another_organisation_than_the_policys_is_refused_before_anybody_is_asked() -> None:
    world = _World(policy=Policy(tenant="studio.example"))
    with pytest.raises(SetByOrganisation) as refused:
        await commands.sign_in(world.program, world.outlet, SignInOptions(tenant="other.example"))
    assert refused.value.exit_code == 2
    assert world.identity.calls == []
    assert await commands.sign_in(world.program, world.outlet, SignInOptions(tenant="studio.example")) == 0
