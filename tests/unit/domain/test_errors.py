import pickle

import pytest

from tiepoint.domain.errors import (
    Canceled,
    InputError,
    OperationFailed,
    PartialResult,
    SetupError,
    SignInNeeded,
    TiepointError,
    UsageError,
    error_from_dict,
    error_types,
)


@pytest.mark.parametrize("kind", sorted(error_types()))
def test_errors_survive_the_wire_and_pickle(kind: str) -> None:
    error = error_types()[kind]("It broke.", remedy="Mend it.", retryable=True, detail="line 7")
    for copy in (error_from_dict(error.to_dict()), pickle.loads(pickle.dumps(error))):
        assert type(copy) is type(error)
        assert copy.to_dict() == error.to_dict()


def test_kinds_are_unique() -> None:
    classes = [TiepointError]
    for found in classes:
        classes.extend(found.__subclasses__())
    kinds = [found.kind for found in classes if "kind" in vars(found)]
    assert len(kinds) == len(set(kinds))


def test_an_unknown_kind_is_still_a_failure() -> None:
    error = error_from_dict({"kind": "from-the-future"})
    assert type(error) is OperationFailed
    assert error.summary


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationFailed, 1),
        (UsageError, 2),
        (SetupError, 2),
        (InputError, 3),
        (SignInNeeded, 4),
        (PartialResult, 5),
        (Canceled, 130),
    ],
)
def test_exit_codes_are_the_documented_ones(error: type[TiepointError], code: int) -> None:
    assert error.exit_code == code
