"""A log audited a part at a time gives what the whole log gives, to the last digit."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sim.audit import streamed
from sim.audit.auditor import Audit, audits
from sim.audit.inputs.live import CallLog
from sim.audit.marks import APART, count_cells, count_lines
from sim.audit.packed import count_of
from sim.audit.streamed import Stream
from sim.engine import fast
from sim.engine.plan.build import plan_of
from sim.engine.plan.stage import Stage
from sim.loading.load import Runnable, load
from sim.regimes.load import load_regime, regime_ids
from sim.scenario.scale import scale_scenario
from sim.store.law import law_findings

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def same(one: Audit, other: Audit) -> None:
    """Two audits say the same of every rule."""
    assert (one.regime, one.warnings) == (other.regime, other.warnings)
    for left, right in zip(one.results, other.results, strict=True):
        for field in fields(left):
            a, b = getattr(left, field.name), getattr(right, field.name)
            if field.name == "packed" and a is not None:
                np.testing.assert_array_equal(a, b)
            else:
                assert a == b, (left.rule.id, field.name)


def hold(loaded: Runnable, scale: Fraction) -> int:
    """Hold every strategy's log against all law packs in both ways; the violations found."""
    scenario, _ = scale_scenario(loaded.scenario, scale)
    regimes = [load_regime(name) for name in regime_ids()]
    stage, stream, found = Stage(scenario, loaded.laws), Stream(scenario, regimes), 0
    for name in scenario.strategies:
        plan, log = plan_of(stage, name), CallLog(scenario)
        for observer in (log, stream):
            observer.begin(name, plan)

        def sink(chunk: object, log: CallLog = log) -> None:
            log.add(chunk)  # type: ignore[arg-type]
            stream.add(chunk)  # type: ignore[arg-type]

        feedback = fast.run(plan, sink).feedback
        whole, parts = audits(log.end(feedback), regimes), stream.end(feedback)
        for one, other in zip(whole, parts, strict=True):
            same(one, other)
        left, right = law_findings(name, whole), law_findings(name, parts)
        assert left.violations == right.violations
        for table, rows in left.tables.items():
            assert rows.equals(right.tables[table]), table
        found += sum(left.violations.values())
    return found


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
@pytest.mark.parametrize("part", [1 << 16, 136])
@pytest.mark.parametrize("lines", [2_000, pytest.param(8_000, marks=pytest.mark.verify)])
def test_the_parts_say_what_the_whole_says(
    file: Path, part: int, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed, "PART", part)
    loaded = load(file)
    assert hold(loaded, Fraction(lines, loaded.scenario.world.lines)) > 100


@pytest.mark.parametrize("part", [1 << 16, 8])
def test_the_parts_say_what_the_whole_says_where_everything_acts_back(
    acting_back: Runnable, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed, "PART", part)
    assert hold(acting_back, Fraction(1, 4)) > 0


def test_a_log_without_a_call(acting_back: Runnable) -> None:
    scenario = acting_back.scenario
    regimes = [load_regime(name) for name in regime_ids()]
    name = next(iter(scenario.strategies))
    plan = plan_of(Stage(scenario, acting_back.laws), name)
    stream, log = Stream(scenario, regimes), CallLog(scenario)
    stream.begin(name, plan)
    log.begin(name, plan)
    for one, other in zip(audits(log.end(), regimes), stream.end(), strict=True):
        same(one, other)
        assert {found.reason for found in other.results} == {"the log holds no call"}


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 1])
@pytest.mark.parametrize("calls", [1, 3_000, 3_001, 3_007])
def test_marked_calls_are_counted_by_line_and_by_cell(share: float, calls: int) -> None:
    """Against sets and sums over random marks."""
    rng = np.random.default_rng(1)
    line = rng.integers(0, 200, calls).astype(np.int32)
    cell = rng.integers(0, 336, calls).astype(np.uint16)
    marked = rng.random(calls) < share
    packed = np.packbits(marked)
    seen, counts = np.zeros(200 // 64 + 1, dtype=np.uint64), np.zeros((APART, 336), dtype=np.uint64)
    assert count_lines(packed, line, seen) == len(set(line[marked].tolist()))
    count_cells(packed, cell, counts.reshape(-1))
    wanted = [int(marked[cell == number].sum()) for number in range(336)]
    assert counts.sum(axis=0).tolist() == wanted
    assert count_of(packed) == sum(wanted)
