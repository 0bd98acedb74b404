"""What went wrong, as plain data: the form in which an error is stored, sent and shown.

An exception (`tiepoint.domain.errors`) ends a call; a `Failure` is what remains of it in a job, an operation or a
message. Must not hold tracebacks or secrets. Pure data, any thread.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tiepoint.domain.errors import TiepointError, error_from_dict


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure, said once and shown everywhere in the same words.

    Args:
        kind: Short machine-readable family, such as `input`, `no-space` or `engine` (`TiepointError.kind`).
        summary: What happened, one plain sentence.
        remedy: What the person can do, one plain sentence; empty when there is nothing to do.
        retryable: Whether trying the same again can help.
        detail: Technical text for a log or a details box; never needed to understand the summary.
    """

    kind: str
    summary: str
    remedy: str = ""
    retryable: bool = False
    detail: str = ""

    @classmethod
    def of(cls, error: TiepointError) -> Failure:
        """Keep what an exception says."""
        return cls(error.kind, error.summary, error.remedy, error.retryable, error.detail)

    def as_error(self) -> TiepointError:
        """Turn it back into the exception it was; an unknown kind becomes `OperationFailed`."""
        return error_from_dict(asdict(self))
