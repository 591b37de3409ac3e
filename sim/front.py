"""The front door: what ``import sim`` gives, each a thin layer over the job that does it."""

from __future__ import annotations

import datetime as dt
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.document.source import data_source, parse_source
from sim.errors import DocumentError, OptionError, ScenarioError, UnknownNameError
from sim.loading.load import Runnable
from sim.loading.load import load as load_checked
from sim.regimes.load import load_regime as load_pack
from sim.regimes.load import regime_ids as shipped_ids

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.audit.auditor import Audit
    from sim.measure.metric import Number
    from sim.regimes.model import Regime
    from sim.store.read import Run
    from sim.store.study import Study

Source = Runnable | Mapping[str, Any] | str | os.PathLike[str]
"""A scenario: loaded, as data, as a YAML text of more than one line, or as a file's path."""
TEXT = "<text>"
"""The file that faults name for a scenario given as text."""
DATA = "<dict>"
"""Likewise for one given as a dict; its faults have a path and no line."""


@dataclass(frozen=True)
class Simulated:
    """What a run in memory gave. Counts are as simulated: at the scale of the run."""

    strategies: tuple[str, ...]
    """Strategies that were run, in the scenario's order."""
    scale: float
    """Lines simulated as a share of the scenario's lines."""
    metrics: Mapping[str, Mapping[str, Number]]
    """Metrics by strategy and name; None where one has no value."""
    _tables: Mapping[str, pa.Table] = field(repr=False)

    def metric(self, strategy: str, name: str) -> Number:
        """One metric of one strategy.

        Raises
        ------
        sim.errors.UnknownNameError
            If there is no such strategy or metric.
        """
        for what, key, known in (
            ("strategy", strategy, self.metrics),
            ("metric", name, next(iter(self.metrics.values()), {})),
        ):
            if key not in known:
                raise _unknown(what, key, known)
        return self.metrics[strategy][name]

    def table(self, name: str) -> pd.DataFrame:
        """A table by name, as in a run directory; moments are in UTC.

        Raises
        ------
        sim.errors.UnknownNameError
            If there is no such table; the call log is written by :func:`run` alone.
        """
        if name not in self._tables:
            raise _unknown("table", name, self._tables)
        frame: pd.DataFrame = self._tables[name].to_pandas()
        return frame


def load(source: Source, *, sets: Sequence[str] = ()) -> Runnable:
    """Load a scenario and check it, against its format and against the model.

    Parameters
    ----------
    source
        A file's path; a YAML text, which has more than one line; or a dict, as YAML would give it.
        What ``extends`` names is relative to the file, or to the working directory.
    sets
        Values that replace those of the scenario: ``dialing.channels=825``.

    Returns
    -------
    Runnable
        With ``scenario``, the frozen model; ``warnings``; and ``resolved``, the scenario as plain
        data, which extends nothing; and ``laws``, the law packs that it names.

    Raises
    ------
    sim.errors.ScenarioError
        With every fault at once, each with its place: ``file:line:column``; ``<text>:line:column``
        for a text; and for a dict ``<dict>`` with the path of the key.

    Examples
    --------
    >>> import sim
    >>> loaded = sim.load("scenarios/france-2017.yaml", sets=["dialing.channels=800"])
    >>> loaded.scenario.world.lines
    6000000
    >>> try:
    ...     sim.load({**loaded.resolved, "seed": "abc"})
    ... except sim.errors.ScenarioError as error:
    ...     print(error.errors[0])
    <dict>: seed: found 'abc'; a whole number is wanted, such as 6_000_000
    """
    if isinstance(source, Runnable):
        if sets:
            raise OptionError("settings go with a scenario that is not loaded yet", place="sets")
        return source
    try:
        if isinstance(source, Mapping):
            return load_checked(data_source(source, DATA), sets)
        if isinstance(source, str) and ("\n" in source or "\r" in source):
            return load_checked(parse_source(source, TEXT), sets)
    except DocumentError as error:
        raise ScenarioError(error.faults) from None
    return load_checked(os.fspath(source), sets)


