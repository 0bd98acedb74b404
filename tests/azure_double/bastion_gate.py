"""Bastion's native tunnel, as Azure's own command line uses it: a token for a machine's port, then a web socket to it.

Where a machine's port 22 really is, a test says in `targets`; what passes is carried, nothing of it is looked at.
"""

from __future__ import annotations

import select
import socket
import threading
import urllib.parse
import uuid
from typing import Any

from websockets.frames import Frame, Opcode
from websockets.http11 import Request as WebRequest
from websockets.server import ServerProtocol

from azure_double.arm.roles import may
from azure_double.entra.tokens import unpacked
from azure_double.exchange import Request, Response
from azure_double.world import World

_BLOCK_BYTES = 65536


class BastionGate:
    """All Bastions of a double.

    Args:
        world: The state.
        lock: Held while the state is read.
    """

    def __init__(self, world: World, lock: threading.RLock) -> None:
        self._world, self._lock = world, lock
        self.targets: dict[str, tuple[str, int]] = {}
        """By lower-case resource id of a machine: where it listens on this computer."""
        self.passes: dict[str, str] = {}
        """Passes that are out: token, and the machine's id."""
        self.returned = 0
        self.nodes: list[str] = []
        """`X-Node-Id` of all tunnels, in order."""

    def answer(self, request: Request) -> Response:
        """Give a pass, or take one back."""
        if request.method == "DELETE":
            known = self.passes.pop(request.path.rsplit("/", 1)[-1], None)
            self.returned += known is not None
            return Response(204 if known is not None else 404)
        if (request.method, request.path) != ("POST", "/api/tokens"):
            return Response(404, {"message": "not found"})
        fields = dict(urllib.parse.parse_qsl(request.body.decode()))
        claims = unpacked(fields.get("aztoken", ""))
        if not claims.get("oid"):
            return Response(401, {"message": "The token is not valid."})
        machine_id = fields.get("resourceId", "")
        with self._lock:
            machine = self._world.get(machine_id)
            allowed = may(self._world, claims["oid"], "Microsoft.Compute/virtualMachines/read", machine_id)
            runs = machine is not None and machine.power == "running"
        if not allowed:
            return Response(403, {"message": "You do not have permission to read the target."})
        if not runs or fields.get("protocol") != "tcptunnel" or fields.get("workloadHostPort") != "22":
            return Response(404, {"message": "The target cannot be reached."})
        token = uuid.uuid4().hex
        self.passes[token] = machine_id.lower()
        return Response(200, {"authToken": token, "nodeId": "node-7", "username": "", "dataSource": "tunnel"})

    def carry(self, request: Request, connection: socket.socket) -> None:
        """Be a web socket that ends at the machine."""
        token = request.path.rsplit("/", 1)[-1]
        protocol = ServerProtocol(max_size=None)
        head = [f"GET {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items())]
        protocol.receive_data("\r\n".join([*head, "", ""]).encode("latin-1"))
        asked = next(event for event in protocol.events_received() if isinstance(event, WebRequest))
        target = self.targets.get(self.passes.get(token, ""))
        if not request.path.startswith("/webtunnelv2/") or target is None:
            protocol.send_response(protocol.reject(404, "no such tunnel"))
            _flush(protocol, connection)
            return
        self.nodes.append(request.query.get("x-node-id", ""))
        protocol.send_response(protocol.accept(asked))
        _flush(protocol, connection)
        with socket.create_connection(target, timeout=5) as there:
            _carry(protocol, connection, there)


def _carry(protocol: ServerProtocol, connection: Any, there: socket.socket) -> None:
    while True:
        is_waiting = bool(getattr(connection, "pending", lambda: 0)())
        ready = [connection] if is_waiting else select.select([connection, there], [], [], 30)[0]
        if there in ready:
            data = there.recv(_BLOCK_BYTES)
            if not data:
                protocol.send_close()
                _flush(protocol, connection)
                return
            protocol.send_binary(data)
            _flush(protocol, connection)
        if connection in ready:
            data = connection.recv(_BLOCK_BYTES)
            if not data:
                return
            protocol.receive_data(data)
            for event in protocol.events_received():
                if isinstance(event, Frame) and event.opcode in (Opcode.BINARY, Opcode.CONT):
                    there.sendall(event.data)
                if isinstance(event, Frame) and event.opcode is Opcode.CLOSE:
                    _flush(protocol, connection)
                    return
            _flush(protocol, connection)


def _flush(protocol: ServerProtocol, connection: socket.socket) -> None:
    for data in protocol.data_to_send():
        if data:
            connection.sendall(data)
