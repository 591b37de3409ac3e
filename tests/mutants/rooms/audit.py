"""Calls against the law."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_TIME = "tests/audit/test_rules_time.py::"

MUTANTS = (
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
)
