"""What Entra remembers: codes that were handed out, refresh tokens, and who was asked for what."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from azure_double.entra import tokens
from azure_double.entra.refusals import SignInRefused
from azure_double.handed_out import planted
from azure_double.people import People, Person


@dataclass
class SignIn:
    """A sign-in that has been answered by a person, or a session that came of it.

    Args:
        person: Who.
        tenant: Where.
        client: The application.
        nonce: For the id token.
        challenge: PKCE's; empty = none was sent.
        redirect: Where the code was sent.
        acrs: What was confirmed.
        key: Names the session in tokens.
        is_over: Whether its refresh token is good no more.
    """

    person: Person
    tenant: str
    client: str
    nonce: str = ""
    challenge: str = ""
    redirect: str = ""
    acrs: tuple[str, ...] = ()
    key: str = ""
    is_over: int = 0


@dataclass
class DeviceRequest:
    """A device code.

    Args:
        tenant: Where.
        client: The application.
        acrs: What is to be confirmed.
        expires: Seconds since 1970.
        sign_in: The answer, once there is one.
        refusal: Or why there is none.
    """

    tenant: str
    client: str
    acrs: tuple[str, ...]
    expires: float
    sign_in: SignIn | None = None
    refusal: SignInRefused | None = None


def demanded(claims: str) -> tuple[str, ...]:
    """Authentication contexts that a claims parameter demands."""
    try:
        found: Any = json.loads(claims or "{}").get("access_token", {}).get("acrs", {})
    except ValueError:
        return ()
    return tuple(found.get("values") or ([found["value"]] if found.get("value") else [])) if found else ()


class Sessions:
    """Codes and sessions of one double; used with its lock held.

    Args:
        people: Who there is.
        url: The double's address.
    """

    def __init__(self, people: People, url: str) -> None:
        self.people, self.url = people, url
        self.lives_s = 3600.0
        self.slow_downs = 0
        self.skew_s = 0.0
        """How far Azure's clock is ahead of this computer's: in identity tokens and in every answer's date."""
        self._codes: dict[str, SignIn] = {}
        self._devices: dict[str, DeviceRequest] = {}
        self._user_codes: dict[str, str] = {}
        self._refreshes: dict[str, SignIn] = {}

    def admitted(self, tenant: str, username: str, client: str) -> SignIn:
        """Let a person in, or not.

        Raises:
            SignInRefused: Why not.
        """
        person = self.people[username]
        if person.trouble == "locked":
            raise SignInRefused(50053)
        if tenant.lower() in ("organizations", "common"):
            return SignIn(person, person.tenants[0], client, key=secrets.token_hex(8))
        found = self.people.tenant(tenant)
        if not found:
            raise SignInRefused(90002, tenant=tenant)
        if found.id not in person.tenants:
            home = self.people.tenant(person.tenants[0])
            raise SignInRefused(
                50020, user=username, home=home.domain if home else "", tenant=found.name, client=client
            )
        return SignIn(person, found.id, client, key=secrets.token_hex(8))

    def code_for(self, query: dict[str, str], tenant: str, username: str) -> str:
        """A person (nobody = it was declined) has answered the sign-in page: return the code for its application."""
        if not username:
            raise SignInRefused(65004)
        made = self.admitted(tenant, username, query.get("client_id", ""))
        made.nonce, made.challenge = query.get("nonce", ""), query.get("code_challenge", "")
        made.redirect, made.acrs = query.get("redirect_uri", ""), demanded(query.get("claims", ""))
        code = planted("code")
        self._codes[code] = made
        return code

    def redeem_code(self, form: dict[str, str]) -> SignIn:
        """Return the sign-in behind a code; a code is good once."""
        found = self._codes.pop(form.get("code", ""), None)
        if not found or found.redirect != form.get("redirect_uri", ""):
            raise SignInRefused(70000)
        if found.challenge:
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != found.challenge:
                raise SignInRefused(501481)
        return found

    def begin_device(self, tenant: str, form: dict[str, str], lives_s: float) -> tuple[str, str]:
        """Return a device code and what the person types."""
        code, typed = planted("device"), secrets.token_hex(4).upper()
        self._user_codes[typed] = code
        self._devices[code] = DeviceRequest(
            tenant, form.get("client_id", ""), demanded(form.get("claims", "")), time.time() + lives_s
        )
        return code, typed

    def answer_device(self, typed: str, username: str, answer: str = "ok") -> None:
        """A person has typed a code and answered.

        Raises:
            SignInRefused: There is no such code.
        """
        request = self._devices.get(self._user_codes.get(typed.strip().upper(), ""))
        if not request:
            raise SignInRefused(70018)
        if answer == "decline":
            request.refusal = SignInRefused(65004, error="authorization_declined")
        elif answer == "expire":
            request.expires = 0
        else:
            try:
                request.sign_in = self.admitted(request.tenant, username, request.client)
                request.sign_in.acrs = request.acrs
            except SignInRefused as refusal:
                request.refusal = refusal

    def redeem_device(self, form: dict[str, str]) -> SignIn:
        """Return the sign-in behind a device code, once it was answered."""
        code = form.get("device_code", "")
        request = self._devices.get(code)
        if not request:
            raise SignInRefused(70018)
        if request.refusal:
            del self._devices[code]
            raise request.refusal
        if request.sign_in:
            del self._devices[code]
            return request.sign_in
        if request.expires < time.time():
            raise SignInRefused(70020)
        if self.slow_downs:
            self.slow_downs -= 1
            raise SignInRefused(70016, error="slow_down")
        raise SignInRefused(70016)

    def redeem_refresh(self, form: dict[str, str]) -> SignIn:
        """Return the session behind a refresh token, unless it must be confirmed first."""
        found = self._refreshes.get(form.get("refresh_token", ""))
        if not found:
            raise SignInRefused(700082)
        if found.is_over:
            raise SignInRefused(found.is_over)
        wanted = demanded(form.get("claims", ""))
        if set(wanted) - set(found.acrs):
            demand = {"access_token": {"acrs": {"essential": True, "values": list(wanted)}}}
            raise SignInRefused(50076, claims=demand, audience=form.get("scope", ""))
        return found

    def end(self, username: str, number: int = 70043) -> None:
        """Let all of a person's refresh tokens be refused from now on."""
        for session in self._refreshes.values():
            if session.person.username == username:
                session.is_over = number

    def handed_out(self, sign_in: SignIn, form: dict[str, str]) -> dict[str, Any]:
        """Return what the token endpoint answers."""
        scopes = form.get("scope", "").split()
        resource = next((each for each in scopes if "/" in each), f"{self.url}/.default")
        audience = resource.rsplit("/", 1)[0].rstrip("/")
        refresh = planted("refresh")
        self._refreshes[refresh] = sign_in
        demanded_now = demanded(form.get("claims", ""))
        if form.get("grant_type") != "refresh_token":
            sign_in.acrs = tuple(dict.fromkeys((*sign_in.acrs, *demanded_now)))
        person, tenant = sign_in.person, sign_in.tenant
        return {
            "token_type": "Bearer",
            "scope": " ".join(scopes),
            "expires_in": int(self.lives_s),
            "ext_expires_in": int(self.lives_s),
            "access_token": tokens.access_token(
                person, tenant, audience, lives_s=self.lives_s, session=sign_in.key, acrs=sign_in.acrs
            ),
            "refresh_token": refresh,
            "id_token": tokens.id_token(
                person,
                tenant,
                client=sign_in.client,
                issuer=f"{self.url}/{tenant}/v2.0",
                nonce=sign_in.nonce,
                skew_s=self.skew_s,
            ),
            "client_info": tokens.part({"uid": person.oid, "utid": tenant}),
        }
