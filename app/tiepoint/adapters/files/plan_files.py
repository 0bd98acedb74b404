"""Plans as TOML files; comments and order of a file that is there are kept, a new one explains itself. Blocks."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.whole_file import replace_text
from tiepoint.domain.cluster_plan import PLAN_SCHEMA_VERSION, ClusterPlan, PlanFinding
from tiepoint.domain.errors import InputError
from tiepoint.domain.plan_keys import KEYS, SCHEMA_KEY, TABLES, PlanKey, keys_of, value_of
from tiepoint.domain.plan_reading import read_plan

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_MOST_BYTES: Final = 1_000_000
_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_HEAD: Final = (
    "A cluster on Azure, as Tiepoint deploys it: tiepoint cluster deploy cluster.toml",
    "It holds no secret; keep it in version control. What is left out has its usual value.",
)


class TomlPlanFiles:
    """See `ports.plan_files.PlanFiles`."""

    def read(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        """Read a plan; see the port."""
        return read_plan(_parsed(path, _content(path)))

    def read_json(self, path: Path) -> Any:
        """Read a JSON file; see the port."""
        try:
            return json.loads(_content(path))
        except (ValueError, RecursionError) as error:
            raise _not_readable(path, "JSON", _json_place(error), str(error)) from error

    def write(self, path: Path, plan: ClusterPlan) -> None:
        """Write a plan; see the port."""
        target = Path(os.path.realpath(path))
        try:
            old = _content(target) if target.exists() else ""
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_text(target, _changed(path, old, plan) if old.strip() else self.text(plan))
        except OSError as error:
            raise writing_failed(target.parent, error, kind=InputError) from error

    def text(self, plan: ClusterPlan) -> str:
        """Return a new file's text; see the port."""
        import tomlkit

        document = tomlkit.document()
        for line in _HEAD:
            document.add(tomlkit.comment(line))
        document.add(SCHEMA_KEY, tomlkit.item(PLAN_SCHEMA_VERSION))
        for name in TABLES:
            table = tomlkit.table()
            for key in keys_of(name).values():
                if value_of(plan, key) is not None:
                    table.add(key.name, _item(plan, key))
                else:
                    table.add(tomlkit.comment(f"{key.name} = … # {key.note}"))
            document.add(tomlkit.nl())
            document.add(name, table)
        return tomlkit.dumps(document)


def _item(plan: ClusterPlan, key: PlanKey) -> Any:
    import tomlkit

    item = tomlkit.item(value_of(plan, key))
    return item.comment(key.note) if key.note else item


def _changed(path: Path, old: str, plan: ClusterPlan) -> str:
    """Return a file's text with a plan's values; what it says already, and all else in it, stays as it is."""
    import tomlkit

    known, _ = read_plan(_parsed(path, old))
    document = tomlkit.parse(old.removeprefix("\ufeff"))
    if SCHEMA_KEY not in document:
        document = tomlkit.parse(f"{SCHEMA_KEY} = {PLAN_SCHEMA_VERSION}\n{tomlkit.dumps(document)}")
    for key in KEYS:
        _change(document, key, value_of(plan, key), value_of(known, key))
    return tomlkit.dumps(document)


def _change(document: TOMLDocument, key: PlanKey, value: Any, known: Any) -> None:
    import tomlkit

    table = document.get(key.table)
    if not isinstance(table, dict):
        if value == known:
            return
        document[key.table] = table = tomlkit.table()
        table = document[key.table]
    if value is None:
        table.pop(key.name, None)
    elif value != known or (key.name in table and not _says(table[key.name], value)):
        table[key.name] = value


def _says(item: Any, value: Any) -> bool:
    """Whether a file's value means one of the plan's; a text in other letters does."""
    told = item.unwrap() if hasattr(item, "unwrap") else item
    if isinstance(told, str) and isinstance(value, str):
        return told.strip().lower().replace("_", "-") == value.lower().replace("_", "-")
    if isinstance(value, list) and isinstance(told, str):
        return [told] == value
    return bool(told == value)


def _content(path: Path) -> str:
    if path.exists() and not path.is_file():  # opening a pipe would wait for whoever writes into it
        raise InputError(f"{path} is no plan: it is no file.", remedy="Give a cluster.toml.")
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        remedy = "Make one with: tiepoint cluster plan -o cluster.toml" if isinstance(error, FileNotFoundError) else ""
        raise InputError(f"The plan {path} cannot be opened: {reason}.", remedy=remedy, detail=str(error)) from error
    if len(content) > _MOST_BYTES:
        raise InputError(f"{path} is no plan: it is far too long.", remedy="Give a cluster.toml.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no plan: it is no text in UTF-8.", remedy="Save it as UTF-8.") from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = str(error)
        place = _PLACE.search(said)
        where = f"line {place[1]}, column {place[2]}" if place and place[1] else _end_of(text) if place else ""
        raise _not_readable(path, "TOML", where, _PLACE.sub("", said)) from error


def _end_of(text: str) -> str:
    lines = text.rstrip().split("\n")
    return f"line {len(lines)}, column {len(lines[-1]) + 1}"


def _not_readable(path: Path, form: str, where: str, said: str) -> InputError:
    at = f" at {where}" if where else ""
    reason = said.split("\n")[0][:200].rstrip(".")
    return InputError(f"{path} cannot be read as {form}{at}: {reason}.", remedy=f"Correct it{at}.", detail=said[:2000])


def _json_place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return ""
