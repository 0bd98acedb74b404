"""How long Azure's clients try again by themselves: two minutes, then somebody hears of it. Any thread."""

from __future__ import annotations

from typing import Any, Final

from azure.core.pipeline.policies import RetryPolicy

LONGEST_S: Final = 120
"""As `ports.azure` promises."""


class Patience(RetryPolicy[Any, Any]):
    """Waits as Azure says (`Retry-After`), up to two minutes altogether."""

    def __init__(self) -> None:
        super().__init__(retry_total=8, retry_connect=2, retry_read=2, retry_backoff_max=30, timeout=LONGEST_S)

    def is_retry(self, settings: dict[str, Any], response: Any) -> bool:
        """Return whether to try again: not where Azure asks for more patience than there is."""
        wait_s = self.get_retry_after(response)
        return super().is_retry(settings, response) and not (wait_s and wait_s > LONGEST_S)
