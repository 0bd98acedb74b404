"""Resource Manager's door: the token, what a test wants to go wrong, and then the answer."""

from __future__ import annotations

import base64
import json
import time
import urllib.parse
import uuid

from azure_double.entra.sessions import demanded
from azure_double.entra.tokens import unpacked
from azure_double.exchange import AzureError, Dropped, Request, Response
from azure_double.routing import Handler, Router
from azure_double.world import World

_WRITES = ("PUT", "POST", "PATCH", "DELETE")
_HARMLESS = ("/checknameavailability", "/validate", "/whatif", "/getrequiredamlfssubnetssize", "/checkamlfssubnets")


class Front:
    """See the module.

    Args:
        world: The state.
        router: What answers.
    """

    def __init__(self, world: World, router: Router) -> None:
        self._world, self._router = world, router

    def answer(self, request: Request) -> Response:
        """Return Resource Manager's answer."""
        try:
            self._check_token(request)
            self._fail(request)
            self._check_state(request)
            response = self._paged(request, (self._router.find(request) or _unknown(request))())
        except AzureError as error:
            response = error.response()
        response.headers.setdefault("x-ms-request-id", str(uuid.uuid4()))
        response.headers.setdefault("x-ms-correlation-request-id", str(uuid.uuid4()))
        return response

    def _paged(self, request: Request, response: Response) -> Response:
        rows = response.body.get("value") if isinstance(response.body, dict) else None
        size = self._world.page_size
        if request.method != "GET" or not size or not isinstance(rows, list):
            return response
        start = int(request.query.get("$skiptoken", "0"))
        response.body["value"] = rows[start : start + size]
        if start + size < len(rows):
            query = urllib.parse.urlencode({**request.query, "$skiptoken": str(start + size)})
            response.body["nextLink"] = f"{self._world.url}{urllib.parse.quote(request.path)}?{query}"
        return response

    def _check_token(self, request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise _unauthorized("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
        claims = unpacked(token)
        if str(claims.get("aud", "")).rstrip("/") != self._world.url:
            raise _unauthorized(
                "InvalidAuthenticationTokenAudience",
                f"The access token has been obtained for wrong audience or resource '{claims.get('aud')}'. It should "
                f"exactly match with one of the allowed audiences '{self._world.url}'.",
            )
        if claims.get("exp", 0) < time.time() or self._world.faults.take(
            "expired", method=request.method, path=request.path
        ):
            raise _unauthorized("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than now.")
        request.claims = claims

    def _fail(self, request: Request) -> None:
        fault = self._world.faults.take(("429", "503", "500", "drop"), method=request.method, path=request.path)
        if fault and fault.kind == "drop":
            raise Dropped
        if fault:
            code, message = {
                "429": ("TooManyRequests", "The request is being throttled as the limit has been reached."),
                "503": ("ServiceUnavailable", "The service is unavailable."),
                "500": ("InternalServerError", "Encountered internal server error."),
            }[fault.kind]
            wait = f"{fault.retry_after:g}"
            raise AzureError(int(fault.kind), code, message, headers={"Retry-After": wait})
        self._challenge(request)

    def _challenge(self, request: Request) -> None:
        held = set(request.claims.get("acrs") or ())
        claims = None
        person = self._world.people.by_oid(request.oid)
        is_write = request.method in _WRITES and not request.path.lower().endswith(_HARMLESS)
        if person and person.trouble == "mfa-for-writes" and is_write and "p1" not in held:
            claims = {"access_token": {"acrs": {"essential": True, "values": ["p1"]}}}
        else:
            for rule in self._world.faults.standing("claims", method=request.method, path=request.path):
                if not set(demanded(json.dumps(rule.claims))) <= held:
                    claims = rule.claims
                    rule.hits += 1
                    break
        if claims:
            packed = base64.b64encode(json.dumps(claims).encode()).decode()
            raise AzureError(
                401, "RequestDisallowedByPolicy",
                "Resource was disallowed by Azure: multi-factor authentication is required. See "
                "https://aka.ms/MFAforAzure.",
                headers={
                    "WWW-Authenticate": f'Bearer realm="", authorization_uri="{self._world.url}/common", '
                    f'error="insufficient_claims", claims="{packed}"'
                },
            )  # fmt: skip

    def _check_state(self, request: Request) -> None:
        parts = request.path.split("/")
        if len(parts) < 3 or parts[1].lower() != "subscriptions":
            return
        found = self._world.people.subscriptions.get(parts[2].lower())
        if not found:
            raise AzureError(404, "SubscriptionNotFound", f"The subscription '{parts[2]}' could not be found.")
        if found.tenant != request.claims.get("tid"):
            raise _unauthorized(
                "InvalidAuthenticationTokenTenant",
                f"The access token is from the wrong issuer. It must match the tenant '{found.tenant}' "
                "associated with this "
                "subscription.",
            )
        if found.state != "Enabled" and request.method in _WRITES:
            raise AzureError(
                409, "ReadOnlyDisabledSubscription",
                f"The subscription '{found.id}' is disabled and therefore marked as read only. You cannot "
                "perform any write "
                "actions on this subscription until it is re-enabled.",
            )  # fmt: skip


def _unknown(request: Request) -> Handler:
    code = "InvalidResourceType" if "/providers/" in request.path else "NotFound"
    return AzureError(404, code, f"The double has no answer to {request.method} {request.path}.").response


def _unauthorized(code: str, message: str) -> AzureError:
    challenge = f'Bearer authorization_uri="https://login.example/", error="invalid_token", error_description="{code}"'
    return AzureError(401, code, message, headers={"WWW-Authenticate": challenge})
