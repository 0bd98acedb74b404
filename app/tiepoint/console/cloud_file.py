"""A custom cloud as a file that a person names: `tiepoint sign-in --cloud FILE.toml`. Blocks; main thread."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiepoint.domain.cloud import CLOUDS, CUSTOM, custom_cloud
from tiepoint.domain.errors import InputError, UsageError


def cloud_settings(text: str) -> dict[str, Any]:
    """Return what to change in the settings for a cloud as it was typed.

    Args:
        text: A name, or a TOML file with its endpoints, at the top or below `[cloud]`.

    Raises:
        UsageError: It is neither, or the file describes no cloud.
        InputError: The file cannot be read.
    """
    if text in CLOUDS or text == CUSTOM:
        return {"cloud": text}
    path = Path(text)
    if not path.suffix and not path.exists():
        raise UsageError(
            f"There is no cloud {text}.", remedy=f"Choose one of {', '.join(CLOUDS)}, or name a TOML file."
        )
    values = _values(path)
    custom_cloud(values)
    return {"cloud": CUSTOM, "custom_cloud": values}


def _values(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"The file {path} cannot be read: {reason}.", remedy="Check its name.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The file {path} is no TOML: {error}.", remedy="Correct it.") from error
    inner = data.get("cloud", data)
    values = {key: str(value) for key, value in (inner if isinstance(inner, Mapping) else {}).items()}
    if values.get("ca_file"):
        certificates = path.absolute().parent / values["ca_file"]
        if not certificates.is_file():
            raise UsageError(f"There are no certificates at {certificates}.", remedy="Correct ca_file.")
        values["ca_file"] = str(certificates)
    return values
