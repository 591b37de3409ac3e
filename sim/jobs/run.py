"""A scenario run into a directory, watched by tally, audits, call log and manifest."""

from __future__ import annotations

import datetime as dt
import difflib
import operator
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.engine.plan.stage import Stage
from sim.errors import OptionError, UnknownNameError
from sim.jobs.draws import Drawing
from sim.jobs.manifest import manifest_of
from sim.jobs.pool import each
from sim.jobs.readings import Reader
from sim.jobs.refusals import hold_ranges
from sim.jobs.room import need_of, pilots_for, seconds_for, see_that_it_fits, workers_for
from sim.jobs.scaling import scaled_down
from sim.jobs.simulate import ProgressHook
from sim.jobs.watched import Watched, Watching, order_once
from sim.loading.load import Runnable
from sim.measure.findings import Findings
from sim.measure.metric import Number
from sim.measure.metrics import at_full_size, compute
from sim.scenario.resolved import resolved_text
from sim.scenario.scale import Rounding
from sim.scenario.scenario import Scenario
from sim.store.calls import spooled
from sim.store.read import Run
from sim.store.recipients import People
from sim.store.tables import parameter_table
from sim.store.write import ReportHook, RunWriter, default_target
from sim.streams import Replication

if TYPE_CHECKING:
    from sim.jobs.after import After, GoingOn  # imported by a run that goes on alone


@dataclass(frozen=True)
class RunOutcome:
    """What a run gave."""

    run: Run
    """The finished run directory, with its tables in memory."""
    findings: tuple[Findings, ...]
    """By strategy, in the order in which they ran."""
    scale: Fraction
    """Effective scale: lines simulated ÷ lines of the scenario."""
    rounding: tuple[Rounding, ...]
    """What scaling made of lines, channels and calls per second; empty at full size."""
    duration_s: float
    """Wall-clock time, s."""

    @property
    def path(self) -> Path:
        """The run directory."""
        return self.run.path

    @property
    def metrics(self) -> dict[str, dict[str, Number]]:
        """Metrics by strategy and name, as simulated."""
        return {found.strategy: compute(found.totals) for found in self.findings}

    @property
    def shown(self) -> dict[str, dict[str, Number]]:
        """Metrics by strategy and name, at full-size equivalent where the run was scaled."""
        return {name: at_full_size(values, self.scale) for name, values in self.metrics.items()}

    @property
    def currency(self) -> str | None:
        """ISO 4217 code of the costs; None where nothing has a price."""
        return next((f.currency for f in self.findings if f.currency), None)


def choose(scenario: Scenario, wanted: Sequence[str] | None) -> list[str]:
    """Names of strategies in the scenario's order; all of them where none is wanted.

    Raises
    ------
    UnknownNameError
        For a name that the scenario does not have, with the nearest that it has.
    """
    for name in wanted or ():
        if name not in scenario.strategies:
            close = difflib.get_close_matches(name, scenario.strategies, n=1)
            raise UnknownNameError(
                f"there is no strategy '{name}'",
                nearest=close[0] if close else "",
                allowed=", ".join(scenario.strategies),
            )
    return [name for name in scenario.strategies if not wanted or name in wanted]


def reseeded(loaded: Runnable, seed: int | None) -> Runnable:
    """A scenario with another root seed; None keeps its own.

    Raises
    ------
    OptionError
        For a seed that is no number from 0 to 2**64 - 1.
    """
    if seed is None:
        return loaded
    if not 0 <= operator.index(seed) < 1 << 64:
        raise OptionError(
            "the seed cannot be used", found=repr(seed), allowed="a number from 0 to 2**64 - 1"
        )
    return replace(
        loaded,
        scenario=loaded.scenario.model_copy(update={"seed": seed}),
        resolved={**loaded.resolved, "seed": seed},
    )


@dataclass(frozen=True)
class Hooks:
    """Who is told of a run while it runs."""

    progress: ProgressHook | None = None
    """Told now and then how far it is."""
    note: Callable[[str], None] | None = None
    """Told before it begins what is to be known of it: fewer processes than were asked for, what
    is missing in the log that it goes on from."""
    begun: Callable[[Path], None] | None = None
    """Told which directory it will be, before it begins."""

    def begin(self, target: Path, notes: Sequence[str]) -> None:
        """Tell what is known before a run begins; of the notes, those that are not empty."""
        for what in filter(None, notes if self.note is not None else ()):
            assert self.note is not None
            self.note(f"note: {what}")
        if self.begun is not None:
            self.begun(target)


NOBODY = Hooks()


