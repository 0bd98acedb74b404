import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.errors import UsageError
from tiepoint.domain.presets import PRESET_NAMES, PRESETS, Parameters, parameters_for


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_every_preset_gives_parameters(name: str) -> None:
    assert isinstance(parameters_for(name), Parameters)


def test_custom_starts_from_standard() -> None:
    assert parameters_for("custom") == PRESETS["standard"]


def test_changes_are_read_from_text() -> None:
    found = parameters_for("custom", {"depth_size_px": "512", "refine_principal_point": "no", "mapper": "global"})
    assert (found.depth_size_px, found.refine_principal_point, found.mapper) == (512, False, "global")


@pytest.mark.parametrize(
    ("preset", "changes", "says"),
    [
        ("ultra", {}, "no preset named"),
        ("draft", {"dept_size_px": 5}, "no parameter named"),
        ("draft", {"faces": "many"}, "a whole number"),
        ("draft", {"faces": -1}, "out of range"),
        ("draft", {"faces": 1.5}, "a whole number"),
        ("draft", {"mapper": "magic"}, "no mapper"),
        ("draft", {"refine_principal_point": "perhaps"}, "true or false"),
        ("draft", {"mesh_depth": 20}, "out of range"),
    ],
)
def test_bad_requests_name_what_is_wrong(preset: str, changes: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parameters_for(preset, changes)
    assert says in f"{caught.value.summary} {caught.value.remedy}"
    assert caught.value.remedy


@given(st.sampled_from(sorted(PRESETS)))
def test_parameters_survive_their_own_dictionary(name: str) -> None:
    assert parameters_for(name, PRESETS[name].to_dict()) == PRESETS[name]
