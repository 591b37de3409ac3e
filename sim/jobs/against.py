"""Scenarios held against what another revision of the repository made of them.

Both sides are run at the check scale of today's file, with their call logs: today's here, the other
in its own files and packages (:mod:`sim.jobs.revision`). So a difference names the very call.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import pyarrow.compute as pc

from sim.errors import (
    CannotJudgeError,
    DoesNotFitError,
    OptionError,
    RunDirectoryError,
    ScenarioError,
)
from sim.jobs.check import CheckResult, Judged, moved_packs, places_of
from sim.jobs.differences import resolved_of
from sim.jobs.first_difference import logs
from sim.jobs.found import Found
from sim.jobs.honest import hold_rounding, percent
from sim.jobs.parting import changed_keys
from sim.jobs.revision import Revision, Tell, revision
from sim.jobs.run import Hooks, run_scenario
from sim.loading.load import Runnable, load
from sim.measure.columns import EXACT_TABLES
from sim.store.baseline import PACK, SCENARIO, TABLE, Value, rows
from sim.store.digest import digest_table
from sim.store.read import Run, load_run

_SHOWN = 3
"""Files of the simulator that are named where they have changed."""


def against(
    name: str, there: Found, paths: Sequence[str | Path], tell: Tell, jobs: int | None = 1
) -> CheckResult:
    """Run scenarios here and as they were in another revision, and compare.

    Parameters
    ----------
    name
        The revision, as git understands it.
    there
        The scenarios.
    paths
        What was asked for, to say where nothing was found.
    tell
        Told what is being done.
    jobs
        How many processes run strategies at the same time here.

    Raises
    ------
    sim.errors.OptionError
        Where there is no such revision, or files stand in no repository.
    sim.errors.CannotJudgeError
        Where its packages cannot be had.
    """
    result = CheckResult()
    if not there.files:
        result.strangers[", ".join(map(str, paths))] = "there are no scenario files"
        return result
    with revision(name, there.files[0], tell) as other:
        result.against = other.short
        for number, file in enumerate(there.files):
            one = Judged(file)
            result.files.append(one)
            began = time.perf_counter()
            try:
                _compare(one, other, other.folder / f"side-{number}", tell, jobs)
            except (ScenarioError, CannotJudgeError, DoesNotFitError, RunDirectoryError) as error:
                one.unjudged = str(error)
            one.seconds = round(time.perf_counter() - began, 3)
    return result


def _compare(one: Judged, other: Revision, folder: Path, tell: Tell, jobs: int | None) -> None:
    """Run one scenario on both sides."""
    loaded = load(one.file)
    one.scenario, one.places = loaded.scenario.name, places_of(loaded)
    scale = Fraction(str(loaded.scenario.check.scale))
    hold_rounding(loaded.scenario, scale)
    if not one.file.resolve().is_relative_to(other.top):
        raise OptionError(f"{one.file} is not in the repository {other.top}", place="--against")
    before = other.path_of(one.file)
    if not before.is_file():
        raise CannotJudgeError(f"{other.short} has no such file; it is new")
    tell(f"{one.scenario}: {other.short}")
    folder.mkdir()
    size = ("--scale", percent(scale).replace(" ", ""), "--calls")
    other.run(before, size, folder / "old")
    tell(f"{one.scenario}: here")
    _run(loaded, scale, folder / "new", tell, jobs)
    old, new = load_run(folder / "old"), load_run(folder / "new")
    one.rows = list(rows(one.scenario, "", _of_file(old), _of_file(new)))
    for name in dict.fromkeys([*old.strategies, *new.strategies]):
        values = [_values(side, name) for side in (old, new)]
        if name in old.strategies and name in new.strategies:
            found = logs(old, new, name)
            values[0][f"{TABLE}call_log"], values[1][f"{TABLE}call_log"] = found.old, found.new
            if found.words:
                one.parts[name] = found.words
        one.rows += rows(one.scenario, name, values[0], values[1])
    one.notes += _changed(other, old, new)


def _run(loaded: Runnable, scale: Fraction, out: Path, tell: Tell, jobs: int | None) -> None:
    run_scenario(loaded, scale=scale, calls=True, out=out, hooks=Hooks(note=tell), jobs=jobs)


def _of_file(run: Run) -> dict[str, Value]:
    """What belongs to none of the strategies: the scenario's digest, and its law packs'."""
    laws = {f"{PACK}{name}": digest for name, digest in run.manifest["laws"].items()}
    return {SCENARIO: run.manifest["scenario"]["sha256"], **laws}


def _values(run: Run, strategy: str) -> dict[str, Value]:
    """Whole numbers, violations and digests of tables of a strategy; none where it has no such."""
    if strategy not in run.strategies:
        return {}
    found: dict[str, Value] = {}
    for key, value in run.metrics.items():
        whose, _, metric = key.rpartition(".")
        if whose == strategy and isinstance(value, int):
            found[metric] = value
    for row in run.arrow("audit").to_pylist():
        if row["strategy"] == strategy and row["violations"] is not None:
            reading = f" ({row['reading']})" if row["reading"] else ""
            found[f"violations of {row['regime']}/{row['rule']}{reading}"] = row["violations"]
    for name in EXACT_TABLES:
        table = run.arrow(name)
        mine = table.filter(pc.equal(table["strategy"], strategy))
        found[f"{TABLE}{name}"] = digest_table(mine)
    return found


def _changed(other: Revision, old: Run, new: Run) -> Iterator[str]:
    """What has changed since: in the scenario, in law packs, in the simulator, in packages."""
    since = f"since {other.short}"
    if keys := changed_keys(resolved_of(old.path), resolved_of(new.path)):
        yield f"the scenario {since}: {'; '.join(keys)}"
    if packs := moved_packs(old.manifest["laws"], new.manifest["laws"]):
        yield f"law packs {since}: {', '.join(packs)}"
    if files := other.sources_changed():
        more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
        yield f"the simulator {since}: {', '.join(files[:_SHOWN])}{more}"
    versions = [side.manifest["versions"] for side in (old, new)]
    moved = [
        f"{package} {versions[0].get(package, 'absent')} → {versions[1].get(package, 'absent')}"
        for package in {**versions[0], **versions[1]}
        if versions[0].get(package) != versions[1].get(package)
    ]
    if moved:
        yield f"versions {since}: {', '.join(moved)}"
