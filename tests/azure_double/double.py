"""The double, put together."""

from __future__ import annotations

import email.utils
import functools
import threading
import time
import traceback
import urllib.parse
import urllib.request
from typing import Any

from azure.core.credentials import AccessToken, AccessTokenInfo

from azure_double.arm.activity import Activity
from azure_double.arm.authorization import Authorization
from azure_double.arm.facts import Facts
from azure_double.arm.front import Front
from azure_double.arm.generic import GenericResources
from azure_double.arm.groups import Groups
from azure_double.arm.machines import Machines
from azure_double.arm.operations import Operations
from azure_double.arm.roles import built_in_roles
from azure_double.arm.subscriptions import Subscriptions
from azure_double.bastion_gate import BastionGate
from azure_double.blob_gate import BlobGate
from azure_double.blobs import BlobPool
from azure_double.clock import Clock, Timeline
from azure_double.control_page import ControlPage
from azure_double.deploying.addresses import Deployments
from azure_double.entra.endpoints import Entra
from azure_double.entra.sessions import Sessions
from azure_double.entra.tokens import access_token, unpacked
from azure_double.exchange import AzureError, Dropped, Request, Response
from azure_double.faults import Faults
from azure_double.graph import Graph
from azure_double.guards.imds import Imds
from azure_double.guards.players import Guards
from azure_double.listener import Listener
from azure_double.people import People
from azure_double.prices import Prices
from azure_double.request_log import RequestLog
from azure_double.routing import Router
from azure_double.vault_data import VaultData
from azure_double.world import World
from patience import PATIENCE_S
from tiepoint.domain.cloud import Cloud, custom_cloud
from tls_papers import TlsPapers


