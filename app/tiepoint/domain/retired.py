"""What older architectures ask for and Azure has no more: recognised wherever it is named, and answered with what takes
its place and why.

Dates are Microsoft's announcements: Avere vFXT and HPC Cache (aka.ms/vfxtretirement, aka.ms/hpccacheretirement), sizes
(list of retired sizes in the documentation of virtual machines), Basic public addresses and GPv1 accounts (Azure
updates), CentOS and Windows Server (their makers' lifecycle pages). Pure; any thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.node_sizes import node_size


@dataclass(frozen=True, slots=True)
class Retired:
    """A choice that can no longer be made.

    Args:
        name: For people.
        why: What happened to it; ends a sentence that begins with its name.
        instead: What to choose, one sentence.
        replacement: The value for the plan; empty = there is nothing to write, it is left out.
        is_blocking: Whether it cannot be deployed at all; False = it goes on for a while.
    """

    name: str
    why: str
    instead: str
    replacement: str = ""
    is_blocking: bool = True

    @property
    def summary(self) -> str:
        """What happened, one sentence."""
        return f"{self.name} {self.why}."


_A10: Final = "Standard_NV36ads_A10_v5"
_LUSTRE: Final = "Use Azure Managed Lustre: fast files in front, Blob behind them."
_UBUNTU: Final = "Leave it out: nodes run Ubuntu 24.04."

_CHOICES: Final = (
    (r"(microsoft-)?avere([ _-]?vfxt)?|vfxt", Retired("Avere vFXT", "was retired on 2025-09-30", _LUSTRE, "lustre")),
    (r"hpc[ _-]?cache", Retired("Azure HPC Cache", "was retired on 2025-09-30", _LUSTRE, "lustre")),
    (
        r"bee[ _-]?gfs",
        Retired(
            "BeeGFS",
            "mirrors its data only with a paid licence since version 8, and is yours to run",
            _LUSTRE,
            "lustre",
        ),
    ),
    (r"gluster(fs)?", Retired("GlusterFS", "has had no supported release since 2024-12-31", _LUSTRE, "lustre")),
    (
        r"storage[ _-]?spaces([ _-]?direct)?|s2d",
        Retired("Storage Spaces Direct", "is not deployed by this program", "Use NetApp Files.", "netapp"),
    ),
    (r"(openlogic[:_ -]*)?cent[ _-]?os([ :_-]*\d.*)?", Retired("CentOS", "ended on 2024-06-30", _UBUNTU, "linux")),
    (
        r"(ubuntu|canonical)[ :_-]*(1[0-9]|20)[._-]?0?4.*",
        Retired("This Ubuntu", "is out of its standard support", _UBUNTU, "linux"),
    ),
    (
        r"(windows([ _-]?server)?[ :_-]*|ws)?(2008|2012|2016)([ _-]?r2)?([ _-]?data[ _-]?center.*)?",
        Retired(
            "Windows Server 2016",
            "ends on 2027-01-12, and older ones have ended",
            "Choose windows: Windows Server 2022 is deployed.",
            "windows",
        ),
    ),
    (
        r"basic([ _-]?(public[ _-]?)?ip)?|dynamic",
        Retired("The Basic public IP", "was retired on 2025-09-30", "Leave it out: Standard addresses are made."),
    ),
    (
        r"gpv1|general[ _-]?purpose[ _-]?v1|storage[ _-]?v1",
        Retired("GPv1 storage", "was retired on 2026-09-01", "Leave it out: a StorageV2 account is made."),
    ),
    (
        r"photo[ _-]?scan( pro)?",
        Retired("PhotoScan", "has been called Metashape since 2018", "Choose metashape.", "metashape"),
    ),
    (
        r"low[ _-]?priority",
        Retired("Low-priority machines", "were retired on 2025-09-30", "Set nodes.spot = true.", "spot"),
    ),
)
_SIZES: Final = (
    (r"nc\d+r?s_v2|ncv2", "NCv2", "was retired on 2023-08-31", _A10),
    (r"nc\d+r?s_v3|ncv3", "NCv3", "was retired on 2025-09-30", _A10),
    (r"nv\d+s_v3|nvv3", "NVv3", "was retired on 2026-09-30", _A10),
    (r"nv\d+as_v4|nvv4", "NVv4", "was retired on 2026-09-30", _A10),
    (r"nc\d+r?|nv\d+|nv\d+s_v2|nd\d+r?s|nc|nv", "The first GPU series", "was retired years ago", _A10),
)
_LEAVING: Final = (
    (r"ds?1?\d?_v2|ds?\d+_v2", "Dv2", "is retired on 2028-05-01", "Standard_D2s_v5"),
    (r"a\d+m?_v2", "Av2", "is retired on 2028-11-15", "Standard_D2s_v5"),
    (r"fs?\d+|fs?\d+s?_v2|l\d+s_v2|g\d+|gs\d+|b\d+m?s", "This series", "is retired on 2028-11-15", "Standard_D8s_v5"),
)


def retired_choice(text: str) -> Retired | None:
    """Return what is known of a retired choice that is no machine size; None = it is none.

    Args:
        text: A value, or the name of a key or table, as somebody wrote it.
    """
    bare = text.strip().lower()
    return next((retired for pattern, retired in _CHOICES if re.fullmatch(pattern, bare)), None)


def retired_size(size: str) -> Retired | None:
    """Return what is known of a retired machine size, or of one that will be; None = it is neither."""
    bare = size.strip().lower().removeprefix("standard_")
    for pattern, series, why, replacement in _SIZES:
        if re.fullmatch(pattern, bare):
            known = node_size(f"Standard_{bare}")
            instead = known.retired if known and known.retired else replacement
            return Retired(f"{series} ({size.strip()})", why, f"Use {instead}.", instead)
    for pattern, series, why, instead in _LEAVING:
        if re.fullmatch(pattern, bare):
            return Retired(f"{series} ({size.strip()})", why, f"Use {instead}.", instead, is_blocking=False)
    return None


def retired_anything(text: str) -> Retired | None:
    """Return what is known of anything retired."""
    return retired_choice(text) or retired_size(text)
