"""The seeded regression: reruns scenarios at their check scale and holds them against baselines."""

from __future__ import annotations

import datetime as dt
import os
import shlex
import time
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import (
    BaselineError,
    CannotJudgeError,
    DoesNotFitError,
    OptionError,
    ScenarioError,
)
from sim.jobs.accept import Acceptance, accepted
from sim.jobs.elsewhere import elsewhere, judge_elsewhere
from sim.jobs.found import baseline_path, found
from sim.jobs.honest import hold_apart
from sim.jobs.many import Judging, Over, judge_many
from sim.jobs.measuring import Measured, measure
from sim.jobs.parting import changed_keys, parts
from sim.jobs.planted import told, tried, unseen
from sim.jobs.promised import nodes_of
from sim.jobs.promises import State, Verdict, claim, judge_once, verdict
from sim.loading.load import Runnable, load
from sim.scenario.resolved import resolved_text
from sim.store.baseline import Baseline, Row, compare, read_baseline, write_baseline
from sim.store.provenance import versions
from sim.store.study import code_digest
from sim.store.write import text_digest

Tell = Callable[[str], None]
NO_REASON = "to accept differences needs a reason: --accept --reason TEXT"


@dataclass
class Judged:
    """What a check found of one scenario file."""

    file: Path
    scenario: str = ""
    """Its name; empty where it could not be read."""
    rows: list[Row] = field(default_factory=list)
    """Every comparison that was made."""
    accepted: list[Row] = field(default_factory=list)
    """Of them, the differences that were accepted."""
    notes: list[str] = field(default_factory=list)
    """What a reader of the differences should know."""
    unjudged: str | None = None
    """Why it could not be judged."""
    updated: Path | None = None
    """Its baseline, where it was written or would have been."""
    seconds: float = 0.0
    """How long it took, s."""
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By strategy: the file and line in which it is written."""
    skipped: bool = False
    """Whether nothing that its numbers hang on has changed, and it was not run."""
    parts: dict[str, list[str]] = field(default_factory=dict)
    """By strategy whose call log differs: where it parts, in words."""
    verdicts: list[Verdict] = field(default_factory=list)
    """Of its expectations, in their order."""
    equivalent: frozenset[str] = frozenset()
    """Strategies that differ no more than another platform explains."""

    @property
    def changed(self) -> list[Row]:
        """The comparisons that found a difference that was not accepted, nor is explained."""
        taken = set(self.accepted)
        return [
            row
            for row in self.rows
            if row.verdict != "ok" and row not in taken and row.strategy not in self.equivalent
        ]


@dataclass
class CheckResult:
    """What a check found."""

    files: list[Judged] = field(default_factory=list)
    """By scenario file, in order."""
    strangers: dict[str, str] = field(default_factory=dict)
    """By path that is no scenario file: why it could not be judged."""
    orphans: list[Path] = field(default_factory=list)
    """Baselines without a scenario."""
    pruned: list[Path] = field(default_factory=list)
    """Of such, those that were removed."""
    against: str = ""
    """The revision that it was held against; empty where it was baselines."""

    @property
    def rows(self) -> list[Row]:
        """Every comparison that was made."""
        return [row for one in self.files for row in one.rows]

    @property
    def accepted(self) -> list[Row]:
        """Of them, the differences that were accepted."""
        return [row for one in self.files for row in one.accepted]

    @property
    def notes(self) -> list[str]:
        """What a reader of the differences should know, each with its file."""
        return [f"{one.file}: {note}" for one in self.files for note in one.notes]

    @property
    def unjudged(self) -> dict[str, str]:
        """By scenario file: why it could not be judged."""
        told = {str(one.file): one.unjudged for one in self.files if one.unjudged is not None}
        return {**told, **self.strangers}

    @property
    def drifted(self) -> list[Path]:
        """Scenario files with differences that were not accepted."""
        return [one.file for one in self.files if one.changed]

    @property
    def updated(self) -> list[Path]:
        """Baselines written, or that would have been."""
        return [one.updated for one in self.files if one.updated is not None]

    @property
    def verdicts(self) -> list[Verdict]:
        """Of all expectations."""
        return [verdict for one in self.files for verdict in one.verdicts]

    def judged(self, state: State) -> list[Verdict]:
        """Expectations that came out so."""
        return [verdict for verdict in self.verdicts if verdict.state == state]

    @property
    def changed(self) -> list[Row]:
        """The comparisons that found a difference that was not accepted."""
        return [row for one in self.files for row in one.changed]

    @property
    def exit_code(self) -> int:
        """0: all equal; 1: something differs, broke or is lost; 2: else something is not judged."""
        if self.changed or self.orphans or self.judged("broken"):
            return 1
        return 2 if self.unjudged or self.judged("not judged") else 0

    @property
    def summary(self) -> str:
        """One line: how many scenarios and comparisons, and how they came out."""
        scenarios = len({row.scenario for row in self.rows})
        parts = [f"{scenarios} scenarios, {len(self.rows)} comparisons"]
        explained = {one.file: one.equivalent for one in self.files if one.equivalent}
        different = sum(row.verdict != "ok" for row in self.rows)
        parts.append(f"{len(self.rows) - different} equal, {different} different")
        told: dict[str, Sized] = {
            "expectations kept": self.judged("kept"),
            "broken": self.judged("broken"),
            "of them not judged": self.judged("not judged"),
            "scenarios equivalent on another platform": explained,
            "accepted": self.accepted,
            "not judged": self.unjudged,
            "unchanged and passed over": [one for one in self.files if one.skipped],
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
    named: str = "",
    changed: bool = False,
    draws: bool = True,
    at: Callable[[Path, int, int], None] | None = None,
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
    named
        Only scenarios whose path contains this, or matches it as a pattern.
    changed
        Whether to pass over scenarios that nothing has changed since their baseline.
    draws
        Whether to judge expectations over noise or inputs; else nothing is said of them.
    at
        Told of each file before it is judged: which it is, from 1, and of how many.

    Raises
    ------
    sim.errors.OptionError
        For differences to accept without a reason.
    """
    if accept is not None and not accept.reason.strip():
        raise OptionError(NO_REASON)
    result = CheckResult()
    there = found(paths).named(named)
    if not there.files and not there.orphans:
        result.strangers[", ".join(map(str, paths))] = "there are no scenario files"
    for number, file in enumerate(there.files, 1):
        if at is not None:
            at(file, number, len(there.files))
        one = Judged(file)
        result.files.append(one)
        began = time.perf_counter()
        try:
            if file in there.clashes:
                raise BaselineError(
                    f"{there.clashes[file]} has the same name, and one baseline cannot be of both",
                    remedy="rename one of them",
                )
            if changed and unchanged(file):
                one.skipped = True
                continue
            measured = measure(file, tell, jobs)
            one.places = places_of(measured.loaded)
            one.scenario = measured.loaded.scenario.name
            one.verdicts = promised(measured, tell, draws=draws)
            _judge(one, measured, accept, dry_run, tell)
        except (ScenarioError, BaselineError, CannotJudgeError, DoesNotFitError) as error:
            one.unjudged = str(error)
        finally:
            one.seconds = round(time.perf_counter() - began, 3)
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
        result.strangers[str(path)] = f"it is not removed: {error}"
    except OSError as error:
        result.strangers[str(path)] = f"it cannot be removed: {error.strerror or error}"
    else:
        result.pruned.append(path)


