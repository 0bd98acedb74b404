"""The site switch, the banner about the link, and the dialogs about keys, own clusters and paths."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from fakes.program import FakeProgram
from fakes.remote import fake_site
from fakes.remote_sites import OTHER_KEY
from fakes.scheduler import FakeScheduler
from page_stand import FakePanel, until
from tiepoint.domain.cluster import ClusterState
from tiepoint.domain.errors import (
    AgentTooNew,
    AgentTooOld,
    AgentUnavailable,
    CloudError,
    KeyRefused,
    SetupError,
    SignInNeeded,
    TiepointError,
)
from tiepoint.domain.failure import Failure
from tiepoint.services.sites import Site, SiteKind
from tiepoint.ui.shell.host_key_dialog import HostKeyDialog
from tiepoint.ui.shell.link_banner import LinkBanner
from tiepoint.ui.shell.own_cluster_dialog import OwnClusterDialog
from tiepoint.ui.shell.path_doctor_dialog import open_path_doctor
from tiepoint.ui.shell.site_switch import SiteSwitch
from tiepoint.ui.viewmodels.own_cluster_form import OwnClusterForm, judge, read_hop
from tiepoint.ui.viewmodels.path_doctor import report_text, verdict
from ui.site_scenes import broken_report, key_changed, whole_report

InQt = Callable[[Any], Any]


@asynccontextmanager
async def a_panel(*names: str) -> AsyncIterator[tuple[FakePanel, QWidget]]:
    """A panel that shows the first of these own clusters, and a window."""
    parts, window = FakePanel(FakeProgram()), QWidget()
    sites = parts.fake.program.remote.sites
    sites.start()
    for name in names:
        sites.add(fake_site(name))
    if names:
        sites.show(f"own/{names[0]}")
    window.resize(1000, 200)
    window.show()
    try:
        yield parts, window
    finally:
        window.close()
        window.deleteLater()
        await sites.stop()
        await parts.stop()


def _shown(parts: FakePanel) -> Site:
    return parts.fake.program.remote.sites.shown


def _remote(parts: FakePanel) -> Any:
    return parts.fake.program.remote.remote


async def _lose(parts: FakePanel, error: TiepointError) -> None:
    await until(lambda: _shown(parts).monitor.snapshot.link.is_up)
    scheduler = _shown(parts).scheduler
    assert isinstance(scheduler, FakeScheduler)
    scheduler.problem, scheduler.retry_s = error, 30.0
    scheduler.lose()
    await until(lambda: not _shown(parts).monitor.snapshot.link.is_up)


def test_the_switch_names_the_shown_site_and_lets_people_choose_another(in_qt: InQt) -> None:
    async def scene() -> None:
        async with a_panel("studio", "annex") as (parts, window):
            switch = SiteSwitch(parts.panel, window)
            switch.setParent(window)
            switch.show()
            assert switch.text() == "studio"
            switch.fill()
            entries = {entry.property("site"): entry for entry in switch.menu().actions() if entry.property("site")}
            assert list(entries) == ["computer", "own/annex", "own/studio"]
            assert entries["own/studio"].isChecked()
            assert entries["own/annex"].toolTip() == "not followed"
            entries["computer"].trigger()
            assert switch.text() == "This computer"
            assert "This computer" in switch.accessibleName()
            switch.menu().actions()[-2].trigger()
            dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, OwnClusterDialog))
            dialog.reject()
            switch.shut()

    in_qt(scene())


@pytest.mark.parametrize(
    ("error", "title", "button"),
    [
        (AgentUnavailable("There is no agent."), "studio has no agent yet", "agent_button"),
        (AgentTooOld("It is too old."), "The agent of studio is too old", "agent_button"),
        (AgentTooNew("It is too new."), "The agent of studio is newer than this program", "try_button"),
        (KeyRefused("It takes none."), "studio does not take our key", "doctor_button"),
        (SignInNeeded("Sign in."), "Sign in to reach studio", "sign_in_button"),
        (key_changed(), "A machine of studio shows another key", "keys_button"),
    ],
)
def test_the_banner_says_what_is_the_matter_and_what_to_do(
    in_qt: InQt, error: TiepointError, title: str, button: str
) -> None:
    async def scene() -> None:
        async with a_panel("studio") as (parts, window):
            banner = LinkBanner(parts.panel)
            banner.setParent(window)
            assert banner.accessibleName().startswith("Connecting to studio")
            await _lose(parts, error)
            await until(lambda: banner.accessibleName().startswith(title))
            assert not getattr(banner, button).isHidden()
            banner.shut()

    in_qt(scene())


def test_an_agent_is_installed_from_the_banner_and_the_link_tried_at_once(in_qt: InQt) -> None:
    async def scene() -> None:
        async with a_panel("studio") as (parts, window):
            banner = LinkBanner(parts.panel)
            banner.setParent(window)
            await _lose(parts, AgentUnavailable("There is no agent."))
            await until(lambda: not banner.agent_button.isHidden())
            banner.agent_button.click()
            await until(
                lambda: (
                    banner.accessibleName()
                    == "Installing the agent of studio. Copying the agent  40 %".replace("40 ", "40\N{NO-BREAK SPACE}")
                )
            )
            _remote(parts).kept = ("/etc/tiepoint/agent.json",)
            _remote(parts).goes_on.set()
            await until(lambda: [each.title for each in parts.said] == ["The agent of studio is up to date"])
            assert "kept: /etc/tiepoint/agent.json." in parts.said[0].text
            assert _shown(parts).scheduler.tries >= 1  # type: ignore[attr-defined]
            banner.shut()

    in_qt(scene())


def test_an_install_that_fails_says_why(in_qt: InQt) -> None:
    async def scene() -> None:
        async with a_panel("studio") as (parts, window):
            banner = LinkBanner(parts.panel)
            banner.setParent(window)
            await _lose(parts, AgentUnavailable("There is no agent."))
            await until(lambda: not banner.agent_button.isHidden())
            _remote(parts).failures.append(KeyRefused("sudo is not allowed."))
            _remote(parts).goes_on.set()
            banner.agent_button.click()
            await until(lambda: [each.title for each in parts.said] == ["sudo is not allowed."])
            assert not banner.agent_button.isHidden()
            banner.shut()

    in_qt(scene())


def test_a_cluster_that_sleeps_is_not_called_lost(in_qt: InQt) -> None:
    async def scene() -> None:
        async with a_panel() as (parts, window):
            from fakes.azure_scenes import a_cluster

            cluster = a_cluster("harbour", ClusterState.PAUSED)
            parts.fake.azure.clusters.put(cluster)
            sites = parts.fake.program.remote.sites
            sites.add(fake_site("harbour", site_id=cluster.id, kind=SiteKind.CLOUD))
            sites.show(cluster.id)
            await _lose(parts, AgentUnavailable("It does not answer."))
            banner = LinkBanner(parts.panel)
            banner.setParent(window)
            assert banner.accessibleName().startswith("harbour is off: Paused")
            banner.resume_button.click()
            assert parts.navigator.gone == [("cluster", {"cluster": cluster.id})]
            banner.shut()

    in_qt(scene())


def test_a_changed_key_of_an_own_machine_is_pinned_only_after_comparing(in_qt: InQt) -> None:
    async def scene() -> None:
        async with a_panel("studio") as (parts, window):
            dialog = HostKeyDialog(parts.panel, _shown(parts), Failure.of(key_changed()), window)
            dialog.open()
            assert not dialog.trust_button.isEnabled()
            assert not dialog.read_button.isVisible()
            dialog.compared.setChecked(True)
            dialog.trust_button.click()
            accepted: list[bool] = []
            dialog.accepted.connect(lambda: accepted.append(True))
            await until(lambda: bool(accepted))
            assert ("trust", "own/studio", "scheduler", (OTHER_KEY,)) in _remote(parts).asked

    in_qt(scene())


def test_a_key_that_cannot_be_kept_is_said_in_the_dialog(in_qt: InQt) -> None:
    async def scene() -> None:
        async with a_panel("studio") as (parts, window):
            _remote(parts).failures.append(SetupError("The list of own clusters cannot be read.", remedy="Allow it."))
            dialog = HostKeyDialog(parts.panel, _shown(parts), Failure.of(key_changed()), window)
            dialog.open()
            dialog.compared.setChecked(True)
            dialog.trust_button.click()
            assert not dialog.trust_button.isEnabled()
            await until(lambda: "cannot be read" in dialog.trouble.accessibleName())
            assert dialog.isVisible()
            assert dialog.trust_button.isEnabled()
            dialog.reject()

    in_qt(scene())


def test_keys_of_a_cluster_on_azure_are_read_again_from_azure(in_qt: InQt) -> None:
    async def scene() -> None:
        async with a_panel() as (parts, window):
            site = fake_site("harbour", site_id="sub/rg-harbour", kind=SiteKind.CLOUD)
            parts.fake.program.remote.sites.add(site)
            dialog = HostKeyDialog(parts.panel, site, Failure.of(key_changed()), window)
            dialog.open()
            assert not dialog.trust_button.isVisible()
            _remote(parts).failures.append(CloudError("Azure refused.", remedy="Try again."))
            dialog.read_button.click()
            await until(lambda: dialog.trouble.accessibleName() == "Azure refused. Try again.")
            dialog.read_button.click()
            await until(lambda: [each.title for each in parts.said] == ["The keys of harbour were read again"])

    in_qt(scene())


def test_an_own_cluster_is_added_once_its_key_was_compared(in_qt: InQt) -> None:
    async def scene() -> None:
        async with a_panel() as (parts, window):
            dialog = OwnClusterDialog(parts.panel, window)
            dialog.open()
            assert not dialog.add_button.isEnabled()
            dialog.name.setText("studio")
            dialog.scheduler.setText("tiepoint@10.0.1.250:2222")
            assert dialog.add_button.isEnabled()
            _remote(parts).failures.append(key_changed(is_known=False))
            dialog.add_button.click()
            await until(lambda: dialog.compared.isVisible() and not dialog.is_busy)
            assert not dialog.add_button.isEnabled()
            dialog.compared.setChecked(True)
            dialog.add_button.click()
            await until(lambda: parts.navigator.gone == [("jobs", {})])
            added = _remote(parts).clusters["studio"]
            assert added.scheduler.keys == (OTHER_KEY,)
            assert (added.scheduler.user, added.scheduler.port) == ("tiepoint", 2222)
            assert _shown(parts).name == "studio"

    in_qt(scene())


def test_a_cluster_that_cannot_be_reached_is_said_in_the_dialog(in_qt: InQt) -> None:
    async def scene() -> None:
        async with a_panel() as (parts, window):
            dialog = OwnClusterDialog(parts.panel, window)
            dialog.open()
            dialog.name.setText("studio")
            dialog.scheduler.setText("tiepoint@10.0.1.250")
            _remote(parts).failures.append(KeyRefused("It takes none of our keys.", remedy="Name a key file."))
            dialog.add_button.click()
            await until(lambda: dialog.trouble.accessibleName() == "It takes none of our keys. Name a key file.")
            assert dialog.add_button.isEnabled()
            dialog.reject()

    in_qt(scene())


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (OwnClusterForm(), "Give it a name."),
        (OwnClusterForm("a/b"), "A name has letters"),
        (OwnClusterForm("Taken"), "There is a cluster of this name already."),
        (OwnClusterForm("s", "scheduler"), "Name the scheduler as user@host"),
        (OwnClusterForm("s", "a@b", "c"), "Name the jump box"),
        (OwnClusterForm("s", "a@b", key_file="/no/such"), "There is no key file"),
        (OwnClusterForm("s", "a@b", captures="http://far/x"), "The address of a container begins with https://."),
        (OwnClusterForm("s", "a@b", captures="https://far"), "The address names an account and a container"),
        (OwnClusterForm("s", "a@b", products="https://far/x?sig=1"), "Leave the signature"),
    ],
)
def test_what_is_typed_of_a_cluster_is_judged(form: OwnClusterForm, why: str) -> None:
    cluster, said = judge(form, ("taken",))
    assert cluster is None
    assert said.startswith(why)


def test_a_whole_form_makes_a_cluster(tmp_path: Path) -> None:
    key = tmp_path / "id_ed25519"
    key.write_text("key")
    form = OwnClusterForm(
        "studio", "a@b", "c@[fe80::1]:2200", str(key), "https://x/captures/", "http://127.0.0.1:1/d/products", True,
        " /srv/connect ",
    )  # fmt: skip
    cluster, why = judge(form)
    assert not why
    assert cluster is not None
    assert (cluster.jumps[0].host, cluster.jumps[0].port) == ("fe80::1", 2200)
    assert (cluster.captures, cluster.key_files, cluster.is_windows) == ("https://x/captures", (key,), True)
    assert cluster.command == "/srv/connect"


@pytest.mark.parametrize("text", ["", "a", "a@", "@b", "a@b:0", "a@b:99999", "a@b:x", "a b@c", "-a@b", "a@b c"])
def test_what_is_no_machine_is_none(text: str) -> None:
    assert read_hop(text, "scheduler") is None


def test_path_doctor_shows_the_first_break_loudest_and_copies_all_of_it(in_qt: InQt) -> None:
    async def scene() -> None:
        async with a_panel("studio") as (parts, window):
            doctor: Any = parts.fake.program.remote.path_doctor
            doctor.reports = [whole_report(), broken_report()]
            dialog: Any = open_path_doctor(parts.panel, window, capture="c1")
            await until(dialog.again_button.isEnabled)
            assert doctor.asked == [("own/studio", "c1", "")]
            assert dialog.verdict.accessibleName().startswith("It breaks first at: Node node-02.")
            dialog.copy_button.click()
            assert "[!!] Node node-02: /srv/captures/" in QGuiApplication.clipboard().text()
            dialog.close()

    in_qt(scene())


def test_a_whole_way_is_said_to_be_whole() -> None:
    assert verdict(whole_report())[2] == "All 5 see the same."
    assert report_text(whole_report(), "studio").count("[ok]") == 5
