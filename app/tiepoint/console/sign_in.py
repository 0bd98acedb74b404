"""The commands about the person: `sign-in`, `sign-out`, `whoami`; and confirming in the middle of another command.

Each returns an exit code and leaves every word to the outlet. A device code is shown and never logged. On the loop's
thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar

from tiepoint.console.cloud_file import cloud_settings
from tiepoint.console.outcomes import EXIT_OK
from tiepoint.console.outlet import Outlet
from tiepoint.console.tables import table_text
from tiepoint.console.text import plain
from tiepoint.domain.account import DeviceCode, SignInMethod, Subscription, TokenStorage
from tiepoint.domain.errors import ConfirmationNeeded, SignInNeeded, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.services.program import Program
from tiepoint.services.sign_in import SignInService, SignInSnapshot

T = TypeVar("T")
_IN_MEMORY: Final = Failure(
    "tokens-in-memory",
    "This computer has no store for secrets that is open, so the sign-in ends with this command.",
    "Allow a file that only you can read: tiepoint sign-in --plain-text-tokens",
)
_IN_A_FILE: Final = Failure("tokens-in-a-file", "Tokens are kept in a file that only you can read.", "")
_CHOOSE: Final = "Choose the subscription that is to be billed: tiepoint whoami --subscription NAME"
_CONFIRM: Final = "Azure asks you to confirm that it is you."


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """What was typed; None = as it is set.

    Args:
        is_with_code: With a code on another device instead of the browser here.
        tenant: Organisation.
        cloud: Name of a cloud, or a file that describes one.
        client_id: The studio's application; empty = the usual one.
        subscription: Name or id.
        is_in_plain_text: Whether tokens may be kept in a file.
    """

    is_with_code: bool = False
    tenant: str | None = None
    cloud: str | None = None
    client_id: str | None = None
    subscription: str | None = None
    is_in_plain_text: bool = False


async def sign_in(program: Program, outlet: Outlet, options: SignInOptions) -> int:
    """Let the person sign in; what was typed is remembered once that has succeeded."""
    service, preferences = program.azure.sign_in, program.preferences
    before, changes = preferences.settings, _changes(options)
    if changes:
        await preferences.update(**changes)
    method = SignInMethod.DEVICE_CODE if options.is_with_code else SignInMethod.BROWSER
    try:
        with _showing_codes(service, outlet):
            if method is SignInMethod.BROWSER:
                where = service.snapshot.cloud.label
                outlet.notice("browser", {"cloud": service.snapshot.cloud.name}, f"Sign in to {where} in the browser.")
            await service.sign_in(method)
    except BaseException:
        if changes:
            await preferences.update(**{name: getattr(before, name) for name in changes})
        raise
    if service.snapshot.storage is TokenStorage.MEMORY:
        outlet.warning(_IN_MEMORY)
    elif service.snapshot.storage is TokenStorage.PLAIN_TEXT:
        outlet.warning(_IN_A_FILE)
    if options.subscription:
        await service.choose(found_subscription(service.snapshot, options.subscription).id)
    return _told(outlet, service.snapshot)


async def sign_out(program: Program, outlet: Outlet) -> int:
    """Forget the sign-in and its tokens."""
    await program.azure.sign_in.sign_out()
    outlet.result({"state": "ok", "exit_code": EXIT_OK}, "Signed out; the tokens are removed.")
    return EXIT_OK


async def whoami(program: Program, outlet: Outlet, subscription: str | None = None) -> int:
    """Tell who is signed in, and choose another subscription if one is named.

    Raises:
        SignInNeeded: Nobody is, or no more.
    """
    service = program.azure.sign_in
    await known(program)
    if subscription:
        await service.choose(found_subscription(service.snapshot, subscription).id)
    return _told(outlet, service.snapshot)


async def signed_in(program: Program) -> SignInSnapshot:
    """Take up the last sign-in for a command that asks a subscription.

    Raises:
        SignInNeeded: Nobody is signed in, or no more, or no subscription is chosen.
        ConnectionLost: It cannot be taken up without a network.
    """
    snapshot = await known(program)
    if snapshot.subscription is None:
        way = "Choose what is billed with: tiepoint whoami --subscription NAME"
        unread = snapshot.failure
        raise unread.as_error() if unread else SignInNeeded("No subscription is chosen.", remedy=way)
    return snapshot


async def known(program: Program) -> SignInSnapshot:
    """Take up the last sign-in.

    Raises:
        SignInNeeded: Nobody is signed in, or no more.
        ConnectionLost: It cannot be taken up without a network.
    """
    service = program.azure.sign_in
    await service.restore()
    if service.snapshot.account is None:
        failure = service.snapshot.failure
        raise (
            failure.as_error()
            if failure
            else SignInNeeded("Nobody is signed in.", remedy="Sign in with: tiepoint sign-in")
        )
    return service.snapshot


async def with_confirmation(
    program: Program, outlet: Outlet, work: Coroutine[Any, Any, T], ask: Callable[[str], str] | None = None
) -> T:
    """Do a command's work; when Azure wants the person to confirm, ask at the terminal, and let it go on.

    Args:
        program: The program.
        outlet: Says what is asked.
        work: What to do; it waits by itself until it has been confirmed.
        ask: Shows a question and returns the answer, in a thread; None = the terminal, where there is one.

    Raises:
        ConfirmationNeeded: There is no terminal to ask at.
    """
    service, wanted = program.azure.sign_in, asyncio.Event()
    unsubscribe = service.changed.subscribe(lambda new: wanted.set() if new.needs_confirmation else None)
    task = asyncio.get_running_loop().create_task(work)
    waiting = asyncio.get_running_loop().create_task(_confirming(service, outlet, wanted, ask or _terminal()))
    try:
        await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))
            await waiting
        return await task
    finally:
        unsubscribe()
        for each in (task, waiting):
            each.cancel()
        await asyncio.wait((task, waiting))


def found_subscription(snapshot: SignInSnapshot, text: str) -> Subscription:
    """Return the subscription of that id or name.

    Raises:
        UsageError: There is none, or several have that name.
    """
    sought = text.strip().lower()
    found = [each for each in snapshot.subscriptions if sought in {each.id.lower(), each.name.lower()}]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{each.name} ({each.id})" for each in snapshot.subscriptions)
    summary = f"There is no subscription {text}." if not found else f"There are several subscriptions called {text}."
    raise UsageError(summary, remedy=f"There are: {names}" if names else "The account has none.")


async def _confirming(
    service: SignInService, outlet: Outlet, wanted: asyncio.Event, ask: Callable[[str], str] | None
) -> None:
    while True:
        await wanted.wait()
        wanted.clear()
        if not service.snapshot.needs_confirmation:
            continue  # what was heard was the way to the last confirmation
        if ask is None:
            outlet.notice("confirm", {"summary": _CONFIRM}, _CONFIRM)
            raise ConfirmationNeeded(_CONFIRM, remedy="Give the command in a terminal, where it can ask you.")
        with _showing_codes(service, outlet):
            outlet.notice("confirm", {"summary": _CONFIRM}, _CONFIRM)
            answer = await _answered(ask, "Press Enter to confirm in the browser, or c for a code: ")
            is_code = answer.strip().lower().startswith("c")
            await service.confirm(SignInMethod.DEVICE_CODE if is_code else SignInMethod.BROWSER)


async def _answered(ask: Callable[[str], str], question: str) -> str:
    """Ask in a thread that does not keep the program from ending while nobody answers."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def tell(said: str) -> None:
        if not answer.done():
            answer.set_result(said)

    def run() -> None:
        said = ask(question)
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, said)

    threading.Thread(target=run, name="question", daemon=True).start()
    return await answer


