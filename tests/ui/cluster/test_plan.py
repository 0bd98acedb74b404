"""The plan editor on fakes and on real plan files: choices, price, findings with their fixes, files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from fakes.azure import FakeAzure
from fakes.azure_facts import FakeFacts
from fakes.azure_scenes import OFFLINE, a_cluster, a_plan
from page_stand import Stand, until
from tiepoint import resources
from tiepoint.adapters.files.infra_library import PackedInfraLibrary
from tiepoint.adapters.files.plan_files import TomlPlanFiles
from tiepoint.domain.cluster_plan import REFERENCE_PLAN, SMALL_PLAN, Profile, StorageKind
from tiepoint.domain.errors import ConnectionLost
from tiepoint.services.plans import PlanService
from tiepoint.services.templates import Templates
from tiepoint.ui.pages.cluster.page import ClusterPage
from tiepoint.ui.pages.cluster.plan.place import PlanPlace
from tiepoint.ui.viewmodels.plan_change import fixed, is_fixable, with_value
from tiepoint.ui.viewmodels.plan_parts import parts_of
from tiepoint.ui.widgets.buttons import Button
from ui.cluster_scenes import cluster_page, plan_page, planning

InQt = Callable[[Any], Any]
LEFT = Qt.MouseButton.LeftButton


def _editor(stand: Stand[ClusterPage]) -> PlanPlace:
    place = stand.page.place("plan")
    assert isinstance(place, PlanPlace)
    return place


def _words(widget: QWidget) -> str:
    return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def _button(widget: QWidget, text: str) -> Button:
    return next(each for each in widget.findChildren(Button) if each.text() == text and each.isVisible())


def with_real_plans(azure: FakeAzure) -> None:
    planning(azure)
    azure.plans = PlanService(TomlPlanFiles())  # type: ignore[assignment]


def test_a_profile_brings_its_sizes_and_leaves_name_and_sources(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page() as stand:
            editor, model = _editor(stand), stand.page.plan
            QTest.mouseClick(editor.profile.options[Profile.SMALL], LEFT)
            assert model.plan.nodes == SMALL_PLAN.nodes
            assert (model.plan.name, model.plan.access.sources) == ("harbour", ("203.0.113.0/28",))
            assert editor.machines.count.value == 2
            assert editor.storage.options[StorageKind.BLOB].isChecked()
            assert not editor.storage.capacity_field.isVisible()

    in_qt(scene())


def test_the_price_follows_a_moment_after_each_change_and_is_asked_for_once(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page() as stand:
            editor, prices = _editor(stand), stand.fake.azure.prices
            assert "18.45" in _words(editor.price)
            prices.calls.clear()
            for _ in range(3):
                QTest.mouseClick(editor.machines.count.more, LEFT)
            assert stand.page.plan.plan.nodes.count == 8
            await until(lambda: "28.05" in _words(editor.price))
            assert len([call for call in prices.calls if call[1] == stand.page.plan.plan]) <= 3
            assert stand.page.strip().facts == (("Would run at", "28.05\u202f$/h"),)

    in_qt(scene())


def test_the_slider_says_what_a_month_costs(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page() as stand:
            card = _editor(stand).price
            assert "40 h a week" in _words(card)
            assert "4\u202f346\u202f$" in _words(card)
            card.hours.setFocus()
            QTest.keyClick(card.hours, Qt.Key.Key_Home)
            assert "1 h a week" in _words(card)
            assert "1\u202f578\u202f$" in _words(card)

    in_qt(scene())


def test_no_price_list_is_said_and_asked_for_again(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(planning) as stand:
            stand.fake.azure.prices.fails = ConnectionLost("There is no price list.", remedy="Check the network.")
            stand.page.show_place("plan")
            card = _editor(stand).price
            await until(lambda: card.failure.words)
            assert card.failure.words == "There is no price list. Check the network."
            QTest.mouseClick(card.again, LEFT)
            await until(lambda: not card.failure.words and "18.45" in _words(card))

    in_qt(scene())


def test_quota_and_offers_stand_beside_the_choice(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page() as stand:
            machines = _editor(stand).machines
            await until(lambda: "216 of 108 vCPU in East US" in machines.quota_field.note)
            assert machines.fields["cluster.region"].note == "All chosen sizes are offered to you here"
            told = [finding for finding in _editor(stand).model.findings if finding.key == "nodes.count"]
            assert [(each.is_blocking, each.replacement) for each in told] == [(False, "2")]
            machines.count.hold(2)
            machines.put.emit("nodes.count", 2)
            assert machines.quota_field.note == "108 of 108 vCPU in East US"
            assert "nodes.count" not in {finding.key for finding in _editor(stand).model.findings}

    in_qt(scene())


def test_without_a_sign_in_known_sizes_are_offered(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page(None) as stand:
            machines = _editor(stand).machines
            assert machines.region.count() > 20
            assert machines.node_size.count() > 8
            assert "Sign in" in machines.quota_field.note

    in_qt(scene())


def test_what_blocks_is_said_at_its_field_and_holds_preflight_back(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page(with_real_plans, has_sources=False) as stand:
            editor = _editor(stand)
            assert not editor.preflight_action.isEnabled()
            sources = editor.network.sources
            sources.setFocus()
            QTest.keyClicks(sources, "*")
            assert "would let everybody in" in editor.network.fields["access.sources"].note
            QTest.keyClick(sources, Qt.Key.Key_Backspace)
            QTest.keyClicks(sources, "203.0.113.0/28, 198.51.100.7")
            assert editor.network.fields["access.sources"].note == "17 addresses; everybody else is refused"
            assert editor.preflight_action.isEnabled()
            assert stand.page.plan.plan.access.sources == ("203.0.113.0/28", "198.51.100.7")

    in_qt(scene())


def test_a_fix_is_one_click(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page(with_real_plans) as stand:
            editor = _editor(stand)
            QTest.mouseClick(editor.storage.options[StorageKind.NETAPP], LEFT)
            await until(lambda: "NetApp Files serves Windows and Linux together" in _words(editor.findings))
            QTest.mouseClick(_button(editor.findings, "Use active-directory"), LEFT)
            assert editor.network.names.value == "active-directory"
            assert not stand.page.plan.is_blocked

    in_qt(scene())


def test_retired_choices_of_a_file_are_shown_with_what_replaces_them(in_qt: InQt, tmp_path: Path) -> None:
    file = tmp_path / "cluster.toml"
    file.write_text(
        'schema_version = 1\n[cluster]\nname = "atelier"\n[nodes]\nsize = "Standard_NC6s_v3"\ncuont = 3\n'
        '[access]\nsources = ["203.0.113.7"]\n',
        encoding="utf-8",
    )

    async def scene() -> None:
        async with plan_page(with_real_plans) as stand:
            editor, model = _editor(stand), stand.page.plan
            model.open_file(file)
            await until(lambda: model.plan.name == "atelier")
            words = _words(editor.findings)
            assert "was retired" in words
            assert "cuont" in words
            assert stand.page.strip().subtitle == "cluster.toml"
            seen = [finding for finding in model.findings if model.is_imported(finding)]
            for finding in seen:
                model.fix(finding) if is_fixable(finding) else model.dismiss(finding)
            for finding in [each for each in model.findings if is_fixable(each)]:
                model.fix(finding)
            assert model.plan.nodes.size == "Standard_NV36ads_A10_v5"
            assert not model.is_blocked
            assert stand.page.strip().subtitle == "cluster.toml  ·  changed since"

    in_qt(scene())


def test_a_plan_that_a_desktop_opens_is_shown_in_the_editor(in_qt: InQt, tmp_path: Path) -> None:
    file = tmp_path / "cluster.toml"
    file.write_text('schema_version = 1\n[cluster]\nname = "atelier"\n', encoding="utf-8")

    async def scene() -> None:
        async with plan_page(with_real_plans) as stand:
            stand.page.show_target(file=file)
            await until(lambda: stand.page.plan.plan.name == "atelier")
            assert stand.page.current == "plan"

    in_qt(scene())


def test_a_file_that_is_no_plan_is_refused_with_the_reason(in_qt: InQt, tmp_path: Path) -> None:
    file = tmp_path / "cluster.toml"
    file.write_text("this is = = no toml", encoding="utf-8")

    async def scene() -> None:
        async with plan_page(with_real_plans) as stand:
            stand.page.plan.open_file(file)
            note = _editor(stand).failure
            await until(lambda: note.words)
            assert "cluster.toml" in note.words
            assert stand.page.plan.plan.name == "harbour"

    in_qt(scene())


def test_a_plan_is_saved_and_its_template_exported(in_qt: InQt, tmp_path: Path) -> None:
    async def scene() -> None:
        async with plan_page(with_real_plans) as stand:
            editor, model = _editor(stand), stand.page.plan
            dialog = editor.ask_to_save()
            assert isinstance(dialog, QFileDialog)
            dialog.fileSelected.emit(str(tmp_path / "cluster.toml"))
            dialog.reject()
            await until(lambda: model.saved_at is not None)
            assert 'name = "harbour"' in (tmp_path / "cluster.toml").read_text(encoding="utf-8")
            assert stand.page.strip().subtitle.startswith("cluster.toml  ·  saved ")
            model.export(tmp_path / "t.json")
            await until(lambda: stand.parts.said)
            assert stand.parts.said[0].title == "t.json is written."
            assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))["resources"]
            model.export(tmp_path / "no" / "t.json")
            await until(lambda: editor.failure.words)
            assert "cannot be written" in editor.failure.words

    in_qt(scene())


def test_a_new_plan_has_a_free_name_and_the_sources_used_last(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(with_real_plans) as stand:
            model = stand.page.plan
            model.open_plan(a_plan("tiepoint"))
            stand.page.place("overview").plan_wanted.emit()  # type: ignore[attr-defined]
            assert model.plan.name == "tiepoint"
            model.remember_sources()
            stand.fake.azure.clusters.put(a_cluster("tiepoint"), a_cluster("tiepoint-2"))
            stand.page.place("overview").plan_wanted.emit()  # type: ignore[attr-defined]
            assert model.plan.name == "tiepoint-3"
            assert model.plan.access.sources == ("203.0.113.0/28",)

    in_qt(scene())


def test_azure_that_cannot_be_asked_is_said_at_the_region(in_qt: InQt) -> None:
    class Facts(FakeFacts):
        async def sizes(self, region: str) -> Any:
            raise OFFLINE.as_error()

    class Roles:
        facts = Facts()

    def offline_facts(azure: FakeAzure) -> None:
        planning(azure)
        azure.sign_in.roles = Roles()

    async def scene() -> None:
        async with plan_page(offline_facts) as stand:
            field = _editor(stand).machines.fields["cluster.region"]
            await until(lambda: field.note == OFFLINE.summary)

    in_qt(scene())


def test_show_where_leads_to_the_field(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page(with_real_plans, has_sources=False) as stand:
            editor = _editor(stand)
            await until(lambda: "no source address" in _words(editor.findings))
            QTest.mouseClick(_button(editor.findings, "Show where"), LEFT)
            await until(editor.network.sources.hasFocus)

    in_qt(scene())


def test_metashape_asks_for_seats(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page(with_real_plans) as stand:
            machines = _editor(stand).machines
            seats = machines.fields["cluster.metashape_seats"]
            assert not seats.isVisible()
            QTest.mouseClick(machines.engine.buttons["metashape"], LEFT)
            assert seats.isVisible()
            QTest.mouseClick(machines.seats.more, LEFT)
            assert stand.page.plan.plan.metashape_seats == 1
            assert "seats of Metashape for 5 nodes" in machines.fields["nodes.count"].note

    in_qt(scene())


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("nodes.count", "4", 4),
        ("nodes.spot", "true", True),
        ("storage.kind", "netapp", StorageKind.NETAPP),
        ("guard.budget", "", None),
        ("access.sources", "10.0.0.1, 10.0.0.2", ("10.0.0.1", "10.0.0.2")),
    ],
)
def test_a_key_takes_values_and_their_texts(path: str, value: str, expected: Any) -> None:
    table, _, name = path.partition(".")
    assert getattr(getattr(with_value(REFERENCE_PLAN, path, value), table), name) == expected


def test_only_the_source_that_is_meant_is_replaced() -> None:
    plans = PlanService(TomlPlanFiles())
    plan = with_value(REFERENCE_PLAN, "access.sources", ("203.0.113.9/28", "198.51.100.7"))
    finding = next(each for each in plans.findings(plan) if each.replacement)
    assert fixed(plan, finding).access.sources == ("203.0.113.0/28", "198.51.100.7")


def test_resources_are_counted_as_often_as_they_are_made() -> None:
    templates = Templates(PackedInfraLibrary(resources.read_infra))
    small, large = (
        {part.part.value: part.count for part in parts_of(plan, templates.compose(plan))}
        for plan in (with_value(REFERENCE_PLAN, "nodes.count", count) for count in (1, 5))
    )
    assert large["nodes"] == 5 * small["nodes"]
    assert {name: count for name, count in large.items() if name != "nodes"} == {
        name: count for name, count in small.items() if name != "nodes"
    }
