"""Parts of a cluster: what a template holds when not all of it is wanted, and what may be done with it."""

import dataclasses
import fnmatch
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.template_checks import problems
from infra.variants import NAMES, SOURCES, SUBSCRIPTION, composed, templates, variants
from tiepoint.domain.cluster_plan import CLUSTER_NAME, REFERENCE_PLAN, AccessPlan, ClusterPlan, Engine, NodesPlan
from tiepoint.domain.errors import UsageError
from tiepoint.domain.lustre import LUSTRE_CAPACITIES
from tiepoint.services.template.actions import deployer_actions, resource_types
from tiepoint.services.templates import PREVIEW_SSH_KEY, ComposedTemplate, Part

PLAN = dataclasses.replace(REFERENCE_PLAN, access=AccessPlan(sources=SOURCES))
WINDOWS = dict(variants())["netapp-ad-jump-boxes-metashape-windows-peered"]


def part(plan: ClusterPlan = PLAN, **changes: object) -> ComposedTemplate:
    return templates().compose(plan, SUBSCRIPTION, Part(**changes))  # type: ignore[arg-type]


def steps(composed: ComposedTemplate) -> list[str]:
    return [each["name"] for each in composed.template["resources"]]


def test_the_first_of_two_steps_is_the_same_template() -> None:
    first, second = part(is_foundation_only=True), part()
    assert first.template == second.template
    assert first.parameters["foundationOnly"] == {"value": True}
    foundation = [each["name"] for each in first.template["resources"] if "condition" not in each]
    assert foundation == [
        "security",
        "access-security",
        "egress",
        "network",
        "secrets",
        "storage-account",
        "storage-lustre-rights",
    ]


def test_nodes_come_with_their_rights_and_their_set_up() -> None:
    more = part(nodes=("node-06", "node-07"), only=("nodes",))
    assert steps(more) == ["nodes", "nodes-guard", "nodes-vault", "nodes-setup"]
    assert more.parameters["nodeNames"] == {"value": ["node-06", "node-07"]}
    assert more.parameters["nodeAddresses"] == {"value": ["10.0.1.25", "10.0.1.26"]}
    assert "reference('storage-account')" not in json.dumps(more.template)
    assert "dependsOn" not in more.template["resources"][0]


def test_no_nodes_are_no_steps() -> None:
    assert not [name for name in steps(part(nodes=())) if name.startswith("nodes")]


def test_a_cold_network_has_no_way_out() -> None:
    cold = part(only=("network",), is_cold=True)
    assert steps(cold) == ["security", "access-security", "network"]
    assert set(cold.parameters) <= set(cold.template["parameters"])
    network = cold.template["resources"][-1]["properties"]["parameters"]
    assert network["natGatewayId"] == {"value": ""}
    assert steps(part(only=("network", "access", "storage-lustre"))) == [
        "security",
        "access-security",
        "egress",
        "network",
        "storage-lustre-rights",
        "access",
        "storage-lustre",
    ]


def test_names_that_are_there_are_kept() -> None:
    known = part(account_name="tpolder", vault_name="kv-older")
    assert (known.account_name, known.vault_name) == ("tpolder", "kv-older")
    assert known.parameters["accountName"] == {"value": "tpolder"}


def test_a_deleted_vault_is_recovered() -> None:
    assert part().parameters["vaultCreateMode"] == {"value": "default"}
    assert part(recovers_vault=True).parameters["vaultCreateMode"] == {"value": "recover"}


def test_a_preview_reads_nothing_from_the_vault() -> None:
    assert '"keyVault"' in json.dumps(part(WINDOWS).template)
    assert '"keyVault"' not in json.dumps(part(WINDOWS, is_preview=True).template)


def test_values_are_added_where_they_are_taken() -> None:
    more = part().with_values(sshPublicKey=PREVIEW_SSH_KEY, lustreServicePrincipal="x", colour="red")
    assert more.parameters["sshPublicKey"] == {"value": PREVIEW_SSH_KEY}
    assert "colour" not in more.parameters
    small = part(dict(variants())["blob-dns-bastion-open-linux-one"])
    assert "lustreServicePrincipal" not in small.with_values(lustreServicePrincipal="x").parameters


@pytest.mark.parametrize(
    ("name", "secrets"),
    [
        ("lustre-dns-bastion-open-linux-one", ("schedulerCertificate", "nodeCertificate", "sshPrivateKey")),
        (
            "lustre-ad-bastion-open-linux-one",
            ("adminPassword", "schedulerCertificate", "nodeCertificate", "sshPrivateKey"),
        ),
        ("blob-dns-bastion-metashape-windows-one", ("adminPassword", "activationCode", "sshPrivateKey")),
    ],
)
def test_secrets_are_those_that_something_reads(name: str, secrets: tuple[str, ...]) -> None:
    assert composed(name).secrets == secrets


def test_without_sources_azure_asks_for_them() -> None:
    parameter = templates().compose(REFERENCE_PLAN).template["parameters"]["sourceAddresses"]
    assert "defaultValue" not in parameter
    assert parameter["minLength"] == 1


