"""The seeded regression: reruns scenarios at their check scale and holds them against baselines."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from sim.engine.plan.stage import Stage
from sim.errors import BaselineError, DoesNotFitError, OptionError, ScenarioError
from sim.jobs.observers import Auditing, Counting, Digesting
from sim.jobs.pool import Tell, each
from sim.jobs.room import need_of, see_that_it_fits, workers_for
from sim.jobs.scaling import scaled_down
from sim.jobs.simulate import StrategyRun
from sim.jobs.watched import order_once
from sim.loading.load import load
from sim.regimes.model import Regime
from sim.scenario.load import resolved_text
from sim.store.baseline import (
    Baseline,
    Row,
    compare,
    counters,
    digests,
    read_baseline,
    write_baseline,
)
from sim.store.provenance import versions
from sim.store.write import text_digest


@dataclass
class CheckResult:
    """What a check found."""

    rows: list[Row] = field(default_factory=list)
    """Every comparison that was made."""
    notes: list[str] = field(default_factory=list)
    """What a reader of the differences should know."""
    unjudged: dict[str, str] = field(default_factory=dict)
    """By scenario file: why it could not be judged."""
    updated: list[Path] = field(default_factory=list)
    """Baselines written."""

    @property
    def changed(self) -> list[Row]:
        """The comparisons that found a difference."""
        return [row for row in self.rows if row.verdict != "ok"]

    @property
    def exit_code(self) -> int:
        """0: all equal; 1: differences; 2: none, but something could not be judged."""
        return 1 if self.changed else 2 if self.unjudged else 0

    @property
    def summary(self) -> str:
        """One line: how many scenarios and comparisons, and how they came out."""
        scenarios = len({row.scenario for row in self.rows})
        parts = [f"{scenarios} scenarios, {len(self.rows)} comparisons"]
        parts.append(f"{len(self.rows) - len(self.changed)} equal, {len(self.changed)} different")
        if self.unjudged:
            parts.append(f"{len(self.unjudged)} not judged")
        if self.updated:
            parts.append(f"{len(self.updated)} baselines written")
        return "; ".join(parts)


def scenario_files(paths: Sequence[str | os.PathLike[str]]) -> list[Path]:
    """The files named, and for a directory every ``.yaml`` and ``.yml`` in it, in order."""
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            files += sorted(f for f in path.iterdir() if f.suffix in {".yaml", ".yml"})
        else:
            files.append(path)
    return list(dict.fromkeys(files))


def baseline_path(file: Path) -> Path:
    """Where the baseline of a scenario file stands: ``baselines/NAME.json`` beside it."""
    return file.parent / "baselines" / f"{file.stem}.json"


def check(
    paths: Sequence[str | os.PathLike[str]],
    update: bool = False,
    reason: str | None = None,
    tell: Callable[[str], None] | None = None,
    jobs: int | None = 1,
) -> CheckResult:
    """Rerun scenarios and compare them with their baselines, exactly.

    Parameters
    ----------
    paths
        Scenario files, or directories of them.
    update
        Write the baselines instead of comparing.
    reason
        Why the new numbers are accepted; goes into the baseline. Needed for an update.
    tell
        Told which scenario and strategy runs.
    jobs
        How many processes run strategies at the same time; None for as many as there are cores.

    Raises
    ------
    sim.errors.OptionError
        For an update without a reason.
    """
    if update and not (reason or "").strip():
        raise OptionError("an update needs a reason: --update --reason TEXT")
    result = CheckResult()
    files = scenario_files(paths)
    if not files:
        result.unjudged[", ".join(map(str, paths))] = "there are no scenario files"
    for file in files:
        try:
            now = measure(file, tell, jobs)
            if update:
                write_baseline(
                    baseline_path(file), now.model_copy(update={"reason": (reason or "").strip()})
                )
                result.updated.append(baseline_path(file))
            else:
                _judge(result, file, now)
        except (ScenarioError, BaselineError, DoesNotFitError) as error:
            result.unjudged[str(file)] = str(error)
    return result


def measure(
    file: Path, tell: Callable[[str], None] | None = None, jobs: int | None = 1
) -> Baseline:
    """Run a scenario at its check scale and take down its counters and digests.

    Parameters
    ----------
    file
        The scenario.
    tell
        Told which strategy runs, and where there are fewer processes than were asked for.
    jobs
        How many processes run strategies at the same time; None for as many as there are cores.
    """
    loaded = load(file)
    full = loaded.scenario
    scale = Fraction(str(full.check.scale))
    small = scaled_down(full, scale, loaded.laws, list(full.strategies))
    scaled = small.scenario
    names = list(scaled.strategies)
    need = need_of(scaled, names, calls=False)
    see_that_it_fits(need, None, scale, option="check.scale: ")
    workers, said = workers_for(jobs, len(names), need)
    if said and tell is not None:
        tell(f"note: {said}")
    stage = Stage(scaled, loaded.laws)
    if workers > 1:
        order_once(stage, names)
    counted = _Counted(stage, loaded.laws.regimes(full.regimes), small.effective)
    found = dict(zip(names, each(counted, names, workers, tell), strict=True))
    return Baseline(
        scenario=full.name,
        scenario_sha256=text_digest(resolved_text(loaded)),
        seed=full.seed,
        scale=str(scale),
        lines=scaled.world.lines,
        counters={name: numbers for name, (numbers, _) in found.items()},
        digests={name: values for name, (_, values) in found.items()},
        laws=loaded.laws.digests,
        versions=versions(),
    )


@dataclass(frozen=True)
class _Counted:
    """Runs a strategy of a stage for its counters and its digests; the work of a pool."""

    stage: Stage
    regimes: Sequence[Regime]
    scale: Fraction
    """Effective scale: lines simulated ÷ lines at full size."""

    def __call__(self, strategy: str, tell: Tell) -> tuple[dict[str, int], dict[str, str]]:
        scenario = self.stage.scenario
        counting, digesting = Counting(scenario, self.scale), Digesting()
        auditing = Auditing(scenario, self.regimes)
        tell(f"{scenario.name}: {strategy}")
        StrategyRun(self.stage, strategy, (counting, auditing, digesting)).run()
        found = counting.found
        return counters(found, auditing.audits), digests(found, digesting.digest)


def _judge(result: CheckResult, file: Path, now: Baseline) -> None:
    """Compare one scenario with its baseline."""
    path = baseline_path(file)
    baseline = read_baseline(path)
    if baseline.scale != now.scale:
        raise BaselineError(
            f"the baseline {path} is of scale {baseline.scale}, the scenario's check.scale is "
            f"{now.scale}; make it anew with --update --reason TEXT"
        )
    rows = list(compare(baseline, now))
    result.rows += rows
    if baseline.scenario_sha256 != now.scenario_sha256:
        result.notes.append(
            f"{file}: the scenario itself has changed since its baseline was accepted "
            f"('{baseline.reason}')"
        )
    if moved := moved_packs(baseline.laws, now.laws):
        result.notes.append(f"{file}: law packs since its baseline: {', '.join(moved)}")
    if any(row.verdict != "ok" for row in rows):
        moved = [
            f"{package} {old} → {now.versions.get(package, 'absent')}"
            for package, old in baseline.versions.items()
            if now.versions.get(package) != old
        ]
        if moved:
            result.notes.append(f"{file}: versions since its baseline: {', '.join(moved)}")


def moved_packs(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """In words, the law packs whose digests differ; none where the old ones were not taken down."""
    words = {(False, True): "new", (True, False): "no longer named", (True, True): "changed"}
    return [
        f"{name} {words[name in old, name in new]}"
        for name in sorted({*old, *new})
        if old and old.get(name) != new.get(name)
    ]