def _judge(
    one: Judged, measured: Measured, accept: Acceptance | None, dry_run: bool, tell: Tell | None
) -> None:
    """Compare one scenario with its baseline, and take over what is accepted."""
    logs = {name: found.digests["call_log"] for name, found in measured.strategies.items()}
    one.notes += hold_apart(measured.loaded.scenario, measured.scale, logs)
    path, now = baseline_path(one.file), measured.baseline()
    old = _baseline(one.file, now, accept)
    one.rows = list(compare(now if old is None else old, now))
    different = [row for row in one.rows if row.verdict != "ok"]
    one.accepted = [row for row in different if accept is not None and accept.takes(row)]
    if old is not None:
        _note(one, old, now, len(different) > 0)
        one.parts = _parts(old, now)
        if accept is None and (names := elsewhere(old, now, one.rows)):
            found = judge_elsewhere(measured, old, names, tell or (lambda _: None))
            one.notes.append(found.told)
            one.equivalent = frozenset(names if found.ranked.equivalent else ())
    if accept is None or (old is not None and not one.accepted):
        return
    reason = accept.reason.strip()
    if old is None or len(one.accepted) == len(different):
        kept = all(verdict.state == "kept" for verdict in one.verdicts)
        new = now.model_copy(update={"reason": reason, "kept": kept})
    else:
        new = accepted(old, now, one.accepted, reason)
    if not dry_run:
        write_baseline(path, new)
        _try(one, measured, tell)
    one.updated = path


