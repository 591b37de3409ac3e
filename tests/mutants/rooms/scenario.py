"""What a scenario says, smaller copies of it, clocks, and what is refused."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_SCALE = "tests/scenario/test_scale.py::"
_CLOCK = "tests/scenario/test_clock.py::"

MUTANTS = (
    Mutant(
        "outages shrink with a scaled run: keep their channels",
        "sim.scenario:_scale_dialing",
        Swap("outage.model_copy(update=part)", "outage"),
        _SCALE + "test_outages_and_changes_shrink_with_the_rest",
    ),
    Mutant(
        "the pace follows the channels of the moment: those of the start",
        "sim.scenario:_scale_dialing",
        Swap("pace(at, channels, full, fewer)", "pace(at, dialing.channels, full, fewer)"),
        "tests/jobs/test_scaling.py::test_the_pace_follows_the_channels_of_the_moment",
    ),
    Mutant(
        "half a count is rounded up: down",
        "sim.scenario:_Shrunk.whole",
        Swap("int(any_a + Fraction(1, 2))", "int(any_a)"),
        _SCALE + "test_half_a_line_is_rounded_up_and_the_least_is_one",
    ),
    Mutant(
        "a skipped moment is by the clock before the change: by the one after",
        "sim.scenario:first_utc_minute",
        Swap("_offsets(any_a, any_b)[0]", "_offsets(any_a, any_b)[1]"),
        _CLOCK + "test_a_skipped_moment_is_by_the_clock_before_and_a_repeated_one_the_first",
    ),
    Mutant(
        "a holiday counts as a Sunday: as a Saturday",
        "sim.scenario:day_windows",
        Swap("weekday = 6", "weekday = 5"),
        _CLOCK + "test_a_holiday_that_counts_as_a_sunday_has_its_windows",
    ),
    Mutant(
        "shares sum to no more and no less: to no more",
        "sim.scenario:_total_fault",
        Swap("abs(any_a - 1.0) > SUM_TOLERANCE", "any_a - 1.0 > SUM_TOLERANCE"),
        "tests/scenario/test_shares.py::test_territories_sum_to_the_whole",
    ),
)
