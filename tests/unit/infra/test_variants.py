"""Every variant composes, and what must hold of a template holds of each."""

import json

import pytest

from infra.template_checks import nested, problems
from infra.variants import NAMES, SUBSCRIPTION, composed, templates, variants
from tiepoint.services.template.assembly import size_bytes


@pytest.mark.parametrize("name", NAMES)
def test_a_variant_has_no_problem(name: str) -> None:
    assert problems(composed(name).template) == []


def test_azure_takes_the_largest_one() -> None:
    largest = max(NAMES, key=lambda name: size_bytes(composed(name).template))
    assert size_bytes(composed(largest).template) < 1_000_000


def test_a_deployment_has_at_most_800_resources() -> None:
    for name, inner in nested(composed("most-nodes").template):
        count = sum(200 if "copy" in resource else 1 for resource in inner["resources"])
        assert count <= 800, name


def test_names_are_azures_to_work_out_only_without_a_subscription() -> None:
    plan = dict(variants())["spot"]
    exported, known = composed("spot"), templates().compose(plan, SUBSCRIPTION)
    assert exported.account_name == exported.vault_name == ""
    assert "uniqueString" in exported.template["parameters"]["accountName"]["defaultValue"]
    assert "accountName" not in exported.parameters
    assert known.parameters["accountName"] == {"value": known.account_name}
    assert "uniqueString" not in json.dumps(known.template)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_secret_is_in_a_template(name: str) -> None:
    text = json.dumps(composed(name).template) + json.dumps(composed(name).parameters)
    assert "Never-deployed" not in text
    assert "AccountKey" not in text
    assert "PRIVATE KEY-----" not in text