def _terminal() -> Callable[[str], str] | None:
    streams = (sys.stdin, sys.stderr)
    if any(stream is None or not stream.isatty() for stream in streams):
        return None

    def ask(question: str) -> str:
        sys.stderr.write(question)
        sys.stderr.flush()
        return sys.stdin.readline()

    return ask


def _changes(options: SignInOptions) -> dict[str, Any]:
    changes: dict[str, Any] = cloud_settings(options.cloud) if options.cloud is not None else {}
    if options.tenant is not None:
        changes["tenant"] = options.tenant
    if options.client_id is not None:
        changes["client_id"] = options.client_id
    if options.is_in_plain_text:
        changes["are_tokens_in_plain_text"] = True
    return changes


@contextlib.contextmanager
def _showing_codes(service: SignInService, outlet: Outlet) -> Iterator[None]:
    shown: list[DeviceCode] = []

    def show(snapshot: SignInSnapshot) -> None:
        code = snapshot.code
        if code is not None and code not in shown:
            shown.append(code)
            text = f"Open {code.url} on any device and type the code {code.code}."
            outlet.notice("device-code", {field.name: getattr(code, field.name) for field in fields(code)}, text)

    unsubscribe = service.changed.subscribe(show)
    try:
        yield
    finally:
        unsubscribe()


def _told(outlet: Outlet, snapshot: SignInSnapshot) -> int:
    facts = {
        "state": "ok",
        "exit_code": EXIT_OK,
        "account": snapshot.account,
        "cloud": snapshot.cloud.name,
        "subscription": snapshot.subscription,
        "subscriptions": list(snapshot.subscriptions),
        "tokens": snapshot.storage.value,
        "trouble": snapshot.failure,
    }
    outlet.result(facts, _text(snapshot))
    return EXIT_OK


def _text(snapshot: SignInSnapshot) -> str:
    account = snapshot.account
    if account is None:
        return ""
    tenant = account.tenant
    organisation = f"{plain(tenant.name)} ({tenant.domain})" if tenant.domain not in {"", tenant.name} else tenant.name
    lines = [f"{plain(account.username)} in {organisation}, {snapshot.cloud.label}"]
    if snapshot.subscription is not None:
        lines.append(f"Subscription {plain(snapshot.subscription.name)} ({snapshot.subscription.id})")
    elif snapshot.failure is not None:
        lines.append(f"{snapshot.failure.summary} {snapshot.failure.remedy}")
    else:
        rows = [(plain(each.name), each.id, each.state) for each in snapshot.subscriptions]
        lines += [table_text(("SUBSCRIPTION", "ID", "STATE"), rows), _CHOOSE]
    return "\n".join(lines)
