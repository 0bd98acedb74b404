"""What is checked before any money is spent, and what came out. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tiepoint.domain.cluster_operation import ResourceGroupKind


class CheckState(StrEnum):
    """How a check ended."""

    RUNNING = "running"
    OK = "ok"
    WARNING = "warning"
    BLOCKED = "blocked"
    NOT_NEEDED = "not-needed"
    UNKNOWN = "unknown"
    """It could not be made: why is in the detail. Never blocks."""


class CheckKind(StrEnum):
    """What is checked, in the order in which it is shown when all is well."""

    POLICY = "policy"
    """Asked only where an organisation's policy says something about plans."""
    PROVIDERS = "providers"
    SIZES = "sizes"
    QUOTA = "quota"
    SPOT_QUOTA = "spot-quota"
    STORAGE = "storage"
    PERMISSIONS = "permissions"
    ADDRESSES = "addresses"
    NAMES = "names"
    SECRETS = "secrets"
    SEATS = "seats"
    BUDGET = "budget"
    TEMPLATE = "template"
    WHAT_IF = "what-if"


class Remedy(StrEnum):
    """What the panel can do about a check at once; the words say everything else."""

    NONE = "none"
    OPEN_LINK = "open-link"
    REGISTER_PROVIDERS = "register-providers"
    USE_NODE_COUNT = "use-node-count"
    USE_SIZE = "use-size"
    USE_REGION = "use-region"
    USE_ADDRESS_SPACE = "use-address-space"
    USE_NAME = "use-name"
    RECOVER_VAULT = "recover-vault"
    MAKE_ROLES = "make-roles"
    GIVE_SECRETS = "give-secrets"


@dataclass(frozen=True, slots=True)
class Fix:
    """One way out.

    Args:
        remedy: What it does.
        label: The button's words: `Deploy with 2 nodes`.
        value: For the remedy: the count, size, region, name, or the link's address.
    """

    remedy: Remedy
    label: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class QuotaFigures:
    """A quota in numbers, in vCPU.

    Args:
        family: Azure's name: `standardNVADSA10v5Family`.
        label: For people.
        asked: By this plan.
        used: By everything else.
        limit: Of the subscription in this region.
    """

    family: str
    label: str
    asked: int
    used: int
    limit: int

    @property
    def free(self) -> int:
        """What is left; never below 0."""
        return max(0, self.limit - self.used)

    @property
    def missing(self) -> int:
        """What this plan lacks; 0 when it fits."""
        return max(0, self.asked - self.free)


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Args:
        kind: See `CheckKind`.
        state: See `CheckState`.
        title: `Quota in East US is too small for 5 nodes`.
        detail: One or two sentences.
        fixes: Ways out, the best first.
        quota: Figures, for quota checks.
        missing: Names: actions a person may not do, providers not registered.
    """

    kind: CheckKind
    state: CheckState
    title: str
    detail: str = ""
    fixes: tuple[Fix, ...] = ()
    quota: QuotaFigures | None = None
    missing: tuple[str, ...] = ()


class ChangeKind(StrEnum):
    """What a deployment would do to a resource."""

    CREATE = "create"
    MODIFY = "modify"
    NO_CHANGE = "no-change"
    IGNORE = "ignore"
    DELETE = "delete"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Change:
    """One resource of the what-if.

    Args:
        id: Resource id.
        type: Its type.
        name: Its name.
        kind: See `ChangeKind`.
        part: Where it belongs.
        properties: Paths of what would be changed.
    """

    id: str
    type: str
    name: str
    kind: ChangeKind
    part: ResourceGroupKind
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """The same plan elsewhere.

    Args:
        region: Azure's short name.
        size: Of the nodes.
        count: Of the nodes.
        free_vcpu: Of the size's quota there; None = not offered there.
        running: Per hour; None = no price.
    """

    region: str
    size: str
    count: int
    free_vcpu: int | None
    running: float | None


@dataclass(frozen=True, slots=True)
class PreflightReport:
    """What came out, so far while it runs.

    Args:
        checks: In the order of `CheckKind`.
        changes: The what-if; empty until it is there.
        alternatives: Where the plan would fit; empty unless quota or size is the trouble.
        is_over: Whether all checks have ended.
        checked: When it began, UTC.
        took_s: How long it took, seconds.
    """

    checks: tuple[Check, ...] = ()
    changes: tuple[Change, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    is_over: bool = False
    checked: datetime | None = None
    took_s: float = 0.0

    @property
    def is_blocked(self) -> bool:
        """Whether something forbids to deploy."""
        return any(check.state is CheckState.BLOCKED for check in self.checks)

    def count(self, state: CheckState) -> int:
        """How many checks ended so."""
        return sum(check.state is state for check in self.checks)
