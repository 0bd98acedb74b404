"""The checks themselves: each finds what it is there for."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from infra.template_checks import problems
from infra.variants import composed

_Template = dict[str, Any]
BASTION, JUMP = "lustre-dns-bastion-open-linux-one", "netapp-ad-jump-boxes-metashape-windows-peered"


def _step(template: _Template, name: str) -> _Template:
    return next(each for each in template["resources"] if each["name"] == name)


def _inner(template: _Template, name: str) -> _Template:
    return _step(template, name)["properties"]["template"]


def _given(template: _Template, name: str) -> _Template:
    return _step(template, name)["properties"]["parameters"]


def _open_rule(template: _Template) -> None:
    rules = _inner(template, "security")["resources"][0]["properties"]["securityRules"]
    rules[0]["properties"]["sourceAddressPrefix"] = "Internet"


def _wide_ports(template: _Template) -> None:
    rules = _inner(template, "access-security")["resources"][0]["properties"]["securityRules"]
    rules[0]["properties"] |= {"sourceAddressPrefixes": ["0.0.0.0/0"], "destinationPortRanges": ["20-30"]}


def _unused_parameter(template: _Template) -> None:
    _inner(template, "nodes")["parameters"]["colour"] = {"type": "string", "defaultValue": "red"}


def _unknown_parameter(template: _Template) -> None:
    _inner(template, "nodes")["resources"][0]["location"] = "[parameters('place')]"


def _unknown_step(template: _Template) -> None:
    _step(template, "nodes")["dependsOn"].append("netwrok")


def _circle(template: _Template) -> None:
    _step(template, "network")["dependsOn"].append("nodes-setup")


def _unknown_resource(template: _Template) -> None:
    _inner(template, "nodes")["resources"][1]["dependsOn"] = ["[resourceId('Microsoft.Network/virtualNetworks', 'x')]"]


def _twice(template: _Template) -> None:
    resources = _inner(template, "security")["resources"]
    resources.append(copy.deepcopy(resources[0]))


def _node_beside_its_subnet(template: _Template) -> None:
    template["parameters"]["nodeAddresses"]["defaultValue"][0] = "10.0.2.20"


def _address_twice(template: _Template) -> None:
    addresses = template["parameters"]["nodeAddresses"]["defaultValue"]
    addresses[0] = addresses[1]


def _azures_own_address(template: _Template) -> None:
    template["parameters"]["nodeAddresses"]["defaultValue"][0] = "10.0.1.3"


def _basic_address(template: _Template) -> None:
    address = next(each for each in _inner(template, "egress")["resources"] if "publicIPAddresses" in each["type"])
    address["sku"] = {"name": "Basic"}


def _plain_password(template: _Template) -> None:
    _inner(template, "scheduler")["parameters"]["adminPassword"]["type"] = "string"


def _given_password(template: _Template) -> None:
    _given(template, "scheduler")["adminPassword"] = {"value": "x"}


def _brackets(template: _Template) -> None:
    _inner(template, "nodes")["resources"][0]["name"] = "[format('{0}-nic', parameters('names')[copyIndex()]]"


def _overlap(template: _Template) -> None:
    _given(template, "network")["bastionPrefix"] = {"value": "10.0.1.64/26"}


def _not_given(template: _Template) -> None:
    del _given(template, "nodes")["size"]


def _late(template: _Template) -> None:
    _step(template, "storage-account")["dependsOn"].append("scheduler")


@pytest.mark.parametrize(
    ("variant", "spoil", "said"),
    [
        (BASTION, _open_rule, "lets Internet in"),
        (JUMP, _wide_ports, "lets 0.0.0.0/0 in"),
        (BASTION, _unused_parameter, "colour is not used"),
        (BASTION, _unknown_parameter, "place is not defined"),
        (BASTION, _unknown_step, "waits for netwrok"),
        (BASTION, _circle, "waits in a circle"),
        (BASTION, _unknown_resource, "which is not there"),
        (BASTION, _twice, "twice"),
        (BASTION, _node_beside_its_subnet, "10.0.2.20 is not in 10.0.1.0/24"),
        (BASTION, _address_twice, "is given twice"),
        (BASTION, _azures_own_address, "10.0.1.3 is not in"),
        (BASTION, _basic_address, "is no Standard address"),
        (JUMP, _plain_password, "is no securestring"),
        (JUMP, _given_password, "not from the vault"),
        (BASTION, _brackets, "brackets do not match"),
        (BASTION, _overlap, "overlaps"),
        (BASTION, _not_given, "is not given size"),
        (BASTION, _late, "comes first and waits for scheduler"),
    ],
)
def test_it_is_found(variant: str, spoil: Callable[[_Template], None], said: str) -> None:
    template = copy.deepcopy(dict(composed(variant).template))
    spoil(template)
    assert [text for text in problems(template) if said in text]
