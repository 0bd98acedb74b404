"""Who there is: tenants, subscriptions, people and machines' identities, and what roles they were born with."""

from __future__ import annotations

from dataclasses import dataclass, field

from azure_double.tables import table


@dataclass(frozen=True)
class Organisation:
    """A tenant.

    Args:
        id: A GUID.
        name: For people.
        domain: Its default one.
    """

    id: str
    name: str
    domain: str


@dataclass
class SubscriptionEntry:
    """A subscription; `state` may be changed.

    Args:
        id: A GUID.
        name: For people.
        tenant: Its tenant's id.
        state: `Enabled`, `Disabled`, …
    """

    id: str
    name: str
    tenant: str
    state: str = "Enabled"


@dataclass
class Person:
    """Somebody who can sign in; all of it may be changed by a test.

    Args:
        username: Mail address.
        name: For people.
        oid: Object id.
        tenants: Ids; the first is home.
        roles: Names of roles by subscription id.
        trouble: `locked`, `mfa-for-writes`, or empty.
        button: What the sign-in page says.
    """

    username: str
    name: str
    oid: str
    tenants: list[str]
    roles: dict[str, list[str]] = field(default_factory=dict)
    trouble: str = ""
    button: str = ""


class People(dict[str, Person]):
    """People by user name."""

    def __init__(self) -> None:
        rows = table("people")
        super().__init__({row["username"]: Person(**row) for row in rows["people"]})
        self.tenants = [Organisation(**row) for row in rows["tenants"]]
        self.subscriptions = {row["id"]: SubscriptionEntry(**row) for row in rows["subscriptions"]}

    def by_oid(self, oid: str) -> Person | None:
        """Return whose object id it is."""
        return next((each for each in self.values() if each.oid == oid), None)

    def tenant(self, name: str) -> Organisation | None:
        """Return a tenant by id or domain."""
        return next((each for each in self.tenants if name.lower() in (each.id, each.domain)), None)
