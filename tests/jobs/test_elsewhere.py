"""A baseline of another platform: exact where exact would do, else held against luck."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.engine.plan.stage import Stage
from sim.jobs.accept import Acceptance
from sim.jobs.check import CheckResult, check
from sim.jobs.elsewhere import _Lucky, _paired
from sim.jobs.found import baseline_path
from sim.jobs.measuring import Measuring, measure
from sim.jobs.pool import unheard
from sim.store.arithmetic import arithmetic
from sim.store.baseline import Baseline, read_baseline, write_baseline
from sim.streams import Replication
from sim.study import equivalence

OTHER = "0123456789abcdef"
"""How another platform works."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, scenario_text: str) -> Path:
    path = tmp_path_factory.mktemp("elsewhere") / "small.yaml"
    text = scenario_text.replace("lines: 3_000", "lines: 300") + "check: {scale: 100 %}\n"
    path.write_text(text, encoding="utf-8")
    assert check([path], Acceptance("first")).exit_code == 0
    return path


@pytest.fixture(scope="module")
def lucky(file: Path) -> Baseline:
    """The baseline as a platform gives it whose numbers come out under another luck."""
    measured = measure(file)
    stage = Stage(measured.small.scenario, measured.loaded.laws, Replication(2_017, 0, 1_234))
    work = Measuring(stage, (), Fraction(1))
    found = {name: work(name, unheard) for name in measured.strategies}
    now = read_baseline(baseline_path(file))
    return now.model_copy(
        update={
            "counters": {name: dict(one.counters) for name, one in found.items()},
            "digests": {name: dict(one.digests) for name, one in found.items()},
            "hours": {name: dict(one.hours) for name, one in found.items()},
            "tables": dict.fromkeys(found, "f" * 64),
            "arithmetic": OTHER,
        }
    )


def judged(file: Path, baseline: Baseline, **update: Any) -> CheckResult:
    write_baseline(baseline_path(file), baseline.model_copy(update=update))
    return check([file])


def test_a_baseline_tells_how_its_platform_works(file: Path) -> None:
    content = json.loads(baseline_path(file).read_text("utf-8"))
    assert content["arithmetic"] == arithmetic()
    assert set(content["tables"]) == {"all-channels", "half-the-channels"}


def test_another_luck_on_another_platform_is_equivalent(file: Path, lucky: Baseline) -> None:
    result = judged(file, lucky)
    assert result.exit_code == 0
    assert result.changed == []
    assert "1 scenarios equivalent on another platform" in result.summary
    assert "EQUIVALENT on another platform: all-channels, half-the-channels" in result.notes[-1]


@pytest.mark.parametrize(
    "update",
    [
        {"arithmetic": arithmetic()},
        {"arithmetic": ""},
        {"scenario_sha256": "0" * 64},
        {"laws": {"uk-pecr": "0" * 64}},
    ],
    ids=["the same platform", "none told", "another scenario", "another law"],
)
def test_it_is_never_used_where_exact_would_do(
    file: Path, lucky: Baseline, update: dict[str, Any]
) -> None:
    result = judged(file, lucky, **update)
    assert result.exit_code == 1
    assert not any("another platform" in note for note in result.notes)


def test_with_the_same_tables_the_logs_must_be_the_same(file: Path, lucky: Baseline) -> None:
    """Both engines work in whole numbers: no platform explains that."""
    tables = measure(file).baseline().tables
    assert judged(file, lucky, tables=tables).exit_code == 1


def more(metric: str, factor: float) -> Callable[[Baseline], dict[str, Any]]:
    def change(old: Baseline) -> dict[str, Any]:
        counters = {name: dict(values) for name, values in old.counters.items()}
        for values in counters.values():
            values[metric] = round(values[metric] * factor)
        return {"counters": counters}

    return change


def test_a_planted_change_is_drift_there_too(
    file: Path, lucky: Baseline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice the people who answer: of about 60 calls that is eight standard deviations."""
    monkeypatch.setattr(equivalence, "MOST", 39)
    result = judged(file, lucky, **more("attempts_human", 2.0)(lucky))
    assert result.exit_code == 1
    assert "another platform does not explain it: attempts_human" in result.notes[-1]
    assert "in at most 2.5 %" in result.notes[-1]


def test_equal_numbers_are_equal_on_any_platform(file: Path) -> None:
    now = measure(file).baseline()
    result = judged(file, now, arithmetic=OTHER, tables=dict.fromkeys(now.tables, "f" * 64))
    assert result.exit_code == 0
    assert result.notes == []


@pytest.mark.verify
def test_the_simulators_own_false_alarms(file: Path) -> None:
    """Of 240 runs that differ in luck alone any 100 may meet; at most 1 % of the first is called
    different, three standard deviations of chance beside."""
    work = _Lucky(measure(file), ("all-channels", "half-the-channels"))
    runs = [_paired(work(i, unheard), work.strategies, "all-channels") for i in range(1, 241)]
    dice, alarms, trials = np.random.default_rng(21), 0, 500
    for _ in range(trials):
        one, *rest = dice.permutation(len(runs))[:100].tolist()
        found = equivalence.judged(
            runs[one], lambda some, rest=rest: [runs[rest[i - 1]] for i in some]
        )
        alarms += not found.equivalent
    assert alarms <= 0.01 * trials + 3 * (0.01 * trials) ** 0.5
