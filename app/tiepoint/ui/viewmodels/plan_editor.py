"""A plan while it is edited: choices, what is wrong with them, what would be created, and its file. GUI thread only."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding, Profile, StorageKind
from tiepoint.domain.errors import InputError, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.policy import Policy
from tiepoint.services.program import Program
from tiepoint.ui.background import Background
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.plan_change import fixed, is_fixable, value_at, with_value
from tiepoint.ui.viewmodels.plan_facts import PlanFacts
from tiepoint.ui.viewmodels.plan_parts import PartCount, parts_of
from tiepoint.ui.viewmodels.plan_prices import PlanPrices

_SOON_MS: Final = 150
_SOURCES: Final = "cluster.sources"
"""In the panel's state: addresses a cluster may be reached from, used last."""
_LUSTRE_STEP: Final = 4


class PlanModel(QObject):
    """Holds the plan that is edited.

    Signals:
        changed(): The plan, or what is wrong with it, is another.
        parts_changed(): What would be created is known anew.
        told(failure): A file could not be read or written; a `Failure`.
        saved(path): The plan was written.
        exported(path): Its template was written.

    Args:
        program: The services.
        background: Reads, writes, composes.
    """

    changed = Signal()
    parts_changed = Signal()
    told = Signal(object)
    saved = Signal(object)
    exported = Signal(object)

    def __init__(self, program: Program, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program, self._background = program, background
        self._plans, self._templates = program.azure.plans, program.azure.templates
        self.facts = PlanFacts(program, background, self)
        self.prices = PlanPrices(program, background, self)
        self.hours_per_week = 40
        self.parts: tuple[PartCount, ...] = ()
        self.path: Path | None = None
        """The plan's file; None while it has none."""
        self.saved_at: datetime | None = None
        self._saved: ClusterPlan | None = None
        self._imported: tuple[PlanFinding, ...] = ()
        self._plan = self._with_usual_sources(self._plans.begin())
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._compose)
        self._task: asyncio.Task[None] | None = None
        self.facts.changed.connect(self.changed)

    @property
    def plan(self) -> ClusterPlan:
        """The plan now."""
        return self._plan

    @property
    def findings(self) -> tuple[PlanFinding, ...]:
        """What is wrong with it, the worst first; what an imported file said comes with it until it is changed."""
        own = self._plans.findings(self._plan)
        kept = [each for each in self._imported if (each.key, each.summary) not in {(o.key, o.summary) for o in own}]
        quota = self.facts.quota_finding(self._plan)
        own = (*own, quota) if quota is not None else own
        return tuple(sorted((*kept, *own), key=lambda finding: not finding.is_blocking))

    @property
    def policy(self) -> Policy:
        """What the organisation sets for clusters."""
        return self._plans.policy

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """The profiles that may be deployed."""
        return self._plans.profiles

    @property
    def is_blocked(self) -> bool:
        """Whether it cannot be deployed so."""
        return any(finding.is_blocking for finding in self._plans.findings(self._plan))

    @property
    def is_changed(self) -> bool:
        """Whether it is not what its file holds."""
        return self._saved is not None and self._saved != self._plan

    def look(self) -> None:
        """Ask for what is not known yet: price, offers, what would be created."""
        self.facts.ask(self._plan.region)
        if self.prices.estimate is None:
            self.prices.ask(self._plan)
        if not self.parts:
            self._soon.start()

    def begin(self, profile: Profile) -> None:
        """Take a profile's sizes; name, region, sources, vault and guard stay."""
        if profile not in self._plans.profiles:
            return
        old = self._plan
        made = self._plans.begin(profile, name=old.name, region=old.region)
        kept = replace(made.access, sources=old.access.sources)
        self._take(replace(made, engine=old.engine, access=kept, secrets=old.secrets, guard=old.guard, profile=profile))

    def begin_new(self) -> None:
        """Begin a plan for another cluster when the one that is held has been deployed; a draft is kept."""
        taken = {cluster.name for cluster in self._program.azure.clusters.snapshot.clusters}
        if self._plan.name in taken:
            usual = self._plans.begin(region=self._plan.region)
            names = (usual.name, *(f"{usual.name}-{number}" for number in range(2, len(taken) + 3)))
            free = next(name for name in names if name not in taken)
            self.open_plan(self._with_usual_sources(replace(usual, name=free)))

    def put(self, path: str, value: Any) -> None:
        """Change one key; what follows from it follows."""
        if value_at(self._plan, path) == value:
            return
        try:
            plan = with_value(self._plan, path, value)
        except ValueError:
            return
        if path in ("storage.kind", "storage.capacity_tib") and plan.storage.kind is StorageKind.LUSTRE:
            steps = max(1, -(-plan.storage.capacity_tib // _LUSTRE_STEP))
            plan = replace(plan, storage=replace(plan.storage, capacity_tib=min(128, steps * _LUSTRE_STEP)))
        self._imported = tuple(each for each in self._imported if each.key != path)
        self._take(plan)

    def fix(self, finding: PlanFinding) -> None:
        """Put a finding's replacement into the plan."""
        if is_fixable(finding):
            plan = fixed(self._plan, finding)
            self._imported = tuple(each for each in self._imported if each is not finding)
            self._take(plan)

    def dismiss(self, finding: PlanFinding) -> None:
        """Forget what an imported file said."""
        self._imported = tuple(each for each in self._imported if each is not finding)
        self.changed.emit()

    def is_imported(self, finding: PlanFinding) -> bool:
        """Whether a file said it, and not the plan as it is."""
        return any(each is finding for each in self._imported)

    def open_plan(self, plan: ClusterPlan, path: Path | None = None, said: tuple[PlanFinding, ...] = ()) -> None:
        """Edit another plan.

        Args:
            plan: Which.
            path: Its file; None = it has none.
            said: What reading it found.
        """
        self.path, self._saved = path, plan if path else None
        self.saved_at = None
        own = {(each.key, each.summary) for each in self._plans.findings(plan)}
        self._imported = tuple(each for each in said if (each.key, each.summary) not in own)
        self._take(plan)

    def open_file(self, path: Path) -> None:
        """Read a plan, or the parameter file of the 2018 template (JSON)."""
        self._background.start(self._read(path), on_failure=self.told.emit)

    def save(self, path: Path) -> None:
        """Write the plan."""
        self._background.start(self._write(path), on_failure=self.told.emit)

    def export(self, path: Path) -> None:
        """Write the template that would be deployed."""
        self._background.start(self._export(path), on_failure=self.told.emit)

    def remember_sources(self) -> None:
        """Begin the next plan with the addresses of this one: they are mostly the studio's."""
        self._program.panel_state.remember(**{_SOURCES: " ".join(self._plan.access.sources)})

    def _with_usual_sources(self, plan: ClusterPlan) -> ClusterPlan:
        kept = str(self._program.panel_state.state.extras.get(_SOURCES) or "")
        return with_value(plan, "access.sources", kept) if kept else plan

    def shut(self) -> None:
        """Follow nothing any more."""
        self._soon.stop()
        self.prices.shut()
        self.facts.shut()

    def _take(self, plan: ClusterPlan) -> None:
        is_other_region = plan.region != self._plan.region
        self._plan = plan
        if is_other_region or self.facts.quota(plan) is None:
            self.facts.ask(plan.region)
        self.prices.ask(plan)
        self._soon.start()
        self.changed.emit()

    async def _read(self, path: Path) -> None:
        reader = self._plans.import_template if path.suffix.lower() == ".json" else self._plans.read
        plan, said = await reader(path)
        is_plan = path.suffix.lower() == ".toml"
        self.open_plan(plan, path if is_plan else None, said)

    async def _write(self, path: Path) -> None:
        plan = self._plan
        await self._plans.write(path, plan)
        self.path, self._saved, self.saved_at = path, plan, datetime.now()
        self.saved.emit(path)
        self.changed.emit()

    async def _export(self, path: Path) -> None:
        self._plans.refuse_forbidden(self._plan)
        made = await asyncio.to_thread(self._templates.compose, self._plan)
        text = json.dumps(made.template, indent=2) + "\n"
        try:
            await asyncio.to_thread(path.write_text, text, encoding="utf-8", newline="\n")
        except OSError as error:
            summary = tr("Plan", "The template cannot be written to {path}.", path=plain(str(path)))
            raise InputError(summary, remedy=tr("Plan", "Choose another folder."), detail=str(error)) from error
        self.exported.emit(path)

    def _compose(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
        self._task = self._background.start(self._count(self._plan), on_failure=self._on_no_parts)

    async def _count(self, plan: ClusterPlan) -> None:
        chosen = self._program.azure.sign_in.snapshot.subscription
        try:
            made = await asyncio.to_thread(self._templates.compose, plan, chosen.id if chosen else "")
        except (TiepointError, ValueError):  # a plan with blocking findings has no template
            self.parts = ()
        else:
            self.parts = parts_of(plan, made)
        self.parts_changed.emit()

    def _on_no_parts(self, _failure: Failure) -> None:
        self.parts = ()
        self.parts_changed.emit()
