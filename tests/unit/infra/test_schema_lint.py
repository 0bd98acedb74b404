"""The official schemas have no objection to any variant, outer and nested."""

import copy

import pytest

from infra import schema_lint
from infra.template_checks import nested
from infra.variants import NAMES, composed, templates

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not schema_lint.SCHEMAS.is_dir(), reason="Azure's schemas are not beside the checkout"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_variant_is_clean(name: str) -> None:
    for step, template in nested(composed(name).template):
        assert schema_lint.problems(template) == [], step


def test_the_roles_are_clean() -> None:
    assert schema_lint.problems(templates().role_definitions()) == []


def test_a_typing_error_is_found() -> None:
    template = copy.deepcopy(dict(composed("spot").template["resources"][0]["properties"]["template"]))
    template["resources"][0]["properties"]["securityRulez"] = []
    assert schema_lint.problems(template)
