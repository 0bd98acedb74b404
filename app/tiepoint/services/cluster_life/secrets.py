"""Secrets of a cluster: made here, put into its vault, kept nowhere else, never shown. On the loop's thread."""

from __future__ import annotations

import asyncio
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.errors import NotPermitted, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.resource_names import ADMIN_PASSWORD, NODE_CERTIFICATE, SCHEDULER_CERTIFICATE, SSH_PRIVATE_KEY
from tiepoint.services.cluster_life.certificates import new_cluster_certificates
from tiepoint.services.cluster_life.work import Work

SECRETS_LINE: Final = "secrets"
_CERTIFICATES: Final = (SCHEDULER_CERTIFICATE, NODE_CERTIFICATE)
_PASSWORD_LENGTH: Final = 28
_SIGNS: Final = "!#%*+-=?@_"
"""Neither quotes nor backslashes, which set-up tools trip over."""
_MOST_WAITS: Final = 60
"""Looks, ten seconds apart: a right takes up to ten minutes to spread (Azure RBAC troubleshooting)."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An ssh key.

    Args:
        public: One line, as OpenSSH writes it.
        private: PEM; never shown.
    """

    public: str
    private: str = field(repr=False)


def new_key_pair() -> KeyPair:
    """Make an ed25519 key; blocks for a moment."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return KeyPair(public.decode(), private.decode())


def new_password() -> str:
    """Make a password that Windows and Azure take: all four kinds of signs, 28 of them."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SIGNS)
    letters = [secrets.choice(kind) for kind in kinds]
    letters += [secrets.choice("".join(kinds)) for _ in range(_PASSWORD_LENGTH - len(kinds))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


async def put_secrets(work: Work, vault_uri: str, names: Sequence[str], key: KeyPair | None) -> None:
    """Put what the machines need into the vault; what is there stays.

    Args:
        work: The operation.
        vault_uri: The vault's address, as Azure says it.
        names: Of the secrets.
        key: Made for this deployment; None = the machines have theirs already.

    Raises:
        UsageError: A secret that only the person knows is neither there nor given.
        TiepointError: As `ports.azure`.
    """
    work.board.expect(SECRETS_LINE, ResourceGroupKind.SECRETS, "Secrets", "put")
    if not vault_uri or not names:
        work.board.skip(SECRETS_LINE)
        return
    work.board.work(SECRETS_LINE)
    for tried in range(_MOST_WAITS + 1):
        try:
            for name in names:
                if name not in _CERTIFICATES:
                    await _put(work, vault_uri, name, key)
            await _put_certificates(work, vault_uri, [name for name in names if name in _CERTIFICATES])
        except NotPermitted as error:
            if tried == _MOST_WAITS:
                raise
            note = f"{error.summary} Rights and addresses take up to 10 minutes to be known; tried again."
            work.board.retry(SECRETS_LINE, note, Failure.of(error))
            await work.tick()
        else:
            work.board.done(SECRETS_LINE, f"{len(names)} in the vault")
            return


async def _put(work: Work, vault_uri: str, name: str, key: KeyPair | None) -> None:
    vault, typed = work.azure.vault, work.order.secrets.get(name, "")
    is_new_key = name == SSH_PRIVATE_KEY and key is not None
    if not typed and not is_new_key and await work.ask(lambda: vault.has(vault_uri, name)):
        return
    value = typed or _made(name, key)
    await work.ask(lambda: vault.set(vault_uri, name, value))


async def _put_certificates(work: Work, vault_uri: str, names: Sequence[str]) -> None:
    """Put the pair: one that was signed by another authority than its like would be of no use."""
    vault = work.azure.vault
    there = [await work.ask(partial(vault.has, vault_uri, name)) for name in names]
    if all(there):
        return
    pair = await asyncio.to_thread(new_cluster_certificates, str(work.order.id))
    values = {SCHEDULER_CERTIFICATE: pair.scheduler, NODE_CERTIFICATE: pair.node}
    for name in names:
        await work.ask(partial(vault.set, vault_uri, name, values[name]))


def _made(name: str, key: KeyPair | None) -> str:
    if name == SSH_PRIVATE_KEY:
        return (key or new_key_pair()).private
    if name == ADMIN_PASSWORD:
        return new_password()
    raise UsageError(
        f"The vault has no {name} yet.",
        remedy="Deploy again and give it: the panel asks for it, the command line takes --activation-code-env.",
    )