class AzureDouble:
    """One double, from its making to `close`.

    Args:
        papers: Its certificate; also Azurite's, where there is one.
        blobs: Azurite's accounts; None = storage accounts have no Blob behind them.
        scale: Azure's seconds in one of ours.
        port: 0 = the system chooses.
    """

    def __init__(
        self, papers: TlsPapers, blobs: BlobPool | None = None, *, scale: float = 200.0, port: int = 0
    ) -> None:
        self.lock = threading.RLock()
        self.papers, self.requests, self.faults = papers, RequestLog(), Faults()
        self.clock, self.people = Clock(scale), People()
        self.crashes: list[str] = []
        """Mistakes of the double's own; the fixture fails on them."""
        self._context = papers.server_context()
        self._ports: list[Listener] = []
        self._listener = Listener(self._answer, self._context, port)
        self.url = self._listener.url
        self.world = World(self.people, Timeline(self.clock), self.faults, self.url)
        self.world.blobs, self.world.open_vault = blobs, self._open_vault
        self.checks_blob_roles = True
        """Whether roles decide about blobs of accounts that are made from now on; Azurite itself takes any token."""
        self.world.open_blob_gate = self._open_blob_gate
        self.tunnels = BastionGate(self.world, self.lock)
        self.world.open_bastion = self._open_bastion
        self.world.role_definitions = built_in_roles()
        self.entra = Entra(Sessions(self.people, self.url))
        self._vaults = VaultData(self.world)
        self.operations = Operations(self.world)
        resources = GenericResources(self.world, self.operations)
        self.machines = Machines(self.world, self.operations)
        self.deployments = Deployments(self.world, self.operations)
        parts = (
            self.operations, Subscriptions(self.world), Groups(self.world, self.operations), self.machines,
            Facts(self.world, self.operations), Activity(self.world), self.deployments,
            Authorization(self.world, resources), resources,
        )  # fmt: skip
        self._arm = Front(self.world, Router([route for part in parts for route in part.routes()]))
        control = ControlPage(self.world, self.faults, self.end_sessions)
        graph = Graph(self.world, f"{self.url}/graph")
        self._public = Router([*self.entra.routes(), *Prices(self.url).routes(), *graph.routes(), *control.routes()])
        self._imds = Imds(self.world, self.lock)
        self._imds_listener = Listener(self._imds.answer)
        self.guards = Guards(self.world, self.lock, self.machines, self.crashes)
        self.guards.start()

    @property
    def ca_file(self) -> str:
        """The certificate to believe."""
        return str(self.papers.authority)

    @property
    def tenant(self) -> str:
        """Id of the studio's tenant."""
        return self.people.tenants[0].id

    @property
    def subscription(self) -> str:
        """Id of the studio's subscription."""
        return next(iter(self.people.subscriptions))

    @property
    def settings(self) -> dict[str, str]:
        """What describes it as a custom cloud."""
        return {
            "label": "Azure double",
            "authority": self.url,
            "management": self.url,
            "portal": f"{self.url}/portal",
            "graph": f"{self.url}/graph",
            "prices": f"{self.url}/api/retail/prices",
            "ca_file": self.ca_file,
        }

    @property
    def cloud(self) -> Cloud:
        """The double as the program's cloud."""
        return custom_cloud(self.settings)

    def credential(self, username: str = "mila@studio.example", *, acrs: tuple[str, ...] = ()) -> PersonCredential:
        """Return a person's right for Azure's clients, without any sign-in."""
        return PersonCredential(self, username, acrs)

    def token(self, username: str, audience: str = "", *, lives_s: float = 3600, acrs: tuple[str, ...] = ()) -> str:
        """Return a person's token for a service; Resource Manager without one named."""
        person = self.people[username]
        return access_token(person, person.tenants[0], audience or self.url, lives_s=lives_s, acrs=acrs)

    def browse(self, url: str, username: str = "mila@studio.example", answer: str = "ok") -> str:
        """Play the browser: answer the sign-in page behind an address, and go where it leads; return the last page.

        Args:
            url: What the program opened.
            username: Whose button is pressed.
            answer: `ok` or `decline`.
        """
        parts = urllib.parse.urlsplit(url)
        query = dict(urllib.parse.parse_qsl(parts.query))
        with self.lock:
            redirect, fields = self.entra.answer(query, parts.path.split("/")[1], username, answer)
        data = urllib.parse.urlencode(fields)
        if query.get("response_mode") == "form_post":
            request = urllib.request.Request(redirect, data=data.encode())
        else:
            request = urllib.request.Request(f"{redirect}?{data}")
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
            return bytes(reply.read()).decode()

    def enter_code(self, code: str, username: str = "mila@studio.example", answer: str = "ok") -> None:
        """Play the device-code page; `answer` may be `decline` or `expire`."""
        with self.lock:
            self.entra.sessions.answer_device(code, username, answer)

    def end_sessions(self) -> None:
        """Let everybody's refresh tokens be refused from now on."""
        for username in self.people:
            self.entra.sessions.end(username)

    def imds_url(self, group: str, machine: str) -> str:
        """Return the address of a machine's own metadata service."""
        return f"{self._imds_listener.url}/{group}/{machine}"

    def close(self) -> None:
        """End it; accounts of Azurite are given back empty."""
        self.guards.stop()
        for listener in (self._listener, self._imds_listener, *self._ports):
            listener.close()
        with self.lock:
            for each in self.world.of_type("Microsoft.Storage/storageAccounts"):
                if self.world.blobs and each.facts.get("blob"):
                    self.world.blobs.give(each.facts["blob"])
            self.world.resources.clear()

    def _open_vault(self, name: str) -> str:
        listener = Listener(functools.partial(self._vault_answer, name), self._context)
        self._ports.append(listener)
        return f"{listener.url}/"

    def _open_bastion(self) -> str:
        listener = Listener(self.tunnels.answer, self._context, carry=self.tunnels.carry)
        self._ports.append(listener)
        return f"127.0.0.1:{listener.port}"

    def _open_blob_gate(self, name: str, endpoint: str) -> str:
        if not self.checks_blob_roles:
            return endpoint
        parts = urllib.parse.urlsplit(endpoint)
        server = (str(parts.hostname), int(parts.port or 443))
        context = self.papers.client_context()
        gate = BlobGate(self.world, self.lock, account=name, server=server, context=context)
        listener = Listener(gate.answer, self._context)
        self._ports.append(listener)
        return f"{listener.url}{parts.path}"

    def _vault_answer(self, name: str, request: Request) -> Response:
        return self._logged(request, f"/vault/{name}{request.path}", lambda: self._vaults.answer(name, request))

    def _answer(self, request: Request) -> Response:
        slow = self.faults.take("slow-answer", method=request.method, path=request.path)
        if slow:
            time.sleep(slow.seconds)
        public = self._public.find(request)
        if public:
            return self._logged(request, request.path, self._failing(request, public))
        if request.path.lower().startswith("/portal"):
            return Response(200, "<!doctype html><title>Portal</title><p>The double has no portal.")
        return self._logged(request, request.path, lambda: self._arm.answer(request))

    def _failing(self, request: Request, handler: Any) -> Any:
        fault = self.faults.take(("429", "503", "500", "drop"), method=request.method, path=f"public:{request.path}")
        if not fault:
            return handler

        def fail() -> Response:
            if fault.kind == "drop":
                raise Dropped
            return Response(
                int(fault.kind), {"error": "temporarily_unavailable"}, {"Retry-After": f"{fault.retry_after:g}"}
            )

        return fail

    def _logged(self, request: Request, path: str, handler: Any) -> Response:
        status = 0
        try:
            with self.lock:
                self.world.timeline.run()
                response: Response = handler()
            if self.entra.sessions.skew_s:
                ahead = time.time() + self.entra.sessions.skew_s
                response.headers["Date"] = email.utils.formatdate(ahead, usegmt=True)
        except Dropped:
            raise
        except Exception:  # noqa: BLE001 - a mistake of the double's own must be seen, not hang the client
            self.crashes.append(f"{request.method} {path}\n{traceback.format_exc()}")
            status, response = 500, AzureError(500, "InternalServerError", self.crashes[-1]).response()
            return response
        else:
            status = response.status
            return response
        finally:
            claims = request.claims or unpacked(request.headers.get("authorization", "").partition(" ")[2])
            self.requests.add(
                self.clock.seconds(), request.method, path, status, who=str(claims.get("upn", "")), query=request.query
            )


class PersonCredential:
    """A person's right, as Azure's clients want it.

    Args:
        double: Whose.
        username: Who.
        acrs: What was confirmed.
    """

    def __init__(self, double: AzureDouble, username: str, acrs: tuple[str, ...] = ()) -> None:
        self._double, self._username, self._acrs = double, username, acrs

    def get_token(self, *scopes: str, **more: Any) -> AccessToken:
        """A token for a scope."""
        audience = scopes[0].removesuffix("/.default").rstrip("/")
        token = self._double.token(self._username, audience, acrs=self._acrs)
        return AccessToken(token, int(time.time()) + 3600)

    def get_token_info(self, *scopes: str, options: Any = None) -> AccessTokenInfo:
        """A token for a scope."""
        found = self.get_token(*scopes)
        return AccessTokenInfo(found.token, found.expires_on)

    def close(self) -> None:
        """Nothing is held."""
