"""The template language, one row a rule; values as Azure's documentation of template functions gives them."""

from __future__ import annotations

from typing import Any

import pytest

from azure_double.exchange import AzureError
from azure_double.template.scope import Scope, Surroundings
from azure_double.template.unknown import Unknown

SUBSCRIPTION = "5b000000-0000-4000-8000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-a"


class _NothingKnown:
    def reference(self, name: str, api_version: str, *, is_full: bool) -> Any:
        return Unknown(name)


def scope(parameters: dict[str, Any] | None = None, variables: dict[str, Any] | None = None) -> Scope:
    here = Surroundings(SUBSCRIPTION, "tenant", "rg-a", "eastus", "d", "https://127.0.0.1", {"a": "b"})
    return Scope(here, parameters or {}, variables or {}, _NothingKnown())


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("plain", "plain"),
        ("[[not an expression]", "[not an expression]"),
        ("[concat('a', 'it''s', 3)]", "ait's3"),
        ("[concat(createArray(1), createArray(2, 3))]", [1, 2, 3]),
        ("[format('{0}-{1:00}', 'node', 7)]", "node-07"),
        ("[format('{0:D3}', 12)]", "012"),
        ("[toLower('AbC')]", "abc"),
        ("[toUpper('AbC')]", "ABC"),
        ("[replace('a-b-c', '-', '')]", "abc"),
        ("[substring('abcdef', 1, 3)]", "bcd"),
        ("[split('a,b', ',')]", ["a", "b"]),
        ("[join(createArray('a', 'b'), ';')]", "a;b"),
        ("[take('abcdef', 2)]", "ab"),
        ("[take(createArray(1, 2, 3), 2)]", [1, 2]),
        ("[skip(createArray(1, 2, 3), 1)]", [2, 3]),
        ("[padLeft('7', 2, '0')]", "07"),
        ("[length('abc')]", 3),
        ("[length(createArray(1, 2))]", 2),
        ("[empty('')]", True),
        ("[empty(createObject())]", True),
        ("[contains(createArray('a'), 'a')]", True),
        ("[contains('abc', 'bc')]", True),
        ("[contains(createObject('Key', 1), 'key')]", True),
        ("[first('abc')]", "a"),
        ("[last(createArray(1, 9))]", 9),
        ("[min(3, 1, 2)]", 1),
        ("[max(createArray(3, 1))]", 3),
        ("[range(2, 3)]", [2, 3, 4]),
        ("[union(createArray(1, 2), createArray(2, 3))]", [1, 2, 3]),
        ("[union(createObject('a', createObject('x', 1)), json('{\"a\": {\"y\": 2}}'))]", {"a": {"x": 1, "y": 2}}),
        ("[intersection(createArray(1, 2), createArray(2))]", [2]),
        ("[add(2, 3)]", 5),
        ("[sub(2, 3)]", -1),
        ("[mul(2, 3)]", 6),
        ("[div(7, 2)]", 3),
        ("[mod(7, 3)]", 1),
        ("[int('42')]", 42),
        ("[string(true())]", "True"),
        ("[string(createArray(1))]", "[1]"),
        ("[bool('true')]", True),
        ("[json('{\"a\": [1]}').a[0]]", 1),
        ("[json('null')]", None),
        ("[base64('hello')]", "aGVsbG8="),
        ("[base64ToString('aGVsbG8=')]", "hello"),
        ("[coalesce(null(), 'x')]", "x"),
        ("[if(equals(1, 1), 'yes', div(1, 0))]", "yes"),
        ("[and(true(), not(false()))]", True),
        ("[or(false(), equals('a', 'A'))]", False),
        ("[greater(3, 2)]", True),
        ("[lessOrEquals(3, 2)]", False),
        ("[cidrSubnet('10.0.0.0/16', 24, 3)]", "10.0.3.0/24"),
        ("[cidrHost('10.0.1.0/24', 0)]", "10.0.1.1"),
        ("[cidrHost('10.0.1.0/24', 249)]", "10.0.1.250"),
        ("[parseCidr('10.0.1.0/24').lastUsable]", "10.0.1.254"),
        ("[resourceGroup().location]", "eastus"),
        ("[resourceGroup().tags.a]", "b"),
        ("[subscription().subscriptionId]", SUBSCRIPTION),
        ("[deployment().name]", "d"),
        ("[environment().resourceManager]", "https://127.0.0.1/"),
        ("[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]",
         f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"),
        ("[resourceId('rg-b', 'Microsoft.Network/virtualNetworks', 'v')]",
         f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-b/providers/Microsoft.Network/virtualNetworks/v"),
        ("[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'x')]",
         f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/x"),
        ("[startsWith('Abc', 'a')]", True),
        ("[indexOf('abc', 'c')]", 2),
        ("[uriComponent('a b')]", "a%20b"),
        ("[items(createObject('a', 1))[0].key]", "a"),
        ("[tryGet(createObject('a', 1), 'b')]", None),
    ],
)  # fmt: skip
def test_values(expression: str, value: Any) -> None:
    assert scope().value(expression) == value


def test_guid_is_resource_managers_own() -> None:
    """It is a UUID of version 5 in ARM's namespace, so that the program can work ids out itself."""
    made = scope().value("[guid('a', 'b')]")
    assert made == scope().value("[guid('a', 'b')]")
    assert made[14] == "5"
    assert made != scope().value("[guid('b', 'a')]")


def test_unique_string_is_thirteen_letters_and_digits() -> None:
    made = scope().value("[uniqueString(resourceGroup().id)]")
    assert len(made) == 13
    assert made.isalnum()
    assert made == made.lower()


def test_parameters_and_variables() -> None:
    here = scope({"Name": "x"}, {"full": "[concat(parameters('name'), variables('end'))]", "end": "-end"})
    assert here.value({"[parameters('name')]": ["[variables('full')]"]}) == {"x": ["x-end"]}


def test_loops_of_variables_and_properties() -> None:
    here = scope({}, {"copy": [{"name": "ids", "count": 2, "input": "[concat('n', copyIndex('ids', 1))]"}]})
    assert here.value("[variables('ids')]") == ["n1", "n2"]
    value = here.value({"copy": [{"name": "list", "count": 3, "input": {"at": "[copyIndex('list')]"}}], "k": 1})
    assert value == {"list": [{"at": 0}, {"at": 1}, {"at": 2}], "k": 1}


def test_what_is_unknown_stays_unknown() -> None:
    value = scope().value("[concat(reference('/x', '1').a.b, 'c')]")
    assert isinstance(value, Unknown)
    assert scope().value("[if(false(), reference('/x', '1').a, 'known')]") == "known"
    assert scope().value("[and(false(), reference('/x', '1').a)]") is False


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("[nothing('x')]", "The template function 'nothing' is not valid"),
        ("[concat('a', ]", "was not expected"),
        ("[concat('a'", None),
        ("[concat('a') 'b']", "was not expected"),
        ("[parameters('x')]", "The template parameter 'x' is not found"),
        ("[variables('x')]", "The template variable 'x' is not found"),
        ("[variables('round')]", "circle"),
        ("[createObject('a', 1).b]", "property 'b' doesn't exist, available properties are 'a'"),
        ("[createArray(1)[1]]", "out of bounds"),
        ("[substring('abc', 2, 5)]", "must refer to a location within the string"),
        ("[if('x', 1, 2)]", "expects a boolean"),
        ("[json('{')]", "not valid JSON"),
        ("[int('x')]", "Unable to convert"),
        ("[div(1, 0)]", "divide by zero"),
        ("[cidrSubnet('10.0.0.0/24', 26, 4)]", "no subnet 4"),
        ("[copyIndex()]", "copyIndex"),
        ("[newGuid()]", "default values"),
        ("[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v')]", "2 segments and 1 names"),
        ("[format('{1}', 'a')]", "more values"),
        ("[toLower(1)]", "cannot use"),
    ],
)
def test_mistakes_are_named(expression: str, says: str | None) -> None:
    here = scope({}, {"round": "[variables('again')]", "again": "[variables('round')]"})
    if says is None:
        assert here.value(expression) == expression  # no closing bracket: a plain text, as Azure takes it
        return
    with pytest.raises(AzureError) as caught:
        here.value(expression)
    assert caught.value.code == "InvalidTemplate"
    assert says in caught.value.message
