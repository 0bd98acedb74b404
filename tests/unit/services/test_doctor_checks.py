"""What the doctor says of graphics, ports, network, proxy, certificates, clock, keyring and policy, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fakes.clock import FakeClock
from fakes.graphics import PROCESSOR, FakeGraphicsMemory, FakeGraphicsTrial
from fakes.surroundings import FakeSurroundings
from tiepoint.domain.graphics import Drawing, GraphicsFacts, Trouble
from tiepoint.domain.policy import Policy, PolicyProblem
from tiepoint.ports.surroundings import CertificateFacts, Reached, Reply, SecretStore
from tiepoint.services.doctor_checks.graphics import GraphicsCheck
from tiepoint.services.doctor_checks.network import NetworkCheck, Place
from tiepoint.services.doctor_checks.policy import PolicyCheck
from tiepoint.services.doctor_checks.secrets import SecretsCheck
from tiepoint.services.finding import Finding, Health
from tiepoint.services.graphics import GraphicsService

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
CLOUD = Place("the sign-in of Azure", "login.example", 443)
OWN = Place("the cluster studio", "gate.example", 22, is_web=False)
BAD = GraphicsFacts(None, problem="no", trouble=Trouble.NO_OPENGL)


async def _network(surroundings: FakeSurroundings, *places: Place, now: datetime = NOW) -> dict[str, Finding]:
    found = await NetworkCheck(surroundings, lambda: places, lambda: now)()
    assert all(finding.remedy for finding in found if finding.health is not Health.OK)
    return {finding.name: finding for finding in found}


async def test_without_anything_set_up_nobody_is_asked() -> None:
    surroundings = FakeSurroundings()
    found = await _network(surroundings)
    assert {finding.health for finding in found.values()} == {Health.OK}
    assert surroundings.asked == []
    assert found.keys() == {"ports", "network", "proxy", "certificates", "clock"}


async def test_what_is_set_up_is_reached() -> None:
    surroundings = FakeSurroundings()
    surroundings.replies["login.example"] = Reply(Reached.YES, date=NOW + timedelta(seconds=3))
    found = await _network(surroundings, CLOUD, OWN)
    assert surroundings.asked == [("login.example", 443), ("gate.example", 22)]
    assert {finding.health for finding in found.values()} == {Health.OK}
    assert "agrees" in found["clock"].text


async def test_being_offline_is_no_failure() -> None:
    surroundings = FakeSurroundings()
    surroundings.replies = {name: Reply(Reached.NO, "no route") for name in ("login.example", "gate.example")}
    network = (await _network(surroundings, CLOUD, OWN))["network"]
    assert network.health is Health.WARNING
    assert "port 22 and 443" in network.remedy
    assert "need no network" in network.remedy


async def test_a_firewall_within_the_computer() -> None:
    surroundings = FakeSurroundings()
    surroundings.loopback_problem = "Connection refused"
    assert (await _network(surroundings))["ports"].health is Health.FAILED


@pytest.mark.parametrize(
    ("reply", "health"), [(Reply(Reached.YES), Health.OK), (Reply(Reached.NO, "refused"), Health.WARNING)]
)
async def test_the_proxy_is_named_without_its_password(reply: Reply, health: Health) -> None:
    surroundings = FakeSurroundings()
    surroundings.proxy_address = "http://user:secret@proxy.example:3128"
    surroundings.replies["proxy.example"] = reply
    proxy = (await _network(surroundings))["proxy"]
    assert proxy.health is health
    assert "proxy.example:3128" in proxy.text
    assert "secret" not in proxy.text
    assert surroundings.asked == [("proxy.example", 3128)]


async def test_a_proxy_that_is_no_address() -> None:
    surroundings = FakeSurroundings()
    surroundings.proxy_address = "http://proxy:port"
    assert (await _network(surroundings))["proxy"].health is Health.WARNING


async def test_certificates_that_cannot_be_read_or_are_not_believed() -> None:
    surroundings = FakeSurroundings()
    surroundings.replies["login.example"] = Reply(Reached.UNTRUSTED, "self-signed certificate in certificate chain")
    found = (await _network(surroundings, CLOUD))["certificates"]
    assert found.health is Health.FAILED
    assert "inspects https" in found.remedy
    surroundings.certificate_facts = CertificateFacts(0, "SSL_CERT_FILE=/nowhere", "the file cannot be read")
    found = (await _network(surroundings))["certificates"]
    assert found.health is Health.FAILED
    assert "/nowhere" in found.text
    surroundings.certificate_facts = CertificateFacts(1, "/studio.pem")
    assert (await _network(surroundings))["certificates"].text == "1 authority, from /studio.pem"


@pytest.mark.parametrize(
    ("away", "health", "words"),
    [
        (timedelta(minutes=-3), Health.WARNING, "3 minutes behind"),
        (timedelta(minutes=10), Health.FAILED, "10 minutes ahead"),
        (timedelta(hours=5), Health.FAILED, "5 hours ahead"),
        (timedelta(days=-400), Health.FAILED, "400 days behind"),
    ],
)
async def test_a_clock_that_is_wrong(away: timedelta, health: Health, words: str) -> None:
    surroundings = FakeSurroundings()
    surroundings.replies["login.example"] = Reply(Reached.YES, date=NOW - away)
    clock = (await _network(surroundings, CLOUD))["clock"]
    assert clock.health is health
    assert words in clock.text


async def test_a_clock_before_the_program_was_made() -> None:
    clock = (await _network(FakeSurroundings(), now=datetime(2020, 1, 1, tzinfo=UTC)))["clock"]
    assert clock.health is Health.FAILED


@pytest.mark.parametrize(
    ("store", "may_be_plain", "uses_cloud", "health"),
    [
        (SecretStore.OPEN, False, True, Health.OK),
        (SecretStore.LOCKED, False, True, Health.WARNING),
        (SecretStore.LOCKED, False, False, Health.OK),
        (SecretStore.MISSING, False, True, Health.WARNING),
        (SecretStore.MISSING, True, True, Health.OK),
        (SecretStore.MISSING, False, False, Health.OK),
    ],
)
async def test_where_a_sign_in_is_kept(
    store: SecretStore, may_be_plain: bool, uses_cloud: bool, health: Health
) -> None:
    surroundings = FakeSurroundings()
    surroundings.store = store
    (found,) = await SecretsCheck(surroundings, lambda: may_be_plain, lambda: uses_cloud)()
    assert (found.name, found.health) == ("keyring", health)
    assert bool(found.remedy) is (health is Health.WARNING)


async def _graphics(**found: GraphicsFacts) -> Finding:
    trial = FakeGraphicsTrial()
    trial.found |= {Drawing(name): facts for name, facts in found.items()}
    service = GraphicsService(trial, FakeGraphicsMemory(), lambda: "here", FakeClock())
    (finding,) = await GraphicsCheck(service)()
    return finding


async def test_graphics_are_tried() -> None:
    card = await _graphics()
    assert (card.health, card.text, card.facts["drawing"]) == (Health.OK, "OpenGL 4.6, Example GPU", "system")
    slow = await _graphics(system=PROCESSOR)
    assert slow.health is Health.WARNING
    assert "driver" in slow.remedy
    bad = await _graphics(system=BAD)
    assert bad.health is Health.WARNING
    assert "instead" in bad.text
    none = await _graphics(system=BAD, software=BAD)
    assert none.facts["drawing"] == "none"
    assert none.remedy
    screen = await _graphics(system=GraphicsFacts(None, problem="no display", trouble=Trouble.NO_SCREEN))
    assert screen.health is Health.OK
    untried = await _graphics(system=GraphicsFacts(None, problem="no file", trouble=Trouble.NOT_TRIED))
    assert untried.health is Health.WARNING
    assert untried.remedy


async def test_a_driver_that_ended_the_program_is_named_with_the_way_back() -> None:
    trial, memory = FakeGraphicsTrial(), FakeGraphicsMemory()
    await GraphicsService(trial, memory, lambda: "here", FakeClock()).begin()
    memory.crash()
    (finding,) = await GraphicsCheck(GraphicsService(trial, memory, lambda: "here", FakeClock()))()
    assert finding.health is Health.WARNING
    assert "--try-graphics" in finding.remedy


async def test_policies() -> None:
    (none,) = await PolicyCheck(Policy())()
    assert none.health is Health.OK
    problem = PolicyProblem("/etc/tiepoint/policy.json", "", "It is no JSON.", "Correct it.")
    (bad,) = await PolicyCheck(Policy(problems=(problem,)))()
    assert (bad.health, bad.remedy) == (Health.WARNING, "Correct it.")
