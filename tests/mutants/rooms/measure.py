"""What became of calls, lines and people, and what it cost."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_TALLY = "tests/measure/test_tally.py::"
_BOTH = _TALLY + "test_a_line_in_both_chains_counts_the_greater_of_the_two"
_STORY = (
    "tests/measure/test_founding.py::test_a_story_breeds_as_its_channel_does_from_its_moment_on"
)

MUTANTS = (
    Mutant(
        "a message heard within a silence annoys as one there: as one outside of it",
        "sim.measure:Founding.by",
        Swap("more * self.share", "more * 0"),
        "tests/measure/test_founding.py::"
        "test_a_message_that_is_heard_within_a_silence_annoys_as_much_as_there",
    ),
    Mutant(
        "live and voicemail reach the greater of the two: their sum",
        "sim.measure",
        Swap("max(by_live, by_voicemail)", "by_live + by_voicemail"),
        _BOTH,
    ),
    Mutant(
        "by the cutoff likewise: their sum",
        "sim.measure",
        Swap("max(by_live, by_voicemail if any_a else any_b)", "by_live + by_voicemail"),
        _BOTH,
    ),
    Mutant(
        "along the timeline likewise: their sum",
        "sim.measure",
        Swap("by_second - by_first", "by_second"),
        _BOTH,
    ),
    Mutant(
        "a voicemail that is heard reaches those of a line who hear it: all its voters",
        "sim.measure:survey",
        Swap("world.hearers[i]", "world.voters[i]"),
        _BOTH,
    ),
    Mutant(
        "inbound load is by the mean handling time: by the median",
        "sim.measure:totals",
        Swap("mean_ms(any_a)", "any_a.scalar(1 << 31)"),
        "tests/measure/test_consequences.py::test_inbound_load_is_by_the_mean_time_on_the_line",
    ),
    Mutant(
        "a call that ends at the cutoff is not in progress: is",
        "sim.measure",
        Swap("end > cutoff", "end >= cutoff"),
        _TALLY + "test_a_call_that_ends_at_the_cutoff_is_not_in_progress",
    ),
    Mutant(
        "a price per minute is per minute: per second",
        "sim.measure:cost",
        Swap("Fraction(any_a.hold_ms, 60_000)", "Fraction(any_a.hold_ms, 1_000)"),
        _TALLY + "test_costs",
    ),
    Mutant(
        "hours are open while lines are wanted: until the window closes",
        "sim.measure:open_time",
        Swap("min(any_a, any_b, wanted)", "min(any_a, any_b)"),
        _TALLY + "test_open_time_is_of_territories_that_still_have_somebody_to_call",
    ),
    Mutant(
        "complaints breed forward in time: backward",
        "sim.measure:means",
        Swap("any_a - step.T", "any_a - step"),
        "tests/measure/test_cascade.py::test_an_exponential_cascade_up_to_a_horizon[0.3]",
    ),
    Mutant(
        "busy lines lose callers by Erlang's formula: those lost are counted twice",
        "sim.measure:erlang_b",
        Swap("n + load * blocking", "n + blocking"),
        "tests/measure/test_risk.py::test_erlang_b_is_the_sum_that_defines_it",
    ),
    Mutant(
        "complaints that breed alike are told apart by whether they count: all count",
        "sim.measure:_by_brood",
        Swap(
            "(some + share, rest) if counts else (some, rest + share)",
            "(some + share, rest)",
        ),
        "tests/measure/test_risk.py::test_reports_to_one_channel_are_a_thinned_poisson",
    ),
    Mutant(
        "a complaint breeds others in its own cell, too: not there",
        "sim.measure:cluster",
        Swap("np.exp(m * itself * here)", "np.exp(m * itself)"),
        "tests/measure/test_cascade.py::test_without_a_horizon_the_size_is_borels",
    ),
    Mutant(
        "a story breeds as one complaint in its channel would: as two",
        "sim.measure:shocked",
        Swap("np.diff(by) * called_by(cases, edges)", "2 * np.diff(by) * called_by(cases, edges)"),
        _STORY,
    ),
    Mutant(
        "a story breeds from its moment on: from twice as long after the start",
        "sim.measure:shocked",
        Swap("edges - moment", "edges - 2 * moment"),
        _STORY,
    ),
    Mutant(
        "what the casebook's complaints bred is taken off the level: nothing is",
        "sim.measure:Numbers.level",
        Swap("self.casebook_branching", "0 * self.casebook_branching"),
        "tests/measure/test_founding.py::"
        "test_the_level_goes_by_the_casebooks_contagion_where_it_is_told",
    ),
    Mutant(
        "votes are gained for a thousand people reached: for five hundred",
        "sim.measure:gained",
        Swap("any_a / 1_000", "any_a / 500"),
        "tests/measure/test_votes.py::test_by_hand",
    ),
    Mutant(
        "a call counts in the hour in which it starts: in that of the rows that came with it",
        "sim.measure:count",
        Swap("min(changes, clock.starts[clock.at[place] + 1])", "changes"),
        "tests/measure/test_tally.py::test_hours_change_inside_a_bin_and_apart_by_territory",
    ),
    Mutant(
        "channel time up to the latest first attempt is of all that run then: of the later ones",
        "sim.measure:Tally._close_list_time",
        Swap("moment - longest", "moment"),
        "tests/measure/test_tally.py::test_busy_until_the_latest_first_attempt_against_a_slow_count",
    ),
)
