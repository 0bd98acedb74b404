"""Entra's addresses."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable

from azure_double.entra import pages
from azure_double.entra.refusals import SignInRefused
from azure_double.entra.sessions import Sessions, SignIn
from azure_double.exchange import Request, Response
from azure_double.routing import Route

_GRANTS = "authorization_code", "urn:ietf:params:oauth:grant-type:device_code", "device_code", "refresh_token"


class Entra:
    """The sign-in service. Its settings may be changed by a test.

    Args:
        sessions: What it remembers.
    """

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.device_interval_s = 1
        self.device_lives_s = 900.0

    def routes(self) -> list[Route]:
        """All of its answers."""
        tenant = r"/(?P<tenant>[^/]+)"
        return [
            Route("GET", rf"{tenant}(/v2\.0)?/\.well-known/openid-configuration", self._configuration),
            Route("GET", rf"{tenant}/discovery/v2\.0/keys", lambda request, tenant: Response(body={"keys": []})),
            Route("GET", rf"{tenant}/oauth2/v2\.0/authorize", self._authorize),
            Route("POST", rf"{tenant}/oauth2/v2\.0/authorize/answer", self._answered),
            Route("POST", rf"{tenant}/oauth2/v2\.0/devicecode", self._device_code),
            Route("POST", rf"{tenant}/oauth2/v2\.0/token", self._token),
            Route("GET", rf"{tenant}/oauth2/v2\.0/logout", self._signed_out),
            Route("GET", "/device", lambda request: Response(body=pages.device_page(self.sessions.people))),
            Route("POST", "/device", self._device_answered),
        ]

    def _configuration(self, request: Request, tenant: str) -> Response:
        base, found = self.sessions.url, self.sessions.people.tenant(tenant)
        if not found and tenant.lower() not in ("organizations", "common"):
            return SignInRefused(90002, tenant=tenant).response()
        at = f"{base}/{tenant}"
        return Response(
            body={
                "issuer": f"{base}/{found.id if found else tenant}/v2.0",
                "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
                "token_endpoint": f"{at}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{at}/oauth2/v2.0/devicecode",
                "end_session_endpoint": f"{at}/oauth2/v2.0/logout",
                "jwks_uri": f"{at}/discovery/v2.0/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "response_types_supported": ["code"],
                "tenant_region_scope": "NA",
            }
        )

    def _authorize(self, request: Request, tenant: str) -> Response:
        action = f"/{tenant}/oauth2/v2.0/authorize/answer"
        return Response(body=pages.sign_in_page(self.sessions.people, tenant, action, request.query))

    def _answered(self, request: Request, tenant: str) -> Response:
        form = request.form()
        redirect, fields = self.answer(form, tenant, form.get("username", ""), form.get("answer", "ok"))
        if form.get("response_mode") == "form_post":
            return Response(body=pages.form_post_page(redirect, fields))
        return Response(302, "", {"Location": f"{redirect}?{urllib.parse.urlencode(fields)}"})

    def answer(
        self, query: dict[str, str], tenant: str, username: str, answer: str = "ok"
    ) -> tuple[str, dict[str, str]]:
        """A person has pressed a button: return where the browser goes, and with what."""
        fields = {"state": query.get("state", "")}
        try:
            fields["code"] = self.sessions.code_for(query, tenant, username if answer == "ok" else "")
        except SignInRefused as refusal:
            fields |= {"error": refusal.error, "error_description": refusal.description}
        return query.get("redirect_uri", ""), fields

    def _device_code(self, request: Request, tenant: str) -> Response:
        code, typed = self.sessions.begin_device(tenant, request.form(), self.device_lives_s)
        url = f"{self.sessions.url}/device"
        return Response(
            body={
                "device_code": code,
                "user_code": typed,
                "verification_uri": url,
                "expires_in": int(self.device_lives_s),
                "interval": self.device_interval_s,
                "message": f"To sign in, use a web browser to open the page {url} and enter the code {typed}.",
            }
        )

    def _device_answered(self, request: Request) -> Response:
        form = request.form()
        try:
            self.sessions.answer_device(form.get("user_code", ""), form.get("username", ""), form.get("answer", "ok"))
        except SignInRefused as refusal:
            return Response(400, pages.page("That did not work", f"<p>{refusal.description}</p>"))
        return Response(body=pages.page("You may close this window", "<p>The program knows by now.</p>"))

    def _token(self, request: Request, tenant: str) -> Response:
        form = request.form()
        redeem: dict[str, Callable[[dict[str, str]], SignIn]] = {
            _GRANTS[0]: self.sessions.redeem_code,
            _GRANTS[1]: self.sessions.redeem_device,
            _GRANTS[2]: self.sessions.redeem_device,
            _GRANTS[3]: self.sessions.redeem_refresh,
        }
        grant = redeem.get(form.get("grant_type", ""))
        if not grant:
            return SignInRefused(90014, tenant="grant_type").response()
        try:
            return Response(body=self.sessions.handed_out(grant(form), form))
        except SignInRefused as refusal:
            return refusal.response()

    def _signed_out(self, request: Request, tenant: str) -> Response:
        return Response(body=pages.page("You are signed out", "<p>You may close this window.</p>"))
