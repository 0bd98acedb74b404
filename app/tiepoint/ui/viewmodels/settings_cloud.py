"""The endpoints of a custom cloud from a file. Blocks on a small file; any thread."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tiepoint.domain.cloud import custom_cloud
from tiepoint.domain.errors import InputError, UsageError

_LARGEST = 64 * 1024


def cloud_of_file(path: Path) -> dict[str, str]:
    """Read endpoints, and make sure that they describe a cloud.

    Raises:
        InputError: The file cannot be read or is no TOML.
        UsageError: It describes no cloud; what is missing is said.
    """
    try:
        with path.open("rb") as file:
            found = tomllib.loads(file.read(_LARGEST).decode("utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be opened.", remedy="Choose a file that you may read.", detail=str(error)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path.name} is no TOML file: {error}.", remedy="Put that right, and read it again."
        ) from error
    values = found.get("cloud", found)
    texts = {str(key): str(value) for key, value in values.items()} if isinstance(values, dict) else {}
    custom_cloud(texts)
    if texts.get("ca_file"):
        certificates = path.absolute().parent / texts["ca_file"]
        if not certificates.is_file():
            raise UsageError(f"There are no certificates at {certificates}.", remedy="Correct ca_file in the file.")
        texts["ca_file"] = str(certificates)
    return texts
