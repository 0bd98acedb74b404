"""From templates to resources: loops, conditions, order, names, parameters."""

from __future__ import annotations

from typing import Any

import pytest

from azure_double.exchange import AzureError
from azure_double.template.parameters import read_parameters
from azure_double.template.planning import Planned, plan
from azure_double.template.scope import Scope, Surroundings
from azure_double.template.unknown import Unknown

DISK = "Microsoft.Compute/disks"


class _NothingKnown:
    def reference(self, name: str, api_version: str, *, is_full: bool) -> Any:
        return Unknown(name)


def scope(parameters: dict[str, Any] | None = None) -> Scope:
    return Scope(Surroundings("s", "t", "rg", "eastus", "d", "https://x"), parameters or {}, {}, _NothingKnown())


def template(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": "x", "contentVersion": "1.0.0.0", "resources": list(resources)}


def disk(name: str, **more: Any) -> dict[str, Any]:
    return {"type": DISK, "apiVersion": "2026-03-02", "name": name, **more}


def names(found: list[Planned]) -> list[str]:
    return [each.id.name for each in found if each.is_wanted]


def test_loops_are_unrolled_and_waited_for_by_name() -> None:
    found = plan(
        template(
            disk("[format('d-{0}', copyIndex(1))]", copy={"name": "disks", "count": "[parameters('n')]"}),
            disk("last", dependsOn=["disks"]),
        ),
        scope({"n": 3}),
    )
    assert names(found) == ["d-1", "d-2", "d-3", "last"]
    assert len(found[-1].needs) == 3


def test_an_empty_loop_makes_nothing_and_may_be_waited_for_by_nobody() -> None:
    found = plan(template(disk("d", copy={"name": "disks", "count": 0})), scope())
    assert found == []


def test_a_serial_loop_goes_batch_by_batch() -> None:
    loop = {"name": "disks", "count": 4, "mode": "serial", "batchSize": 2}
    found = plan(template(disk("[concat('d', copyIndex())]", copy=loop)), scope())
    assert [len(each.needs) for each in found] == [0, 0, 2, 2]


def test_conditions_take_resources_out_and_nobody_waits_for_them() -> None:
    found = plan(template(disk("a", condition="[equals(1, 2)]"), disk("b", dependsOn=["a"])), scope())
    assert names(found) == ["b"]
    assert found[-1].needs == set()


def test_children_inside_a_resource_get_its_type_and_name() -> None:
    child = {"type": "subnets", "apiVersion": "2025-07-01", "name": "s"}
    network = {
        "type": "Microsoft.Network/virtualNetworks",
        "apiVersion": "2025-07-01",
        "name": "v",
        "resources": [child],
    }
    found = plan(template(network), scope())
    assert found[1].id.text.endswith("/virtualNetworks/v/subnets/s")


def test_extension_resources_lie_at_their_scope() -> None:
    role = {
        "type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01", "name": "g",
        "scope": "[resourceId('Microsoft.KeyVault/vaults', 'kv')]",
    }  # fmt: skip
    relative = {**role, "name": "h", "scope": "Microsoft.KeyVault/vaults/kv"}
    found = plan(template(role, relative), scope())
    at = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
    assert [each.id.scope for each in found] == [at, at]


def test_null_properties_are_left_out() -> None:
    found = plan(template(disk("a", properties={"x": "[if(false(), 1, null())]", "y": 1})), scope())
    assert found[0].body() == {"properties": {"y": 1}}


@pytest.mark.parametrize(
    ("resources", "says"),
    [
        ([disk("a", dependsOn=["b"])], "The resource 'b' is not defined in the template"),
        ([disk("a"), disk("a")], "defined multiple times"),
        ([disk("a", dependsOn=["b"]), disk("b", dependsOn=["a"])], "Circular dependency"),
        ([disk("a/b")], "incorrect segment lengths"),
        ([{"type": DISK, "name": "a"}], "missing the required property 'apiVersion'"),
        ([disk("[reference('x').y]")], "cannot be worked out"),
        ([disk("a", copy={"name": "l", "count": 801})], "not between 0 and 800"),
        ([disk("a", condition="yes")], "no boolean"),
    ],
)
def test_mistakes_are_named(resources: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(AzureError) as caught:
        plan(template(*resources), scope())
    assert says in caught.value.message


def test_a_template_has_certain_parts_only() -> None:
    with pytest.raises(AzureError, match="required property"):
        plan({"resources": []}, scope())
    with pytest.raises(AzureError, match="paramters"):
        plan({**template(), "paramters": {}}, scope())


def _values(declared: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    return read_parameters(declared, given, scope(), lambda reference: f"secret {reference['secretName']}")


def test_parameters_come_from_values_references_and_defaults() -> None:
    declared = {
        "a": {"type": "string"},
        "b": {"type": "string", "defaultValue": "[concat(parameters('a'), '!')]"},
        "c": {"type": "securestring"},
        "d": {"type": "string", "defaultValue": "[newGuid()]"},
    }
    given = {"A": {"value": "x"}, "c": {"reference": {"keyVault": {"id": "/v"}, "secretName": "pw"}}}
    found = _values(declared, given)
    assert (found["a"], found["b"], found["c"], len(found["d"])) == ("x", "x!", "secret pw", 36)


@pytest.mark.parametrize(
    ("rules", "given", "says"),
    [
        ({"type": "string"}, None, "is not provided"),
        ({"type": "string"}, {"value": 1}, "Expected 'string'"),
        ({"type": "int"}, {"value": True}, "Expected 'int'"),
        ({"type": "int", "minValue": 1, "maxValue": 9}, {"value": 10}, "outside of"),
        ({"type": "array", "minLength": 1}, {"value": []}, "outside of"),
        ({"type": "string", "allowedValues": ["a"]}, {"value": "b"}, "not part of the allowed"),
        ({"type": "text"}, {"value": "b"}, "does not exist"),
        ({"type": "string"}, {"reference": {}}, "not declared as securestring"),
    ],
)
def test_wrong_parameters_are_named(rules: dict[str, Any], given: dict[str, Any] | None, says: str) -> None:
    with pytest.raises(AzureError) as caught:
        _values({"p": rules}, {"p": given} if given else {})
    assert says in caught.value.message


def test_strange_parameters_are_named() -> None:
    with pytest.raises(AzureError, match="'q'"):
        _values({"p": {"type": "string", "defaultValue": ""}}, {"q": {"value": 1}})
