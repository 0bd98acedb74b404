"""Sign-in and plan editor under an organisation's policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fakes.program import FakeProgram
from page_stand import FakePanel, standing, until
from tiepoint.domain.cluster_plan import Profile
from tiepoint.domain.policy import Policy
from tiepoint.ui.pages.cluster.page import ClusterPage
from tiepoint.ui.pages.cluster.plan.place import PlanPlace
from tiepoint.ui.pages.cluster.sign_in_card import SignInCard
from tiepoint.ui.viewmodels.plan_editor import PlanModel

InQt = Callable[[Any], Any]
PLACE = r"HKLM\Software\Policies\Tiepoint"
NAMES = ("tenant", "region", "allowed_profiles")
POLICY = Policy(
    tenant="studio.example",
    region="westeurope",
    allowed_profiles=("small",),
    places=dict.fromkeys(NAMES, PLACE),
)


def test_the_organisation_to_sign_in_to_is_shown_and_kept(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(ClusterPage, FakeProgram(policy=POLICY)) as stand:
            card = stand.page.findChild(SignInCard)
            assert card is not None
            card.tenant.setFocus()
            QTest.keyClicks(card.tenant, "other.example")
            assert card.tenant.text() == "studio.example"
            assert "set by your organisation" in card.mark.accessibleName()
            assert PLACE in card.mark.toolTip()

    in_qt(scene())


def test_an_organisation_that_cannot_be_used_is_said_in_its_field(in_qt: InQt) -> None:
    async def scene() -> None:
        unusable = Policy(places={"tenant": PLACE}, unusable=frozenset({"tenant"}))
        async with standing(ClusterPage, FakeProgram(policy=unusable)) as stand:
            card = stand.page.findChild(SignInCard)
            assert card is not None
            assert (card.tenant.text(), card.tenant.placeholderText()) == ("", "Cannot be used")
            assert card.mark.isVisible()
            assert card.failure.isVisible()
            assert f"correct it in {PLACE}" in card.failure.accessibleName()
            assert not card.sign_in.isEnabled()
            assert not card.with_code.isEnabled()
            card.focus_first()
            assert card.window().focusWidget() is card.mark

    in_qt(scene())


async def _on_a_plan(look: Callable[[PlanPlace, PlanModel, FakePanel], Any], policy: Policy = POLICY) -> None:
    parts = FakePanel(FakeProgram(policy=policy))
    model = PlanModel(parts.fake.program, parts.background)
    place = PlanPlace(parts.panel, model)
    place.resize(1280, 900)
    place.show()
    try:
        await look(place, model, parts)
    finally:
        place.shut()
        place.close()
        place.deleteLater()
        await parts.stop()


def test_a_plan_begins_as_it_may_and_the_rest_is_not_offered(in_qt: InQt) -> None:
    async def look(place: PlanPlace, model: PlanModel, parts: FakePanel) -> None:
        assert (model.plan.profile, model.plan.region) == (Profile.SMALL, "westeurope")
        custom = place.profile.options[Profile.CUSTOM]
        QTest.mouseClick(custom, Qt.MouseButton.LeftButton)
        model.begin(Profile.CUSTOM)
        assert model.plan.profile is Profile.SMALL
        assert "Not offered by your organisation" in custom.accessibleName()
        assert not place.machines.region.isEnabled()
        assert PLACE in place.machines.mark.toolTip()
        place.machines.mark.click()
        assert parts.navigator.gone == [("settings", {"card": "policy"})]

    in_qt(_on_a_plan(look))


def test_a_plan_that_grows_or_moves_is_marked_and_brought_back(in_qt: InQt) -> None:
    async def look(place: PlanPlace, model: PlanModel, _parts: FakePanel) -> None:
        model.put("nodes.count", 3)
        assert [each.key for each in model.findings if each.is_blocking][0] == "cluster.profile"
        assert not place.preflight_action.isEnabled()
        place.show_field("cluster.profile")
        assert place.focusWidget() is place.profile.options[Profile.SMALL]
        model.begin(Profile.SMALL)
        assert "cluster.profile" not in [each.key for each in model.findings]
        model.open_plan(replace(model.plan, region="eastus"))
        (moved,) = [each for each in model.findings if each.key == "cluster.region"]
        model.fix(moved)
        assert model.plan.region == "westeurope"

    in_qt(_on_a_plan(look))


def test_where_no_cluster_is_allowed_the_plan_says_so(in_qt: InQt, tmp_path: Any) -> None:
    async def look(place: PlanPlace, model: PlanModel, _parts: FakePanel) -> None:
        assert "allows no clusters" in model.findings[0].summary
        place.focus_first()
        told: list[Any] = []
        model.told.connect(told.append)
        model.export(tmp_path / "template.json")
        await until(lambda: bool(told))
        assert told[0].kind == "set-by-organisation"
        assert not (tmp_path / "template.json").exists()

    in_qt(_on_a_plan(look, Policy(allowed_profiles=())))


def test_a_region_that_cannot_be_used_is_the_organisations_all_the_same(in_qt: InQt) -> None:
    async def look(place: PlanPlace, model: PlanModel, _parts: FakePanel) -> None:
        assert not place.machines.region.isEnabled()
        assert PLACE in place.machines.mark.toolTip()
        assert PLACE in model.findings[0].remedy

    in_qt(_on_a_plan(look, Policy(unusable=frozenset({"region"}), places={"region": PLACE})))