def run_scenario(
    loaded: Runnable,
    *,
    strategies: Sequence[str] | None = None,
    seed: int | None = None,
    scale: Fraction | float = 1,
    draw: int = 0,
    calls: bool = False,
    out: str | os.PathLike[str] | None = None,
    hooks: Hooks = NOBODY,
    report: ReportHook | None = None,
    argv: Sequence[str] | None = None,
    jobs: int | None = 1,
    going_on: GoingOn | None = None,
) -> RunOutcome:
    """Run a scenario and write its run directory.

    Parameters
    ----------
    loaded
        From :func:`sim.loading.load.load`.
    strategies
        Names of strategies; default all.
    seed
        Root seed instead of the scenario's.
    scale
        Share of lines, channels and calls per second, above 0 and at most 1.
    draw
        Which draw of the uncertain inputs; 0 has each at its central value.
    calls
        Whether to write the call log, the lines on the lists and their objections.
    out
        The run directory to make; default ``runs/<UTC stamp>-<scenario>-s<seed>-<8 hex>``.
    hooks
        Who is told of it while it runs.
    report
        Makes ``report.html``.
    argv
        The command line that the manifest tells; default the process's.
    jobs
        How many processes run strategies at the same time; None for as many as there are cores.
        What is written does not depend on it.
    going_on
        What was dialled so far, from which the strategies go on; default nothing.

    Raises
    ------
    sim.errors.ScenarioError
        If some draw of its ranges could not be run.
    sim.errors.RunDirectoryError
        If the directory exists or cannot be written. Nothing is left behind then.
    sim.errors.OptionError
        For an unknown strategy, or a scale or draw out of range.
    sim.errors.MisfitError
        If what was dialled does not fit the scenario.
    sim.errors.DoesNotFitError
        If it takes more memory or disk than is free.
    """
    started, clock = dt.datetime.now(dt.UTC), time.perf_counter()
    loaded = reseeded(loaded, seed)
    hold_ranges(loaded)
    full = loaded.scenario
    chosen = choose(full, strategies)
    asked = scale if isinstance(scale, Fraction) else Fraction(str(scale))
    drawn, _ = Drawing(loaded, tuple(chosen), asked).scenario(draw)
    small = scaled_down(drawn, asked, loaded.laws, chosen, workers=pilots_for(jobs))
    scaled = small.scenario
    text = resolved_text(loaded)
    target = Path(out) if out is not None else default_target(full, text, started)
    need = need_of(scaled, chosen, calls=calls, laws=loaded.laws)
    see_that_it_fits(need, target.parent, asked)
    seconds = seconds_for(scaled, chosen)
    workers, fewer = workers_for(jobs, len(chosen), need, seconds, target.parent)
    replication = Replication(full.seed, draw)
    after = None if going_on is None else going_on.read(scaled, chosen, replication, asked == 1)
    hooks.begin(target, [fewer, *_notes_of(after, calls=calls)])
    with RunWriter(
        target,
        full,
        text,
        inputs=loaded.laws.own,
        calls=calls,
        replication=replication,
        or_next=out is None,
    ) as writer:
        stage = Stage(scaled, loaded.laws, replication)
        regimes = loaded.laws.regimes(full.regimes)
        reader = Reader(stage, tuple(chosen), small.effective)
        watching = Watching(stage, full, regimes, reader, after=after)
        watched = list(_watched(watching, workers, writer, hooks.progress))
        begun = _Begun(loaded, asked, text, argv, started, clock)
        manifest = begun.manifest(watching, watched)
        run = _finish(writer, watching, watched, manifest, parameter_table(drawn), report)
    return RunOutcome(
        run=run,
        findings=tuple(found.findings for found in watched),
        scale=small.effective,
        rounding=small.rounding,
        duration_s=time.perf_counter() - clock,
    )


@dataclass(frozen=True)
class _Begun:
    """What a run was asked for and when it began, for its manifest."""

    loaded: Runnable
    scale: Fraction
    text: str
    argv: Sequence[str] | None
    started: dt.datetime
    clock: float

    def manifest(self, watching: Watching, watched: Sequence[Watched]) -> dict[str, Any]:
        """The manifest of what was found, up to now."""
        manifest = manifest_of(
            self.loaded,
            watching.stage.scenario,
            watching.stage.replication,
            self.scale,
            self.text,
            [found.findings for found in watched],
            {found.findings.strategy: found.plan for found in watched},
            self.argv,
        )
        if watching.after is not None:
            manifest["after"] = watching.after.told()
        manifest["started_utc"] = self.started.strftime("%Y-%m-%dT%H:%M:%SZ")
        manifest["duration_s"] = round(time.perf_counter() - self.clock, 3)
        return manifest


def _notes_of(after: After | None, *, calls: bool) -> list[str]:
    """What is to be said of a log that a run goes on from."""
    if after is None:
        return []
    if after.notes and calls:
        raise OptionError("a team's log has no rows as ours", place="--calls")
    return [f"{after.path}: {missing}" for missing in after.notes]


def _watched(
    watching: Watching, workers: int, writer: RunWriter, progress: ProgressHook | None
) -> Iterator[Watched]:
    """Run the strategies, in so many processes; calls that were set aside are written in turn."""
    log, names = writer.call_log, watching.reader.strategies
    if workers == 1:
        yield from each(replace(watching, log=log), names, 1, progress)
        return
    order_once(watching.stage, names)
    aside = None if log is None else writer.aside
    for found in each(replace(watching, aside=aside), names, workers, progress):
        if found.spool is not None and log is not None:
            for batch in spooled(found.spool):
                log.write(batch)
        yield found


def _finish(
    writer: RunWriter,
    watching: Watching,
    watched: Sequence[Watched],
    manifest: dict[str, Any],
    parameters: pa.Table,
    report: ReportHook | None,
) -> Run:
    """Write what was found, and the manifest last."""
    reader = watching.reader
    reader.found |= {found.findings.strategy: found.reading for found in watched}
    manifest["readings"] = reader.facts()
    return writer.finish(
        [found.findings for found in watched],
        {**reader.tables(), "parameters": parameters},
        manifest,
        report,
        [found.law for found in watched if found.law is not None],
        _people(watching.stage, watched),
        objections=any(found.plan["objections"] for found in watched),
    )


def _people(stage: Stage, found: Sequence[Watched]) -> People | None:
    """The lines, where the call log is written, and which of them are on some list."""
    listed = [each.listed for each in found if each.listed is not None]
    if not listed:
        return None
    lines = stage.scenario.world.lines
    marks = np.unpackbits(np.bitwise_or.reduce(listed), count=lines).view(np.bool_)
    return People(stage.scenario, stage.population, marks)
