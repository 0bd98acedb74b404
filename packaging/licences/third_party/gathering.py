"""From an inventory to components: every native file gets an owner, every owner an allowed licence with its text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from third_party import distributions, machine
from third_party.catalogue import Catalogue, Wheel
from third_party.component import Component, LicenceProblem
from third_party.expressions import Allowed
from third_party.inventory import Inventory
from third_party.texts import Texts

T = TypeVar("T")


class Gathering:
    """Makes components of an inventory and notes every problem, so that one run tells them all.

    Args:
        catalogue: What is known of native code.
        allowed: What may be passed on.
        texts: The licences' texts.
    """

    def __init__(self, catalogue: Catalogue, allowed: Allowed, texts: Texts) -> None:
        self._catalogue = catalogue
        self._allowed = allowed
        self._texts = texts
        self.problems: list[LicenceProblem] = []

    def components(self, inventory: Inventory, *, others: Iterable[Component] = ()) -> list[Component]:
        """Return everything of others' that an inventory holds, each once, by name.

        Args:
            inventory: What was collected.
            others: Components that no inventory tells.
        """
        self.problems += inventory.problems
        found = list(others)
        for name, files in sorted(inventory.distributions.items()):
            found += self._distribution(name, files)
        found += self._tried(lambda: self._python(inventory.runtime)) or []
        for name, source in inventory.system:
            library = self._tried(partial(machine.system_library, name, source, self._catalogue))
            found += [library] if library else []
        return sorted(filter(None, map(self._checked, _merged(found))), key=lambda part: part.name.lower())

    def _distribution(self, name: str, files: list[str]) -> list[Component]:
        version = distributions.version_of(name)
        wheel = self._tried(lambda: self._catalogue.wheel(name, version)) if files else None
        own, others = self._split(name, files, wheel)
        whole = self._tried(lambda: distributions.component_of(name, tuple(own), self._catalogue, self._texts))
        if whole is None:
            return []
        found = [whole]
        versions = distributions.versions_of_parts(name) if files else {}
        for key, theirs in others.items():
            found += self._part(key, versions, whole, tuple(theirs))
        for inside in wheel.contains if wheel else ():
            key, _, told = inside.partition(" ")
            found += self._part(key, {key: told} if told else versions, whole, ())
        if files:
            found += self._tried(lambda: list(distributions.crates_of(name))) or []
        return found

    def _split(self, name: str, files: list[str], wheel: Wheel | None) -> tuple[list[str], dict[str, list[str]]]:
        own: list[str] = []
        others: dict[str, list[str]] = defaultdict(list)
        for file in files:
            key = self._catalogue.part_of_file(file, wheel)
            if key is None and wheel is not None:
                self.problems.append(
                    LicenceProblem(
                        f"{file}: a library inside {name} that nobody knows. Add a part with its licence, or its name "
                        f"to [wheel.{name}], in packaging/licences/catalogue.toml."
                    )
                )
            elif key:
                others[key].append(file)
            else:
                own.append(file)
        return own, others

    def _part(self, key: str, versions: dict[str, str], whole: Component, files: tuple[str, ...]) -> list[Component]:
        def made() -> Component:
            part = self._catalogue.part(key, part_of=(whole.name,), files=files)
            version = next((versions[word] for word in (key, part.name.lower()) if word in versions), "")
            version = whole.version if self._catalogue.has_version_of_wheel(key) else version
            return self._catalogue.part(key, version=version, part_of=(whole.name,), files=files)

        part = self._tried(made)
        return [part] if part else []

    def _python(self, files: list[str]) -> list[Component]:
        others = [
            self._catalogue.part(key, part_of=("Python",), files=(file,))
            for file in files
            if machine.is_another(file) and (key := self._catalogue.part_of_file(file, None))
        ]
        return [machine.python_itself(tuple(files), self._texts), *others, *machine.parts_of_python(self._catalogue)]

    def _checked(self, part: Component) -> Component | None:
        chosen = self._tried(lambda: self._allowed.chosen(part.name, part.licence))
        if chosen is None:
            return None
        texts = part.texts or self._tried(lambda: self._texts.of(chosen))
        return replace(part, chosen=chosen, texts=texts) if texts else None

    def _tried(self, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except LicenceProblem as problem:
            self.problems.append(problem)
            return None


def _merged(components: Iterable[Component]) -> list[Component]:
    """Bring together what several wheels carry of the same version."""
    by_name: dict[tuple[str, str, str], Component] = {}
    for part in components:
        key = part.name, part.version, part.kind
        known = by_name.get(key)
        if known is not None:
            part = replace(
                known,
                files=tuple(dict.fromkeys((*known.files, *part.files))),
                part_of=tuple(dict.fromkeys((*known.part_of, *part.part_of))),
            )
        by_name[key] = part
    return list(by_name.values())
