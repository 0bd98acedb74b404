"""Signing in to Azure as pages show and drive it; nothing opens a browser but a person's act. The GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.account import SignInMethod, SubscriptionId, TokenStorage
from tiepoint.domain.errors import SetByOrganisation
from tiepoint.domain.failure import Failure
from tiepoint.services.program import Program
from tiepoint.services.sign_in import SignInSnapshot, SignInState
from tiepoint.services.sign_in.policy import refuse_unusable
from tiepoint.ui.background import Background
from tiepoint.ui.text import plain, tr

_SECOND_MS: Final = 1000
_KEPT: Final = {
    TokenStorage.SYSTEM: "The sign-in is kept in this system's own store for secrets.",
    TokenStorage.MEMORY: "The sign-in is kept in memory only: this system has no store for secrets. It ends with "
    "this window.",
    TokenStorage.PLAIN_TEXT: "The sign-in is kept in a file that only you may read, as you agreed in the settings.",
}


class SignInStep(StrEnum):
    """What a person sees of signing in."""

    SIGNED_OUT = "signed-out"
    RESTORING = "restoring"
    BROWSER = "browser"
    CODE = "code"
    LOOKING = "looking"
    """Signed in; which subscriptions there are is not known yet."""
    CHOOSE = "choose"
    """Signed in, and one of several subscriptions is to be chosen."""
    NO_SUBSCRIPTION = "no-subscription"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class SignInView:
    """What is shown; every text is ready for people.

    Args:
        step: See `SignInStep`.
        cloud: Which Azure, for people.
        username: Who is signed in; empty = nobody.
        tenant: Their organisation, for people.
        subscription: The one chosen; empty = none.
        code: To type on the other device; empty = none.
        code_url: Where to type it.
        code_left: How long it is good, such as 14:32; empty = no longer.
        kept: Where the sign-in is kept, one sentence.
        failure: Why the last try failed.
        is_confirming: The person confirms in the browser right now.
        needs_confirmation: Azure wants that before it goes on.
    """

    step: SignInStep
    cloud: str
    username: str = ""
    tenant: str = ""
    subscription: str = ""
    code: str = ""
    code_url: str = ""
    code_left: str = ""
    kept: str = ""
    failure: Failure | None = None
    is_confirming: bool = False
    needs_confirmation: bool = False


class SignInModel(QObject):
    """Follows the sign-in; `view` is what is shown.

    Signals:
        changed(): `view` is new.

    Args:
        program: The services.
        background: Waits for the person.
    """

    changed = Signal()

    def __init__(self, program: Program, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program, self._background = program, background
        self._service = program.azure.sign_in
        self._view = self._made()
        self._task: asyncio.Task[object] | None = None
        self._tick = QTimer(self, interval=_SECOND_MS)
        self._tick.timeout.connect(self._update)
        self._off: Callable[[], None] = self._service.changed.subscribe(lambda _snapshot: self._update())

    @property
    def view(self) -> SignInView:
        """What is shown now."""
        return self._view

    @property
    def snapshot(self) -> SignInSnapshot:
        """What stands behind it."""
        return self._service.snapshot

    @property
    def is_ready(self) -> bool:
        """Whether Azure can be asked."""
        return self._service.snapshot.is_ready

    @property
    def usual_tenant(self) -> str:
        """The organisation in the settings; empty = the person's own."""
        return self._program.preferences.settings.tenant

    @property
    def tenant_place(self) -> str:
        """Where the organisation's policy names the one to sign in to; empty = it names none."""
        policy = self._program.preferences.policy
        return policy.place_of("tenant") if "tenant" in policy.names else ""

    @property
    def is_tenant_usable(self) -> bool:
        """Whether the organisation's policy says nothing of it, or something that can be used."""
        return "tenant" not in self._program.preferences.policy.unusable

    @property
    def refusal(self) -> Failure | None:
        """Why nobody can sign in under the organisation's policy; None = they can."""
        try:
            refuse_unusable(self._program.preferences.policy)
        except SetByOrganisation as error:
            return Failure.of(error)
        return None

    def shut(self) -> None:
        """Follow nothing any more."""
        self._tick.stop()
        self._off()

    def sign_in(self, method: SignInMethod = SignInMethod.BROWSER, tenant: str = "") -> None:
        """Let the person sign in; failures are in the view."""
        self._start(lambda: self._service.sign_in(method, tenant=tenant.strip()))

    def cancel(self) -> None:
        """Wait no longer for the person."""
        self._service.cancel()

    def confirm(self, then: Callable[[], object] | None = None) -> None:
        """Let the person confirm what Azure asked for; then do something."""
        self._background.start(self._confirm(then))

    async def _confirm(self, then: Callable[[], object] | None) -> None:
        await self._service.confirm()
        if then is not None:
            then()

    def sign_out(self) -> None:
        """Forget the sign-in."""
        self._background.start(self._service.sign_out())

    def look(self) -> None:
        """Read tenants and subscriptions again; failures are in the view."""
        self._background.start(self._service.look(), on_failure=lambda _failure: None)

    def choose(self, subscription: str) -> None:
        """Use a subscription from now on."""
        self._background.start(self._service.choose(SubscriptionId(subscription)))

    def _start(self, make: Callable[[], object]) -> None:
        if self._task is None or self._task.done():
            self._task = self._background.start(make(), on_failure=lambda _failure: None)  # type: ignore[arg-type]

    def _update(self) -> None:
        view = self._made()
        is_counting = view.step is SignInStep.CODE
        if is_counting != self._tick.isActive():
            self._tick.start() if is_counting else self._tick.stop()
        if view != self._view:
            self._view = view
            self.changed.emit()

    def _made(self) -> SignInView:
        return sign_in_view(self._service.snapshot, datetime.now(UTC))


def sign_in_view(snapshot: SignInSnapshot, now: datetime) -> SignInView:
    """Put a sign-in into words."""
    account, code, chosen = snapshot.account, snapshot.code, snapshot.subscription
    return SignInView(
        step=_step(snapshot),
        cloud=plain(snapshot.cloud.label),
        username=plain(account.username) if account else "",
        tenant=plain(account.tenant.name or account.tenant.domain or account.tenant.id) if account else "",
        subscription=plain(chosen.name) if chosen else "",
        code=plain(code.code) if code else "",
        code_url=plain(code.url) if code else "",
        code_left=_left(code.expires, now) if code else "",
        kept=tr("SignIn", _KEPT[snapshot.storage]),
        failure=snapshot.failure,
        is_confirming=snapshot.state is SignInState.CONFIRMING,
        needs_confirmation=snapshot.needs_confirmation,
    )


def _step(snapshot: SignInSnapshot) -> SignInStep:
    if snapshot.state is SignInState.RESTORING:
        return SignInStep.RESTORING
    if snapshot.state is SignInState.WAITING:
        return SignInStep.CODE if snapshot.code is not None else SignInStep.BROWSER
    if snapshot.account is None:
        return SignInStep.SIGNED_OUT
    if snapshot.subscription is not None:
        return SignInStep.READY
    if snapshot.subscriptions:
        return SignInStep.CHOOSE
    return SignInStep.LOOKING if snapshot.failure is None else SignInStep.NO_SUBSCRIPTION


def _left(expires: datetime, now: datetime) -> str:
    seconds = int((expires - now).total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}" if seconds > 0 else ""
