"""Calls against the law."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_TIME = "tests/audit/test_rules_time.py::"
_BY_HAND = "tests/audit/test_simulated.py::"

MUTANTS = (
    Mutant(
        "a start that may lie across an edge is not judged: by its two ends alone",
        "sim.audit:_near_an_edge",
        Swap(
            "changes[first - since] != changes[last - since]",
            "allowed[first - since] != allowed[last - since]",
        ),
        _TIME + "test_a_start_that_may_lie_across_an_edge_is_not_judged",
    ),
    Mutant(
        "hours are over at their end: a minute later",
        "sim.audit:weekly",
        Swap("any_a + window.closes", "any_a + window.closes + 1"),
        _TIME + "test_hours_are_half_open_to_the_millisecond",
    ),
    Mutant(
        "business days count from the day after the opt-out: from its own",
        "sim.audit:assess_honour_opt_out",
        Swap("_business(said + 1)", "_business(said)"),
        _TIME + "test_ten_business_days_are_whole_local_days",
    ),
    Mutant(
        "a sum is at most the cap: has none",
        "sim.audit",
        Swap("any_a if cap is None else min(any_a, cap)", "any_a"),
        "tests/audit/test_audit.py::test_a_call_counts_once_and_violations_each",
    ),
    Mutant(
        "a message left is heard so long after the end of its call: 60 s before",
        "sim.audit.inputs.simulated:_heard",
        Swap("end.take(left) + delay", "end.take(left) + delay - 60_000"),
        _BY_HAND + "test_a_message_is_heard_so_long_after_the_end_of_its_call",
    ),
    Mutant(
        "a plain machine that answers has connected: has not",
        "sim.audit.inputs.simulated:_came",
        Swap("Outcome.MACHINE <= code < Outcome.FAILED", "Outcome.MACHINE < code < Outcome.FAILED"),
        _BY_HAND + "test_what_each_outcome_is_to_the_law",
    ),
    Mutant(
        "a postal address is an address or phone number: is none",
        "sim.audit.inputs.simulated:facts_of",
        Swap('said["postal_address"]', "False"),
        _BY_HAND + "test_what_a_message_says_of_the_caller_counts_as_all_that_it_is",
    ),
    Mutant(
        "the sixtieth calendar day after a refusal still pauses: does not",
        "sim.audit:_paused",
        Swap(
            "_days_since(view, rows, last) <= rule.days",
            "_days_since(view, rows, last) < rule.days",
        ),
        _TIME + "test_sixty_calendar_days_must_have_passed_in_full",
    ),
)
