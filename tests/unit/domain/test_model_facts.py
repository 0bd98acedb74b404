"""What a result says of itself beyond its files."""

from __future__ import annotations

from tiepoint.domain.model_facts import Timing


def test_a_result_took_what_its_job_took() -> None:
    assert Timing(wall_s=204.0, busy_s=189.0).took_s == 204.0
    assert Timing(busy_s=189.0).took_s == 189.0, "without a job, its stages tell"
    assert Timing().took_s is None
