"""What must hold of every template and that neither a schema nor Azure's own check says early enough.

Each check returns sentences; none = fine.
"""

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_EVERYBODY = {"*", "internet", "0.0.0.0/0", "::/0", "any"}
_ADMINISTRATION = (22, 3389)
_SECRET_WORDS = re.compile(r"password|secret|activation|private.?key|token", re.IGNORECASE)
_HARMLESS = {"secretName", "deployerObjectId"}


def nested(template: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return the templates of a template by name, the outer one first."""
    yield "", template
    for resource in template["resources"]:
        if resource["type"] == "Microsoft.Resources/deployments":
            yield resource["name"], resource["properties"]["template"]


def problems(template: Mapping[str, Any]) -> list[str]:
    """Return all that is wrong with a template."""
    found = []
    for name, each in nested(template):
        found += [f"{name or 'outer'}: {text}" for text in (*_parameters(each), *_names(each), *_rules(each))]
        found += [f"{name or 'outer'}: {text}" for text in (*_secrets(each), *_public_addresses(each))]
    found += _given(template)
    found += _order(template)
    found += _addresses(template)
    return found


def _own(template: Mapping[str, Any]) -> Iterator[str]:
    """Return all texts of a template, those of nested ones left out."""
    waiting: list[Any] = [
        {key: value for key, value in template.items() if key not in ("parameters", "metadata")},
        [{**body, "metadata": None} for body in template.get("parameters", {}).values()],
    ]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, Mapping):
            waiting += [each for key, each in value.items() if key != "template"]


def _parameters(template: Mapping[str, Any]) -> Iterator[str]:
    expressions = [text for text in _own(template) if text.startswith("[")]
    for kind in ("parameters", "variables"):
        defined = set(template.get(kind, {}))
        used = {name for text in expressions for name in re.findall(rf"\b{kind}\('(\w+)'\)", text)}
        yield from (f"{kind} {name} is not defined" for name in sorted(used - defined))
        yield from (f"{kind} {name} is not used" for name in sorted(defined - used))
    for text in expressions:
        bare = re.sub(r"'(?:[^']|'')*'", "", text)
        if any(bare.count(left) != bare.count(right) for left, right in ("()", "[]")):
            yield f"brackets do not match: {text[:60]}"


def _names(template: Mapping[str, Any]) -> Iterator[str]:
    seen = set()
    for resource in template["resources"]:
        key = (resource["type"].lower(), resource["name"].lower(), str(resource.get("scope")))
        if key in seen:
            yield f"{key[0]} {key[1]} twice"
        seen.add(key)


def _rules(template: Mapping[str, Any]) -> Iterator[str]:
    for resource in template["resources"]:
        for rule in resource.get("properties", {}).get("securityRules", []):
            what = rule["properties"]
            if what["direction"] != "Inbound" or what["access"] != "Allow":
                continue
            ports = what.get("destinationPortRanges", [what.get("destinationPortRange")])
            if not any(_holds(ports, port) for port in _ADMINISTRATION):
                continue
            sources = what.get("sourceAddressPrefixes", [what.get("sourceAddressPrefix")])
            allowed = ("[parameters('administrationPrefix')]", "[parameters('sourceAddresses')]")
            for source in [sources] if isinstance(sources, str) else sources:
                if source.lower() in _EVERYBODY or source not in allowed:
                    yield f"{resource['name']}/{rule['name']} lets {source} in"


def _holds(ports: list[str], port: int) -> bool:
    for each in ports:
        low, _, high = each.partition("-")
        if each == "*" or int(low) <= port <= int(high or low):
            return True
    return False


def _secrets(template: Mapping[str, Any]) -> Iterator[str]:
    for name, body in template.get("parameters", {}).items():
        if _SECRET_WORDS.search(name) and name not in _HARMLESS and not body["type"].startswith("secure"):
            yield f"parameter {name} is no securestring"
        if body["type"].startswith("secure") and body.get("defaultValue"):
            yield f"secret parameter {name} has a default"
    for resource in template["resources"]:
        text = json.dumps({**resource, "properties": {**resource.get("properties", {}), "template": None}})
        for key, value in re.findall(r'"(adminPassword|password|protectedSettings)": "([^"]*)"', text):
            if value != "[parameters('adminPassword')]":
                yield f"{resource['name']}: {key} stands in the open"


def _public_addresses(template: Mapping[str, Any]) -> Iterator[str]:
    for resource in template["resources"]:
        if resource["type"] == "Microsoft.Network/publicIPAddresses":
            method = resource["properties"]["publicIPAllocationMethod"]
            if (resource["sku"]["name"], method) != ("Standard", "Static"):
                yield f"{resource['name']} is no Standard address"


def _given(template: Mapping[str, Any]) -> Iterator[str]:
    """Every module gets what it asks for and nothing else, and its secrets from the vault."""
    for resource in template["resources"]:
        properties = resource["properties"]
        wanted, given = properties["template"]["parameters"], properties["parameters"]
        yield from (f"{resource['name']} is given {name}, which it does not take" for name in set(given) - set(wanted))
        for name, body in wanted.items():
            if name not in given and "defaultValue" not in body:
                yield f"{resource['name']} is not given {name}"
            if body["type"].startswith("secure") and "reference" not in given.get(name, {}):
                yield f"{resource['name']} gets {name} not from the vault"
        if properties["expressionEvaluationOptions"] != {"scope": "Inner"}:
            yield f"{resource['name']} is not evaluated inside"


def _order(template: Mapping[str, Any]) -> Iterator[str]:
    """Everything that is waited for exists, in no circle; what a step says is asked only after it."""
    steps = {resource["name"]: resource for resource in template["resources"]}
    after: dict[str, set[str]] = {}
    for name, resource in steps.items():
        needs = set(resource.get("dependsOn", []))
        yield from (f"{name} waits for {each}, which is not there" for each in needs - set(steps))
        text = json.dumps(resource["properties"]["parameters"])
        asked = set(re.findall(r"reference\('([\w-]+)'\)", text))
        after[name] = needs | asked
        yield from (f"{name} asks {each}, which is not there" for each in asked - set(steps))
        if resource.get("condition") is None:
            late = [each for each in after[name] if steps[each].get("condition") is not None]
            yield from (f"{name} comes first and waits for {each}" for each in late)
    done: set[str] = set()
    while ready := {name for name, needs in after.items() if name not in done and needs <= done}:
        done |= ready
    yield from (f"{name} waits in a circle" for name in set(steps) - done)
    for name, inner in nested(template):
        if name:
            yield from (f"{name}: {text}" for text in _inner_order(inner))


def _inner_order(template: Mapping[str, Any]) -> Iterator[str]:
    there = {_id(resource["type"], resource["name"]) for resource in template["resources"]}
    for resource in template["resources"]:
        for need in resource.get("dependsOn", []):
            if _plain(need) not in there:
                yield f"{resource['name']} waits for {need}, which is not there"


def _id(kind: str, name: str) -> str:
    """Return how `resourceId` would name a resource whose name is put together, without quotes and spaces."""
    names = name
    if name.startswith("["):
        names = name[1:-1]
        match = re.fullmatch(r"format\('((?:\{\d\}|[\w-]+)(?:/(?:\{\d\}|[\w-]+))+)', (.*)\)", names)
        joined = re.fullmatch(r"concat\(variables\('at'\), (.*)\)", names)
        if joined:
            names = f"parameters('accountName'),'default',{joined.group(1)}"
        elif match:
            values = _split(match.group(2))
            parts = [re.sub(r"\{(\d)\}", lambda m: values[int(m.group(1))], part) for part in match.group(1).split("/")]
            names = ",".join(parts)
        elif names.startswith("concat('netapp'"):
            names = names[len("concat(") : -1].replace("/", "")
    else:
        names = ",".join(name.split("/"))
    return f"{kind.lower()}({names})".replace("'", "").replace(" ", "")


def _plain(need: str) -> str:
    match = re.fullmatch(r"\[resourceId\('([^']+)', (.*)\)\]", need)
    if match is None:
        return need
    return f"{match.group(1).lower()}({match.group(2)})".replace("'", "").replace(" ", "")


def _split(text: str) -> list[str]:
    """Split arguments at their own commas."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _addresses(template: Mapping[str, Any]) -> Iterator[str]:
    """Fixed addresses lie in their subnets and are given once; subnets lie in their networks and apart."""
    defaults = {name: body.get("defaultValue") for name, body in template["parameters"].items()}
    subnets: dict[str, ipaddress.IPv4Network] = {}
    taken: set[str] = set()
    for resource in template["resources"]:
        if resource["name"] in ("network", "storage-network"):
            yield from _subnets(resource, subnets)
    for resource in template["resources"]:
        given = resource["properties"]["parameters"]
        if "subnetId" not in given or not ({"address", "addresses"} & set(given)):
            continue
        name = re.findall(r"'([\w-]+)'\)\s*\]$", given["subnetId"]["value"])[0]
        value = (given.get("addresses") or given["address"])["value"]
        found = re.fullmatch(r"\[parameters\('(\w+)'\)\s*\]", value) if isinstance(value, str) else None
        value = defaults[found.group(1)] if found else value
        for address in [value] if isinstance(value, str) else value:
            network = subnets[name]
            usable = list(network.hosts())[3:]
            if ipaddress.ip_address(address) not in usable:
                yield f"{resource['name']}: {address} is not in {network}"
            if address in taken:
                yield f"{address} is given twice"
            taken.add(address)


def _subnets(resource: Mapping[str, Any], subnets: dict[str, ipaddress.IPv4Network]) -> Iterator[str]:
    properties = resource["properties"]
    given = {name: body.get("value") for name, body in properties["parameters"].items()}
    network = properties["template"]["resources"][0]["properties"]

    def value(text: str) -> ipaddress.IPv4Network:
        return ipaddress.ip_network(given[re.findall(r"'(\w+)'", text)[0]])

    space = value(network["addressSpace"]["addressPrefixes"][0])
    for each in network["subnets"]:
        subnet = value(each["properties"]["addressPrefix"])
        if not subnet.subnet_of(space):
            yield f"{each['name']} {subnet} is not in {space}"
        yield from (f"{each['name']} overlaps {other}" for other, its in subnets.items() if its.overlaps(subnet))
        if each["properties"]["defaultOutboundAccess"] is not False:
            yield f"{each['name']} is not private"
        subnets[each["name"]] = subnet
