"""Settings of the user: one versioned set, read whole and written whole.

Must not know where it is stored (`ports.settings_store`). Pure; any thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tiepoint.domain.cloud import CLOUDS, CUSTOM, PUBLIC
from tiepoint.domain.presets import PRESET_NAMES

SCHEMA_VERSION: Final = 1
THEMES: Final[tuple[str, ...]] = ("system", "dark", "light")
MOST_WORKERS: Final = 256
LEAST_MEMORY_BYTES: Final = 1_000_000_000
LEAST_DISK_FLOOR_BYTES: Final = 200_000_000
"""Below this even the database of the jobs may find no room to say that the disk is full."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may set.

    Args:
        preset: Preset used when none is named.
        captures_folder: Where captures and their jobs are kept; None = the usual place of this system.
        theme: One of `THEMES`.
        notifications: Tell on the desktop when a job is done or needs somebody.
        workers: Worker processes a job may use on this computer; None = one for each core that has memory.
        memory_limit_bytes: Most memory all workers may use together; None = 85 % of what there is.
        disk_floor_bytes: A job stops, resumably, before less than this is free on its disk.
        cloud: Which Azure: a name of `domain.cloud.CLOUDS`, or `custom`.
        custom_cloud: Endpoints of the custom cloud, see `domain.cloud.custom_cloud`; None = none described.
        tenant: Id or domain of the organisation to sign in to; empty = the person's own.
        client_id: The studio's application for sign-in; empty = the Azure CLI's.
        subscription: Id of the subscription used last.
        are_tokens_in_plain_text: Whether the person agreed to keep tokens in a file where the system has no store.
        updates: Whether to look for updates; they are never installed by this program.
        update_address: Where to look, an https address; empty = the one built in, if there is one.
        proxy: Proxy for all that goes to the network, `http://HOST:PORT`; empty = as the system says.
    """

    preset: str = "standard"
    captures_folder: str | None = None
    theme: str = "system"
    notifications: bool = True
    workers: int | None = None
    memory_limit_bytes: int | None = None
    disk_floor_bytes: int = LEAST_DISK_FLOOR_BYTES
    cloud: str = PUBLIC.name
    custom_cloud: dict[str, str] | None = None
    tenant: str = ""
    client_id: str = ""
    subscription: str = ""
    are_tokens_in_plain_text: bool = False
    updates: bool = True
    update_address: str = ""
    proxy: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the stored form."""
        return {"schema_version": SCHEMA_VERSION, **dataclasses.asdict(self)}

    def check(self) -> None:
        """Make sure that every value makes sense.

        Raises:
            ValueError: One does not; the text names it.
        """
        _require("preset", self.preset, self.preset in PRESET_NAMES)
        _require("captures_folder", self.captures_folder, isinstance(self.captures_folder, str | None))
        _require("theme", self.theme, self.theme in THEMES)
        _require("notifications", self.notifications, isinstance(self.notifications, bool))
        _require("workers", self.workers, self.workers is None or _is_in(self.workers, 1, MOST_WORKERS))
        _require(
            "memory_limit_bytes",
            self.memory_limit_bytes,
            self.memory_limit_bytes is None or _is_in(self.memory_limit_bytes, LEAST_MEMORY_BYTES, 2**60),
        )
        _require(
            "disk_floor_bytes", self.disk_floor_bytes, _is_in(self.disk_floor_bytes, LEAST_DISK_FLOOR_BYTES, 2**60)
        )
        clouds = (*CLOUDS, CUSTOM)
        _require("cloud", self.cloud, self.cloud in clouds)
        _require("custom_cloud", self.custom_cloud, self.custom_cloud is None or _are_texts(self.custom_cloud))
        for name in ("tenant", "client_id", "subscription", "update_address", "proxy"):
            _require(name, getattr(self, name), isinstance(getattr(self, name), str))
        for name in ("are_tokens_in_plain_text", "updates"):
            _require(name, getattr(self, name), type(getattr(self, name)) is bool)


def settings_from_dict(data: Mapping[str, Any]) -> Settings:
    """Read the stored form; unknown fields are ignored, missing ones take their default.

    Raises:
        ValueError: It is no settings file, is from a newer program, or holds a value that makes no sense.
    """
    version = data.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema_version is {version!r}, this program knows {SCHEMA_VERSION}")
    names = {field.name for field in dataclasses.fields(Settings)}
    settings = Settings(**{name: value for name, value in data.items() if name in names})
    settings.check()
    return settings


def _require(name: str, value: object, is_fine: bool) -> None:
    if not is_fine:
        raise ValueError(f"{name} is {value!r}")


def _are_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for pair in value.items() for each in pair)


def _is_in(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high