def simulate(
    source: Source,
    *,
    strategies: Sequence[str] = (),
    seed: int | None = None,
    scale: float | Fraction = 1,
) -> Simulated:
    """Run strategies of a scenario in memory; nothing is written, and no audit is made.

    Parameters
    ----------
    source
        A scenario, as :func:`load` takes it, or what that gave.
    strategies
        Names of the strategies to run; default all.
    seed
        Root seed instead of the scenario's, from 0 to 2**64 − 1.
    scale
        Share of lines, channels and calls per second, above 0 and at most 1.

    Raises
    ------
    sim.errors.ScenarioError
        If the scenario cannot be used.
    sim.errors.OptionError
        For an unknown strategy, or a seed or scale out of range.
    sim.errors.DoesNotFitError
        If it takes more memory than is free.

    Examples
    --------
    >>> import sim
    >>> found = sim.simulate(
    ...     "scenarios/france-2017.yaml", strategies=["as-run"], scale=0.001
    ... )
    >>> found.metric("as-run", "lines_on_list")
    6000
    >>> timeline = found.table("timeline")  # one row per strategy and 15-minute bin
    >>> int(timeline["attempts"].sum()) == found.metric("as-run", "attempts")
    True
    """
    from sim.engine.plan.stage import Stage
    from sim.jobs.room import need_of, see_that_it_fits
    from sim.jobs.run import choose, reseeded
    from sim.jobs.scaling import scaled_down
    from sim.jobs.simulate import simulate as simulate_all
    from sim.measure.metrics import compute
    from sim.store.tables import result_tables

    loaded = reseeded(load(source), seed)
    chosen = choose(loaded.scenario, strategies)
    small = scaled_down(loaded.scenario, _share(scale), loaded.laws, chosen)
    see_that_it_fits(
        need_of(small.scenario, chosen, calls=False, laws=loaded.laws), None, small.effective
    )
    stage = Stage(small.scenario, loaded.laws)
    findings = list(simulate_all(stage, chosen, scale=small.effective))
    return Simulated(
        tuple(chosen),
        float(small.effective),
        {found.strategy: compute(found.totals) for found in findings},
        result_tables(findings),
    )


def run(
    source: Source,
    out: str | os.PathLike[str] | None = None,
    *,
    strategies: Sequence[str] = (),
    seed: int | None = None,
    scale: float | Fraction = 1,
    calls: bool = False,
    report: bool = False,
    jobs: int | None = 1,
    after: str | os.PathLike[str] | None = None,
    at: dt.datetime | None = None,
    of: str | None = None,
) -> Run:
    """Run strategies of a scenario into a run directory, each audited against its regimes.

    Parameters
    ----------
    source
        A scenario, as :func:`load` takes it, or what that gave.
    out
        The directory to make; default a new one in ``runs/``.
    strategies, seed, scale
        As for :func:`simulate`.
    calls
        Whether to write the call log, too: one row a call.
    report
        Whether to write ``report.html``.
    jobs
        How many processes run strategies at the same time; None for as many as there are cores.
        Results do not depend on it. Where processes cannot be forked, as in a program with threads
        or on a system other than Linux, a script that asks for several stands under
        ``if __name__ == "__main__":``.
    after
        What was dialled so far, to go on from: a run made with ``calls``, a dialer's log, or a
        folder of ``ringfence import``.
    at
        With ``after``: the local moment from which on the run decides; default just after the last
        call.
    of
        With ``after``: the strategy of the log from which all go on; default each from its own.

    Returns
    -------
    Run
        As :func:`load_run` gives it.

    Raises
    ------
    sim.errors.ScenarioError
        If the scenario cannot be used.
    sim.errors.OptionError
        For an unknown strategy, or a seed or scale out of range.
    sim.errors.RunDirectoryError
        If the directory exists or cannot be written. Nothing is left behind then.
    sim.errors.MisfitError
        If the log does not fit the scenario.

    Examples
    --------
    >>> import sim
    >>> made = sim.run("scenarios/canada-federal.yaml", "runs/small", scale=0.001)
    >>> made.path.name, len(made.strategies)
    ('small', 4)
    >>> logged = sim.run("scenarios/canada-federal.yaml", "runs/log", scale=0.001, calls=True)
    >>> again = sim.run(
    ...     "scenarios/canada-federal.yaml", "runs/on", scale=0.001, after=logged.path
    ... )
    >>> again.metric("one-clock", "attempts") == logged.metric("one-clock", "attempts")
    True
    """
    from sim.commands.shown import shown_by
    from sim.jobs.run import Hooks, run_scenario

    loaded = load(source)
    if after is None and (at is not None or of is not None):
        raise OptionError("goes with after", place="of" if at is None else "at")
    going_on = None
    if after is not None:
        from sim.jobs.after import GoingOn

        going_on = GoingOn(Path(after), at, of)
    outcome = run_scenario(
        loaded,
        strategies=strategies or None,
        seed=seed,
        scale=_share(scale),
        calls=calls,
        out=out,
        report=shown_by("report_html") if report else None,
        jobs=jobs,
        going_on=going_on,
        hooks=Hooks(note=lambda text: warnings.warn(text, stacklevel=4)),
    )
    return outcome.run


