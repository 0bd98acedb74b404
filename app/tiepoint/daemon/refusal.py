"""A request that is answered with an error: the protocol's code together with the sentence for people."""

from __future__ import annotations

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.protocol.errors import ErrorCode


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """Why a request was not done.

    Args:
        code: The family a client can react to by itself.
        error: What people read.
    """

    def __init__(self, code: ErrorCode, error: TiepointError) -> None:
        super().__init__(error.summary)
        self.code = code
        self.failure = Failure.of(error)
