"""Differences that go into a baseline by name, and those that do not."""

from __future__ import annotations

import pytest

from sim.jobs.accept import Acceptance, accepted
from sim.store.baseline import Baseline, Row, compare


def baseline(scenario: str, laws: dict[str, str], **counters: dict[str, int]) -> Baseline:
    """Of some strategies, each with the digest of one table."""
    return Baseline(
        scenario="s",
        scenario_sha256=64 * scenario,
        seed=1,
        scale="1",
        lines=10,
        counters=counters,
        digests={name: {"timeline": 64 * scenario} for name in counters},
        laws={name: 64 * digit for name, digit in laws.items()},
        reason="old",
    )


OLD = baseline("a", {"law": "a", "gone": "a"}, x={"calls": 1, "lost": 2}, y={"calls": 3})
NOW = baseline("b", {"law": "b", "more": "b"}, x={"calls": 9, "more": 8}, z={"calls": 7})
DIFFERENT = [row for row in compare(OLD, NOW) if row.verdict != "ok"]


def rows(took: Acceptance) -> set[tuple[str, str]]:
    """What is taken, by strategy and metric."""
    return {(row.strategy, row.metric) for row in DIFFERENT if took.takes(row)}


@pytest.mark.parametrize(
    ("strategies", "metrics", "taken"),
    [
        (("y",), (), {("y", "calls"), ("y", "digest of timeline")}),
        ((), ("c*",), {("x", "calls"), ("y", "calls"), ("z", "calls")}),
        (("x", "z"), ("calls", "lost"), {("x", "calls"), ("x", "lost"), ("z", "calls")}),
        ((), ("law pack *",), {("", f"law pack {name}") for name in ("law", "gone", "more")}),
        (("none",), (), set()),
    ],
    ids=["a strategy", "a pattern", "both", "packs", "nobody"],
)
def test_what_is_named_is_taken(
    strategies: tuple[str, ...], metrics: tuple[str, ...], taken: set[tuple[str, str]]
) -> None:
    """By hand, of the twelve that there are."""
    assert len(DIFFERENT) == 12
    assert rows(Acceptance("why", strategies, metrics)) == taken


def test_all_taken_gives_the_new_one() -> None:
    new = accepted(OLD, NOW, DIFFERENT, "new")
    assert new == NOW.model_copy(update={"reason": "new"})


def test_none_taken_gives_the_old_one() -> None:
    assert accepted(OLD, NOW, [], "old") == OLD


def test_what_is_taken_moves_and_nothing_else() -> None:
    def one(strategy: str, metric: str) -> Row:
        (row,) = (r for r in DIFFERENT if (r.strategy, r.metric) == (strategy, metric))
        return row

    some = [one("x", "lost"), one("z", "calls"), one("", "scenario"), one("", "law pack gone")]
    new = accepted(OLD, NOW, some, "some")
    assert new.counters == {"x": {"calls": 1}, "y": {"calls": 3}, "z": {"calls": 7}}
    assert new.digests == OLD.digests
    assert new.scenario_sha256 == 64 * "b"
    assert new.laws == {"law": 64 * "a"}
    assert {(r.strategy, r.metric) for r in compare(new, NOW) if r.verdict != "ok"} == {
        (r.strategy, r.metric) for r in DIFFERENT if r not in some
    }