def promised(measured: Measured, tell: Tell | None = None, *, draws: bool = True) -> list[Verdict]:
    """Judge the expectations of a scenario, in their order; perhaps without those over draws."""
    loaded, scale = measured.loaded, measured.scale
    expect = loaded.scenario.check.expect
    found = {name: one.once for name, one in measured.strategies.items()}
    states: dict[int, tuple[State, str]] = {}
    many: dict[int, Judging] = {}
    for i, one in enumerate(expect):
        if one.over is None:
            states[i] = judge_once(one, found, scale, measured.small.effective)
        elif not draws:
            continue
        elif isinstance(what := claim(one, scale), str):
            states[i] = ("not judged", what)
        else:
            many[i] = Judging(one, what)
    overs: tuple[Over, ...] = ("noise", "inputs")
    for over in overs:
        judging = [one for one in many.values() if one.one.over == over]
        workers = measured.many
        judge_many(loaded, over, judging, scale=scale, workers=workers, tell=tell)
    states |= {i: (one.state or "not judged", one.told) for i, one in many.items()}
    pairs = zip(expect, nodes_of(loaded), strict=True)
    return [verdict(one, node, *states[i]) for i, (one, node) in enumerate(pairs) if i in states]


def _try(one: Judged, measured: Measured, tell: Tell | None) -> None:
    """Try a baseline that was just made, and say what it would not notice."""
    trials = list(tried(measured, tell))
    one.notes += told(trials)
    if blind := unseen(trials):
        one.notes.append(
            f"NOT SENSITIVE: no change that was tried moved {', '.join(blind)}; check at a larger "
            "scale, or take it out"
        )


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
        if wrong := _of_another(old, now):
            raise BaselineError(
                f"the baseline {path} is {wrong}", remedy=f"make it anew: {made_by}"
            )
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


def _of_another(old: Baseline, now: Baseline) -> str:
    """What a baseline is of that nothing can be judged by; empty where it is of this scenario."""
    if old.scenario != now.scenario:
        return f"of the scenario '{old.scenario}', and this one is called '{now.scenario}'"
    major, here = (side.versions.get("ringfence", "0").split(".")[0] for side in (old, now))
    if major != here and "ringfence" in old.versions:
        return f"of Ringfence {old.versions['ringfence']}, and this is {now.versions['ringfence']}"
    return ""


def unchanged(file: Path) -> bool:
    """Whether all that a scenario's numbers hang on is what it was when they were accepted.

    That is the scenario, its law packs, the simulator's sources, and the packages below them. Its
    expectations must have been kept then.
    """
    try:
        old = read_baseline(baseline_path(file))
    except BaselineError:
        return False
    loaded = load(file)
    return (
        bool(old.code_sha256)
        and old.code_sha256 == code_digest()
        and old.versions == versions()
        and old.scenario_sha256 == text_digest(resolved_text(loaded))
        and old.laws == loaded.laws.digests
        and (old.kept or not loaded.scenario.check.expect)
    )


def places_of(loaded: Runnable) -> dict[str, tuple[str, int]]:
    """Where strategies are written."""
    holder = loaded.nodes.children.get("strategies")
    nodes = {} if holder is None else holder.children
    places = {name: node.key or node.mark for name, node in nodes.items()}
    return {name: (place.file, place.line) for name, place in places.items()}


def _parts(old: Baseline, now: Baseline) -> dict[str, list[str]]:
    """Where the logs part of the strategies whose logs do."""
    found = {}
    for name in now.digests:
        if old.digests.get(name, {}).get("call_log") not in (None, now.digests[name]["call_log"]):
            sides = [(side.hours.get(name, {}), side.sample.get(name, [])) for side in (old, now)]
            start = dt.datetime.fromisoformat(now.start_utc[name])
            found[name] = parts(sides[0], sides[1], start)
    return {name: told for name, told in found.items() if told}


def _note(one: Judged, old: Baseline, now: Baseline, differs: bool) -> None:
    """Say what has changed since a baseline was accepted, beside the numbers."""
    if old.scenario_sha256 != now.scenario_sha256:
        told = f"the scenario itself has changed since its baseline was accepted ('{old.reason}')"
        if old.resolved:
            told += f": {'; '.join(changed_keys(old.resolved, now.resolved))}"
        one.notes.append(told)
    if moved := moved_packs(old.laws, now.laws):
        one.notes.append(f"law packs since its baseline: {', '.join(moved)}")
    moved = [
        f"{package} {version} → {now.versions.get(package, 'absent')}"
        for package, version in old.versions.items()
        if now.versions.get(package) != version
    ]
    if differs and moved:
        one.notes.append(f"versions since its baseline: {', '.join(moved)}")


def moved_packs(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """In words, the law packs whose digests differ; none where the old ones were not taken down."""
    words = {(False, True): "new", (True, False): "no longer named", (True, True): "changed"}
    return [
        f"{name} {words[name in old, name in new]}"
        for name in sorted({*old, *new})
        if old and old.get(name) != new.get(name)
    ]
