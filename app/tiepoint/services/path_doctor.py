"""Path Doctor: one file or folder as panel, Blob, scheduler and every node see it, and where it breaks first.

On the loop's thread.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from tiepoint.domain.path_view import PathReport


class PathDoctor:
    """Looks; keeps nothing."""

    def examine(self, site: str, capture: str = "", path: str = "") -> AsyncGenerator[PathReport, None]:
        """Look at a capture (its manifest and folder), or at a path below the shared folder; empty = that folder.

        Yields:
            The report, more of it each time; the last one `is_whole`. A failure of one viewer is in its view, never
            raised.

        Args:
            site: Id of the site.
            capture: Id of a capture.
            path: Relative to the shared folder.
        """
        raise NotImplementedError
