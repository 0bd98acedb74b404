"""Clusters by the name that a person gives, or by their id. On the loop's thread."""

from __future__ import annotations

from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.errors import UsageError
from tiepoint.services.cluster_life.facts import ClusterFacts
from tiepoint.services.cluster_life.following import Follower
from tiepoint.services.sign_in import SignInService


class Finder:
    """Finds clusters among those that the follower has seen.

    Args:
        sign_in: Whose clusters.
        follower: Looks at them.
    """

    def __init__(self, sign_in: SignInService, follower: Follower) -> None:
        self._sign_in, self._follower = sign_in, follower

    async def facts(self, name: str) -> ClusterFacts:
        """Return a cluster's facts, looking first where nothing is known.

        Raises:
            SignInNeeded: Nobody is signed in.
            UsageError: There is no such cluster, or more than one.
        """
        self._sign_in.azure()
        found = self._find(name)
        if found is None:
            look = await self._follower.look_now()
            if look.failure is not None:
                raise look.failure.as_error()
            found = self._find(name)
        if found is None:
            names = ", ".join(sorted(each.name for each in self._follower.look.clusters.values()))
            raise UsageError(
                f"There is no cluster {name} in this subscription.",
                remedy=f"There are: {names}." if names else "There is none yet; deploy one.",
            )
        return found

    def id(self, name: str) -> ClusterId:
        """Return a cluster's id, of those seen at the last look.

        Raises:
            UsageError: There is no such cluster, or more than one.
        """
        found = self._find(name)
        if found is None:
            raise UsageError(f"There is no cluster {name} in this subscription.", remedy="Look at the list again.")
        return found.id

    def _find(self, name: str) -> ClusterFacts | None:
        known = self._follower.look.clusters.values()
        found = [each for each in known if name in (each.name, each.id)]
        if len(found) > 1:
            groups = ", ".join(sorted(each.group.name if each.group else each.id for each in found))
            raise UsageError(
                f"There are {len(found)} clusters called {name}, in the resource groups {groups}.",
                remedy="Change the tag tiepoint-cluster of one of the groups in the portal.",
            )
        return found[0] if found else None