def load_run(path: str | os.PathLike[str]) -> Run:
    """Open a run directory as tables, columns and units of which ``docs/data-dictionary.md`` lists.

    Raises
    ------
    sim.errors.RunDirectoryError
        If there is none, if it was never finished, if something else wrote it, if it is of a newer
        format, or if a file is missing or damaged.

    Examples
    --------
    >>> import sim
    >>> sim.run("scenarios/canada-federal.yaml", "runs/one", scale=0.001).path.name
    'one'
    >>> stored = sim.load_run("runs/one")
    >>> stored.question is not None, stored.scale
    (True, 0.001)
    >>> list(stored.timeline.columns[:2])
    ['strategy', 'bin_start_utc']
    """
    from sim.store.read import load_run as load_stored

    return load_stored(path)


def run_study(
    source: Source,
    draws: int,
    out: str | os.PathLike[str] | None = None,
    *,
    strategies: Sequence[str] = (),
    seed: int | None = None,
    scale: float | Fraction = 1,
    jobs: int | None = 1,
    scheduler: str | None = None,
) -> Study:
    """Run strategies of a scenario in many draws of its uncertain inputs; or go on with that.

    Parameters
    ----------
    source
        A scenario, as :func:`load` takes it, or what that gave.
    draws
        How many: 32 to decide, 64 to publish. A study that has more keeps them.
    out
        The study's folder; default one in ``runs/`` named by what is studied. Where the same study
        is there already, finished or not, what is missing is run.
    strategies, seed, scale
        As for :func:`simulate`.
    jobs
        Processes that run draws at the same time; None for as many as there are cores.
    scheduler
        Address of a Dask scheduler, ``tcp://HOST:PORT``, whose workers run the draws instead.

    Returns
    -------
    Study
        As :func:`load_study` gives it.

    Raises
    ------
    sim.errors.ScenarioError
        If the scenario cannot be used.
    sim.errors.OptionError
        For a number of draws out of range, a scenario without uncertain inputs, or a scheduler
        that does not answer.
    sim.errors.CannotJudgeError
        If runs failed on a cluster; all others are kept.
    sim.errors.RunDirectoryError
        If the folder holds anything but this study, or cannot be written.

    Examples
    --------
    >>> import sim
    >>> made = sim.run_study(
    ...     "scenarios/canada-federal.yaml", 2, "runs/study", strategies=["one-clock"], scale=0.001
    ... )
    >>> made.draws_count, len(made.strategies)
    (2, 1)
    """
    from sim.jobs.study import run_study as run_checked

    return run_checked(
        load(source),
        draws,
        strategies=strategies,
        seed=seed,
        scale=_share(scale),
        out=out,
        jobs=jobs,
        scheduler=scheduler,
    )


def load_study(path: str | os.PathLike[str]) -> Study:
    """Open a finished study: what it answers, its draws as tables, and each draw by itself.

    Raises
    ------
    sim.errors.RunDirectoryError
        If there is none, if it is not finished, of a newer format, or damaged.

    Examples
    --------
    >>> import sim
    >>> made = sim.run_study(
    ...     "scenarios/canada-federal.yaml", 2, "runs/drawn", strategies=["one-clock"], scale=0.001
    ... )
    >>> study = sim.load_study("runs/drawn")
    >>> list(study.draws.columns)
    ['strategy', 'draw', 'noise', 'metric', 'value']
    >>> study.answer["draws"]
    2
    """
    from sim.store.study import load_study as load_stored

    return load_stored(path)


def audit_run(
    path: str | os.PathLike[str],
    regimes: Sequence[str | os.PathLike[str]] = (),
    *,
    strategies: Sequence[str] = (),
) -> Iterator[Audit]:
    """Hold a stored run against law packs, rule by rule.

    Parameters
    ----------
    path
        A run directory that holds its call log: ``run(…, calls=True)``.
    regimes
        Ids of law packs, or paths of your own; default those that the scenario names.
    strategies
        Names of strategies; default all.

    Yields
    ------
    Audit
        One per strategy and regime. Its ``results`` say of each rule whether it could be assessed
        and how many calls break it; ``breaks_law`` says whether a rule of law is broken.

    Raises
    ------
    sim.errors.RunDirectoryError
        If the directory is no whole run, or holds no call log.
    sim.errors.UnknownNameError
        For a regime that does not ship, or a strategy that the run does not have.
    sim.errors.RegimeError
        If a law pack of your own cannot be used.

    Examples
    --------
    >>> import sim
    >>> made = sim.run("scenarios/canada-federal.yaml", "runs/logged", scale=0.001, calls=True)
    >>> sorted({audit.regime.id for audit in sim.audit_run("runs/logged")})
    ['ca-adad']
    """
    from sim.audit.auditor import audits
    from sim.jobs.audit import read_run
    from sim.regimes.laws import is_own
    from sim.scenario.load import load_scenario
    from sim.store.read import SCENARIO

    stored = load_run(path)
    named = load_scenario(stored.path / SCENARIO).scenario.regimes
    # One's own packs stand in the run.
    names = regimes or [stored.path / name if is_own(name) else name for name in named]
    chosen = [load_regime(name) for name in names]
    for data in read_run(stored.path, strategies):
        yield from audits(data, chosen)


