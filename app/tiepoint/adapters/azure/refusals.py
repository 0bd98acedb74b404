"""What Azure refuses, by its code, in words: what happened, what to do, whether trying again can help.

Sources: "Resolve common errors during deployment" and the error codes of Compute, Storage and Key Vault
(learn.microsoft.com), as collected for this program. Pure; any thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from tiepoint.adapters.azure.harmless import first_sentence, harmless
from tiepoint.adapters.azure.quota_words import quota_refusal
from tiepoint.adapters.azure.refusal_reasons import Reason, all_texts, innermost
from tiepoint.domain.errors import (
    CloudError,
    Conflict,
    NoCapacity,
    NotPermitted,
    NotThere,
    SignInNeeded,
    SizeNotOffered,
    TiepointError,
)

_ACTION: Final = re.compile(r"perform action(?:\(s\))? '([^']+)'")
_SCOPE: Final = re.compile(r"over scope '([^']+)'")
_NAMESPACE: Final = re.compile(r"namespace '([^']+)'")
_RESOURCE: Final = re.compile(r"[Rr]esource(?: group)? '([^']+)'")
_SIZE: Final = re.compile(r"\b((?:Standard|Basic)_[A-Za-z0-9_-]+)")
_PLACE: Final = re.compile(r"location '?([a-z0-9]+)'?|region '?([a-z0-9]+)'?", re.IGNORECASE)
_POLICY: Final = re.compile(r'"policyAssignment":\{"name":"([^"]+)"')
_AGAIN: Final = "Try again in a minute."
_GRANT: Final = (
    "Ask an administrator of the subscription for a role that allows it; the check before deploying lists all."
)

_Make = Callable[[Reason, str], TiepointError]


def error_of_code(code: str, message: str, details: Sequence[Any] = (), *, status: int = 0) -> TiepointError:
    """Return the error for one of Azure's; the innermost reason counts.

    Args:
        code: Azure's code, such as `AuthorizationFailed`.
        message: Azure's text.
        details: Errors inside it: mappings or models of Azure's libraries.
        status: HTTP status; 0 = unknown.
    """
    reason, detail = innermost(code, message, details), harmless(all_texts(code, message, details))
    for candidate in (reason.code, code):
        make = _MAKERS.get(candidate.lower())
        if make is not None:
            return make(reason, detail)
    return _by_status(status, reason, detail)


def _by_status(status: int, reason: Reason, detail: str) -> TiepointError:
    said = first_sentence(reason.message)
    if "quota" in reason.message.lower() and "exceed" in reason.message.lower():
        return quota_refusal(reason.message, detail)
    if status == 401:
        return SignInNeeded("Azure does not take this sign-in.", remedy="Sign in again.", detail=detail)
    if status == 403:
        return _not_permitted(reason, detail)
    if status == 404:
        return NotThere(said or "It does not exist in Azure.", remedy="Look again what is there.", detail=detail)
    if status in {409, 412}:
        return Conflict(said or "Something else goes on there.", remedy=_AGAIN, retryable=True, detail=detail)
    if status == 429:
        return _throttled(reason, detail)
    if status >= 500:
        return _busy(reason, detail)
    return CloudError(f"Azure refused: {said}" if said else "Azure refused without a reason.", detail=detail)


def _not_permitted(reason: Reason, detail: str) -> TiepointError:
    actions = _ACTION.findall(reason.message)
    scope = _SCOPE.search(reason.message)
    what = f" {actions[-1]}" if actions else " this"
    where = f" on {_short(scope.group(1))}" if scope else ""
    return NotPermitted(f"You may not do{what}{where}.", remedy=_GRANT, detail=detail)


def _no_data_role(reason: Reason, detail: str) -> TiepointError:
    return NotPermitted(
        "You may not use the data in this storage account or vault.",
        remedy="Ask for a role for its data (Storage Blob Data Contributor, Key Vault Secrets User). A new role takes "
        "up to ten minutes to count.",
        retryable=True,
        detail=detail,
    )


def _firewalled(reason: Reason, detail: str) -> TiepointError:
    return NotPermitted(
        "The firewall of the storage account or vault keeps this computer's address out.",
        remedy="Add this computer's address to the plan's sources, or work from within the network.",
        detail=detail,
    )


def _policy(reason: Reason, detail: str) -> TiepointError:
    policy = _POLICY.search(detail)
    name = f" ({policy.group(1)})" if policy else ""
    return NotPermitted(
        f"A policy of your organisation forbids it{name}.",
        remedy="Ask the administrator of the subscription; the details name the policy.",
        detail=detail,
    )


def _locked(reason: Reason, detail: str) -> TiepointError:
    return NotPermitted(
        "A lock in Azure forbids it.", remedy="Remove the lock in the portal, then try again.", detail=detail
    )


def _subscription_off(reason: Reason, detail: str) -> TiepointError:
    return NotPermitted(
        "The subscription is disabled: nothing can be made or changed in it.",
        remedy="Renew it in the portal, or choose another subscription.",
        detail=detail,
    )


def _no_size(reason: Reason, detail: str) -> TiepointError:
    size, place = _SIZE.search(reason.message), _PLACE.search(reason.message)
    what = size.group(1) if size else "This machine size"
    where = f" in {place.group(1) or place.group(2)}" if place else " here"
    return SizeNotOffered(
        f"{what} is not offered to this subscription{where}.",
        remedy="Choose another size, zone or region.",
        detail=detail,
    )


def _no_capacity(reason: Reason, detail: str) -> TiepointError:
    size = _SIZE.search(reason.message)
    what = f"machine of the size {size.group(1)}" if size else "machine of this size"
    return NoCapacity(
        f"Azure has no {what} free there just now.",
        remedy="Try again later, or choose another zone, region or size.",
        retryable=True,
        detail=detail,
    )


def _unregistered(reason: Reason, detail: str) -> TiepointError:
    namespace = _NAMESPACE.search(reason.message)
    what = namespace.group(1) if namespace else "a service that is needed"
    return CloudError(
        f"The subscription is not registered for {what}.",
        remedy="Let the check before deploying register it, then try again.",
        retryable=True,
        detail=detail,
    )


def _not_there(reason: Reason, detail: str) -> TiepointError:
    match = _RESOURCE.search(reason.message)
    what = match.group(1).rsplit("/", 1)[-1] if match else ""
    return NotThere(
        f"{what} does not exist in Azure, or no more." if what else "It does not exist in Azure, or no more.",
        remedy="Look again what is there; somebody may have deleted it.",
        detail=detail,
    )


def _no_subscription(reason: Reason, detail: str) -> TiepointError:
    return NotThere(
        "The subscription does not exist for this account.",
        remedy="Choose another subscription, or sign in to the organisation it belongs to.",
        detail=detail,
    )


def _no_principal(reason: Reason, detail: str) -> TiepointError:
    return CloudError(
        "Azure does not know a new identity yet.",
        remedy="Try again in a minute: it takes a while to be known everywhere.",
        retryable=True,
        detail=detail,
    )


def _same_deployment(reason: Reason, detail: str) -> TiepointError:
    return Conflict(
        "A deployment of this name is still running.",
        remedy="Wait for it, or cancel it, then try again.",
        retryable=True,
        detail=detail,
    )


def _has_role(reason: Reason, detail: str) -> TiepointError:
    return Conflict("The role has been assigned before.", remedy="Nothing needs to be done.", detail=detail)


def _name_taken(reason: Reason, detail: str) -> TiepointError:
    what = "vault" if "vault" in f"{reason.code} {reason.message}".lower() else "storage account"
    is_deleted = "deleted state" in reason.message.lower() or "soft" in reason.message.lower()
    if is_deleted:
        return Conflict(
            "A deleted vault still holds this name.",
            remedy="Recover or purge it in the portal, or choose another name for the cluster.",
            detail=detail,
        )
    return Conflict(
        f"The name of the {what} is taken, by somebody anywhere in Azure.",
        remedy="Choose another name for the cluster.",
        detail=detail,
    )


def _busy_there(reason: Reason, detail: str) -> TiepointError:
    said = first_sentence(reason.message)
    return Conflict(said or "Something else goes on there.", remedy=_AGAIN, retryable=True, detail=detail)


def _not_allowed(reason: Reason, detail: str) -> TiepointError:
    """Quota and state share one code."""
    is_quota = "quota" in reason.message.lower()
    return quota_refusal(reason.message, detail) if is_quota else _busy_there(reason, detail)


def _quota(reason: Reason, detail: str) -> TiepointError:
    return quota_refusal(reason.message, detail)


def _throttled(reason: Reason, detail: str) -> TiepointError:
    return CloudError("Azure asks to slow down.", remedy=_AGAIN, retryable=True, detail=detail)


def _busy(reason: Reason, detail: str) -> TiepointError:
    return CloudError("Azure does not work properly just now.", remedy=_AGAIN, retryable=True, detail=detail)


def _no_sign_in(reason: Reason, detail: str) -> TiepointError:
    return SignInNeeded("The sign-in is no longer good for Azure.", remedy="Sign in again.", detail=detail)


def _other_tenant(reason: Reason, detail: str) -> TiepointError:
    return SignInNeeded(
        "The subscription belongs to another organisation than the sign-in.",
        remedy="Sign in to the organisation of the subscription.",
        detail=detail,
    )


def _short(scope: str) -> str:
    """Return the last two parts of a resource id, which a person knows."""
    parts = [part for part in scope.split("/") if part]
    return "/".join(parts[-2:]) if len(parts) > 2 else scope


_GROUPS: Final[tuple[tuple[_Make, str], ...]] = (
    (_not_permitted, "AuthorizationFailed LinkedAuthorizationFailed InsufficientPrivilegesOnManagedResource"),
    (
        _no_data_role,
        "AuthorizationPermissionMismatch InsufficientAccountPermissions ForbiddenByRbac AccessDenied ForbiddenByPolicy",
    ),
    (_firewalled, "AuthorizationFailure ForbiddenByFirewall ForbiddenByConnection PublicAccessNotPermitted"),
    (_policy, "RequestDisallowedByPolicy RequestDisallowedByAzure"),
    (_locked, "ScopeLocked"),
    (_subscription_off, "ReadOnlyDisabledSubscription SubscriptionNotEnabled DisabledSubscription"),
    (
        _quota,
        "QuotaExceeded PublicIPCountLimitReached PublicIPAddressCountLimitReached StorageAccountCountLimitReached "
        "SpotQuotaExceeded ResourceCountExceedsLimitDueToTemplate SubscriptionQuotaExceeded",
    ),
    (_not_allowed, "OperationNotAllowed"),
    (_no_size, "SkuNotAvailable NotAvailableForSubscription SizeNotAvailable"),
    (
        _no_capacity,
        "AllocationFailed ZonalAllocationFailed OverconstrainedAllocationRequest OverconstrainedZonalAllocationRequest "
        "AllocationTimedOut",
    ),
    (_unregistered, "MissingSubscriptionRegistration SubscriptionNotRegistered"),
    (
        _not_there,
        "ResourceNotFound ResourceGroupNotFound ParentResourceNotFound DeploymentNotFound SecretNotFound "
        "ContainerNotFound BlobNotFound VaultNotFound ResourceGroupBeingDeleted",
    ),
    (_no_subscription, "SubscriptionNotFound InvalidSubscriptionId"),
    (_no_principal, "PrincipalNotFound"),
    (_same_deployment, "DeploymentActive"),
    (_has_role, "RoleAssignmentExists"),
    (
        _name_taken,
        "VaultAlreadyExists StorageAccountAlreadyTaken StorageAccountAlreadyExists ConflictError VaultNameNotValid",
    ),
    (
        _busy_there,
        "AnotherOperationInProgress ContainerBeingDeleted NicInUse InUseSubnetCannotBeDeleted PropertyChangeNotAllowed "
        "OperationPreempted RetryableError ReferencedResourceNotProvisioned",
    ),
    (_throttled, "TooManyRequests SubscriptionRequestsThrottled ResourceRequestsThrottled OperationsThrottled"),
    (_busy, "ServerBusy ServiceUnavailable InternalServerError InternalError GatewayTimeout ServerTimeout"),
    (
        _no_sign_in,
        "ExpiredAuthenticationToken InvalidAuthenticationToken AuthenticationFailed InvalidAuthenticationInfo",
    ),
    (_no_sign_in, "AuthenticationFailedMissingToken NoAuthenticationInformation"),
    (_other_tenant, "InvalidAuthenticationTokenTenant LinkedInvalidAuthenticationTokenTenant"),
)
_MAKERS: Final[dict[str, _Make]] = {code.lower(): make for make, codes in _GROUPS for code in codes.split()}
