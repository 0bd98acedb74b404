"""Containers of clusters that a sign-in reaches, offered where an address is asked for. The GUI thread only."""

from __future__ import annotations

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.services.program import Program
from tiepoint.ui.text import plain, tr

CAPTURES, PRODUCTS = "captures", "products"


def cluster_places(program: Program, container: str) -> list[tuple[str, str]]:
    """Return addresses of a container in every cluster whose account is known, each with words for it.

    Args:
        program: Who is signed in, and the clusters.
        container: Its name.
    """
    if not program.azure.sign_in.snapshot.is_ready:
        return []
    found = (each for each in program.azure.clusters.snapshot.clusters if each.blob_endpoint)
    return [
        (
            f"{each.blob_endpoint.rstrip('/')}/{container}",
            tr("Upload", "Cluster {name}, {container}", name=plain(each.name), container=container),
        )
        for each in found
    ]


def is_by_sign_in(program: Program, place: BlobPlace) -> bool:
    """Whether a place lies in the account of a cluster that the sign-in reaches."""
    if not program.azure.sign_in.snapshot.is_ready:
        return False
    endpoints = {each.blob_endpoint.rstrip("/").lower() for each in program.azure.clusters.snapshot.clusters}
    return place.endpoint.lower() in endpoints - {""}
