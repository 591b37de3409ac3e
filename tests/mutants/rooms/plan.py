"""From a scenario to what an engine runs."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_BUILD = "tests/engine/test_build.py::"

MUTANTS = (
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
        "sim.engine.plan:capacity_steps",
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
