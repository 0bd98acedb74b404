"""The account: counts summed, failures named, a part that broke never passed over."""

from __future__ import annotations

from whole.account import closing_lines
from whole.lanes import Outcome

GOOD = "tests/test_a.py .. [100%]\n\n======== 2 passed, 1 skipped in 1.50s ========\n"
BAD = "FAILED tests/test_b.py::test_b - boom\n==== 1 failed, 3 passed, 1 error in 70.00s (0:01:10) ====\n"


def test_counts_are_summed_in_the_form_of_one_pytest() -> None:
    outcomes = [Outcome("a", 0, 2, GOOD), Outcome("check", 0, 1, "All checks passed!\n"), Outcome("b", 0, 2, GOOD)]
    *_, last = closing_lines(outcomes, 3661.0)
    assert last.strip("= ") == "4 passed, 2 skipped in 3661.00s (1:01:01)"


def test_what_failed_is_named_at_the_end() -> None:
    lines = list(closing_lines([Outcome("a", 0, 2, GOOD), Outcome("b", 1, 2, BAD)], 72.0))
    assert "FAILED tests/test_b.py::test_b - boom" in lines
    assert lines[-1].strip("= ") == "1 failed, 5 passed, 1 skipped, 1 errors in 72.00s (0:01:12)"


def test_a_part_that_died_without_a_word_is_named() -> None:
    lines = list(closing_lines([Outcome("a", 0, 2, GOOD), Outcome("b", -11, 2, "Fatal Python error")], 4.0))
    assert any("part b" in line for line in lines)
    assert any("ended with status -11" in line for line in lines)