@pytest.mark.parametrize("source", ["*", "Internet", "0.0.0.0/0", "::/0", "203.0.113.0/0", "somewhere"])
def test_nothing_is_opened_to_everybody(source: str) -> None:
    plan = dataclasses.replace(PLAN, access=AccessPlan(sources=("203.0.113.0/24", source)))
    with pytest.raises(UsageError, match="cannot be opened"):
        templates().compose(plan)


@settings(max_examples=25, deadline=None)
@given(
    st.from_regex(CLUSTER_NAME, fullmatch=True),
    st.integers(1, 200),
    st.sampled_from([0, 64, 192, 254]),
    st.sampled_from(list(LUSTRE_CAPACITIES)),
    st.sampled_from([name for name in NAMES if name.startswith("lustre")]),
)
def test_other_names_counts_addresses_and_capacities_are_as_good(
    name: str, count: int, second: int, capacity: int, variant: str
) -> None:
    plan = dict(variants())[variant]
    space = f"172.{16 + second % 16}.0.0/16"
    changed = dataclasses.replace(
        plan,
        name=name,
        nodes=NodesPlan(count=count),
        network=dataclasses.replace(plan.network, address_space=space),
        storage=dataclasses.replace(plan.storage, capacity_tib=capacity),
    )
    assert problems(templates().compose(changed, SUBSCRIPTION).template) == []


def role(name: str) -> list[str]:
    for each in templates().role_definitions()["resources"]:
        if each["properties"]["roleName"] == f"[format('{name} ({{0}})', take(subscription().subscriptionId, 8))]":
            return each["properties"]["permissions"][0]["actions"]
    raise AssertionError(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_deployers_role_is_enough_but_for_giving_rights(name: str) -> None:
    allowed = [each.lower() for each in role("Tiepoint Deployer")]
    missing = {
        action
        for action in deployer_actions(composed(name).template)
        if not any(fnmatch.fnmatch(action.lower(), each) for each in allowed)
    }
    assert missing == {"Microsoft.Authorization/roleAssignments/write"}


def test_roles_allow_no_more_than_they_need() -> None:
    for name in ("Tiepoint Operator", "Tiepoint Deployer", "Tiepoint Guard Node", "Tiepoint Guard Scheduler"):
        actions = role(name)
        assert "*" not in actions
        assert not [each for each in actions if each.endswith("listKeys/action") or "roleAssignments/write" in each]
        assert len(actions) == len(set(actions))
    assert not [each for each in role("Tiepoint Operator") if each.endswith("/write") and "importJobs" not in each]
    assert not [each for each in role("Tiepoint Operator") if "runCommand" in each]
    assert [each for each in role("Tiepoint Guard Node") if not each.endswith("/read")] == [
        "Microsoft.Compute/virtualMachines/deallocate/action"
    ]


def test_the_deployers_role_is_enough_to_delete_what_is_not_data() -> None:
    allowed = [each.lower() for each in role("Tiepoint Deployer")]
    # Rights and set-up go with what they belong to; captures and products are kept.
    stays = ("Microsoft.Authorization", "Microsoft.Resources", "Microsoft.Storage/")
    for name in NAMES:
        kinds = {kind for kind in resource_types(composed(name).template) if not kind.startswith(stays)}
        missing = [
            kind for kind in kinds if not any(fnmatch.fnmatch(f"{kind}/delete".lower(), each) for each in allowed)
        ]
        assert missing == []


def test_no_step_grows_too_large_for_azure_when_its_copies_are_made() -> None:
    composed_ = composed("most-nodes")
    scripts = {name: len(text) for name, text in composed_.template["variables"].items()}
    steps = [each for each in composed_.template["resources"] if each["name"].startswith("nodes-setup")]
    assert [each["name"] for each in steps] == ["nodes-setup", *(f"nodes-setup-{number}" for number in (2, 3, 4))]
    assert all("skip" in json.dumps(each["properties"]["parameters"]["names"]) for each in steps[1:])
    assert (scripts["nodesScript"] + 2000) * 50 < 3_500_000


@pytest.mark.parametrize("name", NAMES)
def test_nodes_are_made_when_the_schedulers_guard_is_there(name: str) -> None:
    steps = {each["name"]: each for each in composed(name).template["resources"]}
    assert "scheduler-setup" in steps["nodes"]["dependsOn"]


def test_what_a_person_needs_follows_the_plan() -> None:
    assert "Microsoft.KeyVault/vaults/deploy/action" not in templates().deployer_actions(PLAN)
    assert "Microsoft.KeyVault/vaults/deploy/action" in templates().deployer_actions(WINDOWS)
    assert "Microsoft.StorageCache/amlFilesystems/write" in templates().deployer_actions(PLAN)
    assert "Microsoft.NetApp/netAppAccounts/capacityPools/volumes/write" in templates().deployer_actions(WINDOWS)


@pytest.mark.parametrize(("engine", "name"), [(Engine.OPEN, "packageAddress"), (Engine.METASHAPE, "metashapeAddress")])
def test_the_plans_package_reaches_the_machines(engine: Engine, name: str) -> None:
    address = "https://studio.example/package"
    parameters = part(dataclasses.replace(PLAN, engine=engine, package=address)).template["parameters"]
    assert parameters[name]["defaultValue"] == address
