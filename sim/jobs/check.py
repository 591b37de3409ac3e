"""The seeded regression: reruns scenarios at their check scale and holds them against baselines."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from sim.engine.plan.stage import Stage
from sim.errors import BaselineError, DoesNotFitError, OptionError, ScenarioError
from sim.jobs.accept import Acceptance, accepted
from sim.jobs.found import baseline_path, found
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

NO_REASON = "to accept differences needs a reason: --accept --reason TEXT"


@dataclass
class CheckResult:
    """What a check found."""

    rows: list[Row] = field(default_factory=list)
    """Every comparison that was made."""
    accepted: list[Row] = field(default_factory=list)
    """Of them, the differences that were accepted."""
    notes: list[str] = field(default_factory=list)
    """What a reader of the differences should know."""
    unjudged: dict[str, str] = field(default_factory=dict)
    """By scenario file: why it could not be judged."""
    drifted: list[Path] = field(default_factory=list)
    """Scenario files with differences that were not accepted."""
    orphans: list[Path] = field(default_factory=list)
    """Baselines without a scenario."""
    pruned: list[Path] = field(default_factory=list)
    """Of such, those that were removed."""
    updated: list[Path] = field(default_factory=list)
    """Baselines written, or that would have been."""

    @property
    def changed(self) -> list[Row]:
        """The comparisons that found a difference that was not accepted."""
        taken = set(self.accepted)
        return [row for row in self.rows if row.verdict != "ok" and row not in taken]

    @property
    def exit_code(self) -> int:
        """0: all equal; 1: differences, or an orphan; 2: none, but something cannot be judged."""
        return 1 if self.changed or self.orphans else 2 if self.unjudged else 0

    @property
    def summary(self) -> str:
        """One line: how many scenarios and comparisons, and how they came out."""
        scenarios = len({row.scenario for row in self.rows})
        parts = [f"{scenarios} scenarios, {len(self.rows)} comparisons"]
        different = len(self.changed) + len(self.accepted)
        parts.append(f"{len(self.rows) - different} equal, {different} different")
        told = {
            "accepted": self.accepted,
            "not judged": self.unjudged,
            "baselines without a scenario": self.orphans,
            "baselines removed": self.pruned,
            "baselines written": self.updated,
        }
        return "; ".join(parts + [f"{len(some)} {what}" for what, some in told.items() if some])


def check(
    paths: Sequence[str | os.PathLike[str]],
    accept: Acceptance | None = None,
    *,
    dry_run: bool = False,
    prune: bool = False,
    tell: Callable[[str], None] | None = None,
    jobs: int | None = 1,
) -> CheckResult:
    """Rerun scenarios and compare them with their baselines, exactly.

    Parameters
    ----------
    paths
        Scenario files, or directories of them.
    accept
        Which differences go into the baselines; default none.
    dry_run
        Write and remove nothing; say what would be.
    prune
        Remove baselines without a scenario.
    tell
        Told which scenario and strategy runs.
    jobs
        How many processes run strategies at the same time; None for as many as there are cores.

    Raises
    ------
    sim.errors.OptionError
        For differences to accept without a reason.
    """
    if accept is not None and not accept.reason.strip():
        raise OptionError(NO_REASON)
    result = CheckResult()
    there = found(paths)
    if not there.files and not there.orphans:
        result.unjudged[", ".join(map(str, paths))] = "there are no scenario files"
    for file in there.files:
        try:
            if file in there.clashes:
                raise BaselineError(
                    f"{there.clashes[file]} has the same name, and one baseline cannot be of both",
                    remedy="rename one of them",
                )
            _judge(result, file, measure(file, tell, jobs), accept, dry_run)
        except (ScenarioError, BaselineError, DoesNotFitError) as error:
            result.unjudged[str(file)] = str(error)
    for orphan in there.orphans:
        _orphan(result, orphan, prune, dry_run)
    return result


def _orphan(result: CheckResult, path: Path, prune: bool, dry_run: bool) -> None:
    """Tell of a baseline without a scenario, or remove it; nothing else that stands there is."""
    if not prune:
        result.orphans.append(path)
        return
    try:
        read_baseline(path)
        if not dry_run:
            path.unlink()
    except BaselineError as error:
        result.unjudged[str(path)] = f"it is not removed: {error}"
    except OSError as error:
        result.unjudged[str(path)] = f"it cannot be removed: {error.strerror or error}"
    else:
        result.pruned.append(path)


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
    need = need_of(scaled, names, calls=False, laws=loaded.laws)
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


def _judge(
    result: CheckResult, file: Path, now: Baseline, accept: Acceptance | None, dry_run: bool
) -> None:
    """Compare one scenario with its baseline, and take over what is accepted."""
    path = baseline_path(file)
    old = _baseline(file, now, accept)
    rows = list(compare(now if old is None else old, now))
    different = [row for row in rows if row.verdict != "ok"]
    taken = [row for row in different if accept is not None and accept.takes(row)]
    result.rows += rows
    result.accepted += taken
    if len(taken) < len(different):
        result.drifted.append(file)
    if old is not None:
        _note(result, file, old, now, len(different) > 0)
    if accept is None or (old is not None and not taken):
        return
    reason = accept.reason.strip()
    if old is None or len(taken) == len(different):
        new = now.model_copy(update={"reason": reason})
    else:
        new = accepted(old, now, taken, reason)
    if not dry_run:
        write_baseline(path, new)
    result.updated.append(path)


def _baseline(file: Path, now: Baseline, accept: Acceptance | None) -> Baseline | None:
    """What a scenario is held against; None where a new one is made whole.

    Raises
    ------
    BaselineError
        If there is none that could judge.
    """
    path, quoted = baseline_path(file), shlex.quote(str(file))
    made_by = f"ringfence check --accept {quoted} --reason TEXT"
    try:
        old = read_baseline(path, made_by)
        if old.scale != now.scale:
            raise BaselineError(
                f"the baseline {path} is of scale {old.scale}, the scenario's check.scale is "
                f"{now.scale}",
                remedy=f"make it anew: {made_by}",
            )
    except BaselineError:
        if accept is not None and accept.whole:
            return None
        raise
    return old


def _note(result: CheckResult, file: Path, old: Baseline, now: Baseline, differs: bool) -> None:
    """Say what has changed since a baseline was accepted, beside the numbers."""
    if old.scenario_sha256 != now.scenario_sha256:
        result.notes.append(
            f"{file}: the scenario itself has changed since its baseline was accepted "
            f"('{old.reason}')"
        )
    if moved := moved_packs(old.laws, now.laws):
        result.notes.append(f"{file}: law packs since its baseline: {', '.join(moved)}")
    moved = [
        f"{package} {version} → {now.versions.get(package, 'absent')}"
        for package, version in old.versions.items()
        if now.versions.get(package) != version
    ]
    if differs and moved:
        result.notes.append(f"{file}: versions since its baseline: {', '.join(moved)}")


def moved_packs(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """In words, the law packs whose digests differ; none where the old ones were not taken down."""
    words = {(False, True): "new", (True, False): "no longer named", (True, True): "changed"}
    return [
        f"{name} {words[name in old, name in new]}"
        for name in sorted({*old, *new})
        if old and old.get(name) != new.get(name)
    ]
