"""What lies in resources/ and is others' work: typeface, icons, the sample's photos."""

from __future__ import annotations

from pathlib import Path

from third_party.component import Component


def assets(repository: Path) -> list[Component]:
    """Return them as components, with the texts that lie beside them."""
    resources = repository / "resources"
    told = (
        ("Inter typeface", "OFL-1.1", "2016 The Inter Project Authors", "https://github.com/rsms/inter", "fonts"),
        (
            "Lucide icons",
            "ISC",
            "2022 Lucide Contributors; 2013-2022 Cole Bemis",
            "https://github.com/lucide-icons/lucide",
            "icons",
        ),
    )
    return [
        Component(
            name=name,
            version="",
            kind="asset",
            licence=licence,
            copyright=owner,
            source=source,
            texts=(("LICENSE.txt", (resources / folder / "LICENSE").read_text(encoding="utf-8")),),
        )
        for name, licence, owner, source, folder in told
    ]
