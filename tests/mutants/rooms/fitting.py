"""Mutants of what is fitted to real calls."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_STAYED = "tests/fitting/test_stayed.py::"
_COMMAND = "tests/fitting/test_command.py::"

MUTANTS = (
    Mutant(
        "people are heard from the first word on: from the pick-up",
        "sim.fitting:_alone",
        Swap("talks.stayed_ms[told] - heard.analysis_ms", "talks.stayed_ms[told]"),
        _STAYED + "test_what_a_detection_takes_is_no_patience",
    ),
    Mutant(
        "at a gate those tell who press nothing: all do",
        "sim.fitting:_alone",
        Swap("talks.pressed == 0", "talks.pressed >= 0"),
        _STAYED + "test_at_a_gate_those_who_press_nothing_tell_how_long_people_stay",
    ),
    Mutant(
        "half of a whole second's calls were still there: all of them",
        "sim.fitting:_still_there",
        Swap("(count + np.count_nonzero(times >= at + 1000)) / 2", "count"),
        _STAYED + "test_intervals_hold_the_truth_as_often_as_they_say[True]",
    ),
    Mutant(
        "later than the script the world's law goes on from where it ends: from the beginning",
        "sim.fitting:_listening",
        Swap("there(at) / there(final)", "there(at)"),
        _STAYED + "test_at_a_gate_those_who_press_nothing_tell_how_long_people_stay",
    ),
    Mutant(
        "who would press and was too late is counted in: is left out",
        "sim.fitting:_pressing",
        Swap("soon * noticed", "noticed"),
        _STAYED + "test_a_shorter_gate_tells_of_those_alone_who_press_in_time",
    ),
    Mutant(
        "a count to come varies by the share that is not known, too: as though it were known",
        "sim.fitting:held_against",
        Swap("count + 0.5", "1e6 * count + 0.5"),
        _STAYED + "test_days_are_held_against_the_law_of_a_count",
    ),
    Mutant(
        "pick-ups of whole seconds lie half a second later: as they are",
        "sim.fitting:_with_half_seconds",
        Swap("ring + 500", "ring"),
        "tests/fitting/test_fit.py::test_whole_seconds_of_pick_ups_get_half_a_second",
    ),
    Mutant(
        "lines whose first calls lie before the log are left out: none",
        "sim.fitting:_begun_before",
        Swap("first > 1", "first > 99"),
        _COMMAND + "test_lines_whose_first_calls_lie_before_the_log_are_left_out",
    ),
    Mutant(
        "days held out are the last quarter: the first",
        "sim.fitting:last_quarter",
        Swap("days[len(days) - max(len(days) // 4, 1) :]", "days[: max(len(days) // 4, 1)]"),
        _COMMAND + "test_the_last_quarter_of_the_days_is_held_out",
    ),
)
