"""From a scenario to what an engine runs."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_BUILD = "tests/engine/test_build.py::"
_FAILED = "tests/behaviour/test_failed.py::"
_LIMITS = "tests/engine/test_limits.py::"

_MESSAGES = "tests/behaviour/test_messages_on_a_date.py::"

MUTANTS = (
    Mutant(
        "a change keeps what it does not name: forgets the one before",
        "sim.scenario.played:played",
        Swap("amd = amd.model_copy(update=any_b)", "pass"),
        _MESSAGES + "test_each_call_leaves_what_is_left_when_it_starts[fast]",
    ),
    Mutant(
        "changes of the message are in order of time: as they are written",
        "sim.scenario.played:played",
        Swap("sorted(any_a, key=any_b)", "any_a"),
        _MESSAGES + "test_what_is_played_is_in_order_and_names_only_what_differs",
    ),
    Mutant(
        "a change from before the start holds from the start: from its own date",
        "sim.scenario.played:played",
        Swap("change.at <= campaign.start", "False"),
        _MESSAGES + "test_changes_that_come_too_late_or_early_or_change_nothing",
    ),
    Mutant(
        "details are those of the message of the call: of the first one",
        "sim.store.call_rows:_message_details",
        Swap("plan.postures[message * plan.stances:]", "plan.postures[0:]"),
        _MESSAGES + "test_each_person_hears_as_much_as_is_said_when_the_call_starts[fast]",
    ),
    Mutant(
        "an audit knows what machines get at the moment: at the start",
        "sim.audit.inputs.simulated:Joining.__call__",
        Swap("self._leaves[then]", "self._leaves[0]"),
        _MESSAGES + "test_a_person_taken_for_a_machine_hears_what_machines_get_then",
    ),
    Mutant(
        "narrowed hours keep holidays: forget them",
        "sim.engine.plan",
        Swap(
            "calendar.open_minutes(any_a, left, any_b, any_c)",
            "calendar.open_minutes(any_a, left, frozenset(), any_c)",
        ),
        _BUILD + "test_narrowed_hours_keep_public_holidays",
    ),
    Mutant(
        "windows hold until the next ones: beside them",
        "sim.engine.plan",
        Swap("inside[since:] = any_a", "inside[since:] |= any_a"),
        _BUILD + "test_call_times_change_at_a_moment_and_not_where_a_territory_has_its_own",
    ),
    Mutant(
        "a territory keeps its own windows: until any change",
        "sim.scenario.call_times:in_force",
        Swap("(own or any_a)[-1]", "so_far[-1]"),
        _BUILD + "test_call_times_change_at_a_moment_and_not_where_a_territory_has_its_own",
    ),
    Mutant(
        "windows change at the campaign's moment: one minute late",
        "sim.engine.plan",
        Swap("min(max(utc - first, 0), count)", "min(max(utc - first + 1, 0), count)"),
        _BUILD + "test_call_times_change_at_a_moment_and_not_where_a_territory_has_its_own",
    ),
    Mutant(
        "a random order ranks whole words: 8 bits of them",
        "sim.engine.plan:ranked",
        Swap(
            "word.astype(np.uint64) << np.uint64(32)",
            "(word.astype(np.uint64) >> np.uint64(24)) << np.uint64(32)",
        ),
        _BUILD + "test_a_random_order_ranks_whole_words_and_then_lines",
    ),
    Mutant(
        "an outage caps what is in force: replaces it",
        "sim.engine.plan:_steps",
        Swap("min(channels, outage.channels)", "outage.channels"),
        _BUILD + "test_capacity_steps",
    ),
    Mutant(
        "a person taken for a machine is retried as one: as a person",
        "sim.engine.plan:_retry_delays",
        Swap(
            "(Outcome.MACHINE, Outcome.MACHINE_VOICEMAIL, Outcome.HUMAN_TAKEN_FOR_MACHINE)",
            "(Outcome.MACHINE, Outcome.MACHINE_VOICEMAIL)",
        ),
        _BUILD + "test_retry_delays_follow_what_the_dialer_sees",
    ),
    Mutant(
        "failures have a rule of their own: that of people",
        "sim.engine.plan:_retry_delays",
        Swap("range(Outcome.HEARD, Outcome.FAILED)", "range(Outcome.HEARD, N_OUTCOMES)"),
        _FAILED + "test_its_own_rule_dials_it_again",
    ),
    Mutant(
        "the longer of delay and gap holds: their sum",
        "sim.engine.plan:_retry_delays",
        Swap(
            "max(rule.delay, strategy.attempts.min_gap)",
            "rule.delay + strategy.attempts.min_gap",
        ),
        _LIMITS + "test_the_longer_of_delay_and_gap_holds_from_the_calls_end",
    ),
    Mutant(
        "a cap binds the line types that it names: all",
        "sim.engine.plan:own_caps",
        Swap("known if cap.line_types is None else cap.line_types", "known"),
        _LIMITS + "test_a_cap_of_ones_own_binds_the_lines_that_it_names",
    ),
    Mutant(
        "a cap that the lifetime cannot reach is left out: one more",
        "sim.engine.plan:own_caps",
        Swap(
            "cap.calls >= strategy.attempts.lifetime", "cap.calls + 1 >= strategy.attempts.lifetime"
        ),
        _LIMITS + "test_a_cap_that_the_lifetime_cannot_reach_is_left_out",
    ),
    Mutant(
        "a day begun is not begun again: by a clock that is put back",
        "sim.engine.plan:Calling.day_from_ms",
        Swap("np.maximum.accumulate(np.cumsum(ahead))", "np.cumsum(ahead)"),
        _LIMITS + "test_days_of_a_clock_that_is_put_back_across_midnight_are_in_order",
    ),
    Mutant(
        "a review may be at the horizon: not there",
        "sim.engine.plan:review_moments",
        Swap("0 < moment <= any_a", "0 < moment < any_a"),
        _BUILD + "test_reviews_fall_after_the_start_and_up_to_the_horizon",
    ),
    Mutant(
        "a new pace rounds up to its grid: down",
        "sim.engine.plan:rebase",
        Swap("math.ceil(any_a)", "math.floor(any_a)"),
        _BUILD + "test_a_change_of_pace_waits_for_the_grid_of_the_new_one",
    ),
)
