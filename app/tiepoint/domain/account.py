"""Who is signed in, where, and what they may use: plain data, never a token. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

SubscriptionId = NewType("SubscriptionId", str)
TenantId = NewType("TenantId", str)


class SignInMethod(StrEnum):
    """How a person proves who they are."""

    BROWSER = "browser"
    DEVICE_CODE = "device-code"


class TokenStorage(StrEnum):
    """Where tokens are kept between two starts."""

    SYSTEM = "system"
    MEMORY = "memory"
    PLAIN_TEXT = "plain-text"


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation.

    Args:
        id: A GUID.
        name: For people; the id where none is known.
        domain: Its default domain; may be empty.
    """

    id: TenantId
    name: str
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What machines are billed to.

    Args:
        id: A GUID.
        name: For people.
        tenant: The organisation it belongs to.
        state: `Enabled`, `Disabled`, `PastDue`, `Warned`, as Azure says it.
    """

    id: SubscriptionId
    name: str
    tenant: TenantId
    state: str = "Enabled"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who is signed in.

    Args:
        username: As shown at sign-in, mostly a mail address.
        tenant: The one tenant this sign-in is for.
        object_id: The person in that tenant, a GUID; empty where unknown.
        cloud: Name of the cloud.
    """

    username: str
    tenant: Tenant
    object_id: str
    cloud: str


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What to type where for a sign-in on another device. Its text never shows the code.

    Args:
        url: Page to open.
        code: To type there.
        expires: When it is no longer good.
    """

    url: str
    code: str = field(repr=False)
    expires: datetime