def audit_files(
    calls: str | os.PathLike[str],
    regimes: Sequence[str | os.PathLike[str]],
    *,
    recipients: str | os.PathLike[str] | None = None,
    optouts: str | os.PathLike[str] | None = None,
    facts: str | os.PathLike[str] | None = None,
) -> tuple[Audit, ...]:
    r"""Hold a real dialer's files against law packs; ``docs/audit.md`` says what is in them.

    Parameters
    ----------
    calls
        The call log, Parquet or CSV: one row a call.
    regimes
        Ids of law packs, or paths of your own.
    recipients, optouts
        What is known of the lines that were called, and who asked not to be called; likewise.
    facts
        YAML: what the message said, what was kept.

    Returns
    -------
    tuple of Audit
        One per regime. What was found in the files and not read is told as a ``UserWarning``.

    Raises
    ------
    sim.errors.DialerFilesError
        With every fault of the files.
    sim.errors.UnknownNameError
        For a regime that does not ship.
    sim.errors.RegimeError
        If a law pack of your own cannot be used.

    Examples
    --------
    >>> import sim
    >>> from pathlib import Path
    >>> line = "0" * 31 + "1"  # a digest: never a phone number
    >>> rows = ["line,start_utc,zone", f"{line},2024-03-05T09:00:00Z,America/Toronto"]
    >>> _ = Path("calls.csv").write_text("\n".join(rows) + "\n")
    >>> (audit,) = sim.audit_files("calls.csv", ["ca-adad"])
    >>> audit.breaks_law  # at four in the morning
    True
    """
    from sim.audit.auditor import audits
    from sim.audit.inputs.external import read_external
    from sim.audit.inputs.facts import read_facts

    chosen = [load_regime(name) for name in regimes]
    known = None if facts is None else read_facts(os.fspath(facts))
    log, people, wishes = (
        None if path is None else Path(path) for path in (calls, recipients, optouts)
    )
    assert log is not None
    data, notes = read_external(log, people, wishes, facts=known, name=log.name)
    for note in notes:
        warnings.warn(note, stacklevel=2)
    return tuple(audits(data, chosen))


def regime_ids() -> tuple[str, ...]:
    """Names of the law packs that ship, in alphabetical order.

    Examples
    --------
    >>> import sim
    >>> "fr-cnil-political" in sim.regime_ids()
    True
    """
    return shipped_ids()


def load_regime(id_or_path: str | os.PathLike[str]) -> Regime:
    """A law pack that ships, by its id; or one of your own, by the path of its YAML file.

    Returns
    -------
    Regime
        With its ``rules``, each with force, dates and source, and its ``penalties``.

    Raises
    ------
    sim.errors.UnknownNameError
        When no law pack that ships has the id; the message names the nearest.
    sim.errors.RegimeError
        With every fault of the file.

    Examples
    --------
    >>> import sim
    >>> sim.load_regime("uk-pecr").jurisdiction
    'United Kingdom'
    """
    return load_pack(id_or_path if isinstance(id_or_path, str) else Path(id_or_path))


def _share(scale: float | Fraction) -> Fraction:
    """A scale as an exact fraction: of a float, the one that its decimals say."""
    if isinstance(scale, Fraction):
        return scale
    if not 0 < scale <= 1:
        raise OptionError(
            "the scale cannot be used", found=repr(scale), allowed="above 0 and at most 1"
        )
    return Fraction(str(scale))


def _unknown(what: str, name: str, known: Mapping[str, Any]) -> UnknownNameError:
    """The error for a name that is not among those known."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, 1)
    return UnknownNameError(
        f"there is no {what} '{name}'",
        nearest=close[0] if close else "",
        allowed=", ".join(known),
    )
