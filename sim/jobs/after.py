"""A campaign that is under way: what was dialled so far, read from a log, as an engine's head.

The log is a run's own, or a team's: its dialer's calls in the auditor's columns, or a directory
that ``ringfence import`` made. What does not fit the scenario is refused with counts and never with
rows: nothing about one person is printed.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.engine.plan import calendar
from sim.engine.plan.plan import Plan
from sim.errors import DialerFilesError, MisfitError, OptionError, UnknownNameError
from sim.intake.imported import is_imported
from sim.jobs.after_team import team_log
from sim.jobs.misfits import refuse, refuse_lines, refuse_moments
from sim.record.head import Head
from sim.record.log import LogChunk, Outcome
from sim.scenario.scenario import Scenario
from sim.store.call_rows import outcome_names
from sim.store.read import MANIFEST, load_run
from sim.streams import Replication

_OWN = ("strategy", "line", "attempt", "start_utc", "territory", "outcome", "hold_ms", "key")
"""Columns that tell a run's own call log."""


class Rows(Protocol):
    """Where a strategy's calls come from."""

    def begin(self, strategy: str, plan: Plan, at_ms: int) -> tuple[Plan, LogChunk]:
        """The plan with what else the log tells, and its calls before a moment."""

    def last_utc_ms(self) -> int:
        """Start of the last call, ms since 1970 UTC."""


@dataclass(frozen=True)
class After:
    """A log from which strategies go on."""

    path: Path
    at_utc_ms: int
    """From when on the run decides, ms since 1970 UTC."""
    rows: Rows
    own: bool
    """Whether a run wrote it."""
    zone: str
    """By whose clock a moment is asked for."""
    notes: tuple[str, ...] = ()
    """What the log does not tell."""

    def begin(self, strategy: str, plan: Plan) -> tuple[Plan, Head]:
        """The plan and the head with which a strategy goes on.

        Raises
        ------
        MisfitError
            If the log does not fit the scenario.
        OptionError
            If nothing of the campaign is left at the moment.
        """
        at = self.at_utc_ms - plan.start_utc_ms
        known, log = self.rows.begin(strategy, plan, at)
        if not 0 < at < plan.cutoff_ms:
            raise OptionError(
                f"'{strategy}' cannot go on from then",
                place="--at",
                found=_local(self.at_utc_ms, self.zone),
                allowed=f"a moment between its start, {_local(plan.start_utc_ms, self.zone)}, and "
                f"its cutoff, {_local(plan.start_utc_ms + plan.cutoff_ms, self.zone)}",
            )
        return known, Head(at, log)

    def told(self) -> dict[str, Any]:
        """What the manifest tells of it, beside what it tells of each strategy."""
        return {
            "at_utc": said(self.at_utc_ms),
            "log_ends_utc": said(self.rows.last_utc_ms()),
            "log": "run" if self.own else "team",
            "not_known": list(self.notes),
        }


def said(utc_ms: int) -> str:
    """A moment as people read it."""
    return f"{dt.datetime.fromtimestamp(utc_ms / 1000, dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _local(utc_ms: int, zone: str) -> str:
    """A moment as it is asked for: by a zone's clock."""
    moment = dt.datetime.fromtimestamp(utc_ms / 1000, ZoneInfo(zone))
    return f"{moment:%Y-%m-%d %H:%M} in {zone}"


@dataclass(frozen=True, slots=True)
class GoingOn:
    """From which log a run shall go on, as it was asked for."""

    path: Path
    """A run directory with a call log, such a log alone, a team's log in the auditor's columns, or
    a directory of imported calls."""
    at: dt.datetime | None = None
    """Local moment from which on the run decides, in the first strategy's time zone; default just
    after the last call."""
    of: str | None = None
    """The strategy of the log from which all go on; default each from its own."""

    def read(
        self, scaled: Scenario, strategies: Sequence[str], replication: Replication, whole: bool
    ) -> After:
        """Read the log; parameters and errors are those of :func:`read_after`."""
        return read_after(self, scaled, strategies, replication, whole=whole)


# ── Reading a log ────────────────────────────────────────────────────────────────────────────────


def read_after(
    asked: GoingOn,
    scaled: Scenario,
    strategies: Sequence[str],
    replication: Replication,
    *,
    whole: bool = True,
) -> After:
    """Read what was dialled.

    Parameters
    ----------
    asked
        What was asked for.
    scaled
        The scenario as it is simulated.
    strategies
        Those that go on.
    replication
        The replication that is run.
    whole
        Whether the scenario is at full size.

    Raises
    ------
    MisfitError
        If the log cannot be used.
    OptionError
        If a strategy is not in it, or a team's log meets a scaled scenario.
    sim.errors.RunDirectoryError
        If a directory is not as it was written.
    """
    path, at, of = asked.path, asked.at, asked.of
    zone = scaled.strategies[strategies[0]].campaign.timezone
    moment = None if at is None else calendar.utc_ms(at, zone)
    file = _own_log(path, scaled, replication)
    if file is not None:
        rows: Rows = OwnLog(file, _chosen(file, strategies, of))
        notes: tuple[str, ...] = ()
    else:
        if not whole:
            raise OptionError("a team's log goes with the whole list", place="--scale")
        if of is not None:
            raise OptionError("a team's log is of one strategy already", place="--of", found=of)
        try:
            team = team_log(path, scaled, imported=is_imported(path))
        except DialerFilesError as error:
            raise MisfitError(error.faults) from error  # nothing was run, rather than audited
        rows, notes = team, team.notes
    return After(
        path=path,
        at_utc_ms=rows.last_utc_ms() + 1 if moment is None else moment,
        rows=rows,
        own=file is not None,
        notes=notes,
        zone=zone,
    )


def _own_log(path: Path, scaled: Scenario, replication: Replication) -> Path | None:
    """The file of a run's own call log; None where it is another's."""
    if (path / MANIFEST).is_file():
        run = load_run(path)
        if "calls.parquet" not in run.manifest["files"]:
            raise MisfitError([f"{path}: has no call log; run it with --calls"])
        told = run.manifest
        for what, found, wanted, remedy in (
            ("seed", told["seed"], replication.seed, f"--seed {told['seed']}"),
            ("draw", told["draw"], replication.draw, f"--draw {told['draw']}"),
            (
                "scale",
                told["scale"]["lines"],
                scaled.world.lines,
                f"--scale {told['scale']['asked']:.10g}",
            ),
        ):
            if found != wanted:
                raise OptionError(
                    f"{path} has another {what} than this run",
                    place=f"--{what}",
                    remedy=f"{remedy} goes with it",
                )
        return path / "calls.parquet"
    if path.is_file():
        try:
            names = pq.read_schema(path).names
        except (pa.ArrowException, OSError):
            return None
        if set(_OWN) <= set(names):
            return path
    return None


def _chosen(file: Path, strategies: Sequence[str], of: str | None) -> dict[str, str]:
    """By strategy that goes on: the one of the log from which it does."""
    there = pc.unique(pq.read_table(file, columns=["strategy"])["strategy"].cast(pa.string()))
    names = [str(name) for name in there.to_pylist()]
    if not names:
        raise MisfitError([f"{file}: has no calls"])
    if of is not None and of not in names:
        close = difflib.get_close_matches(of, names, n=1)
        raise UnknownNameError(
            f"the log has no strategy '{of}'",
            nearest=close[0] if close else "",
            allowed=", ".join(names),
        )
    if of is None and len(names) == 1:
        of = names[0]
    missing = [name for name in strategies if of is None and name not in names]
    if missing:
        raise OptionError(
            f"the log has no calls of '{missing[0]}'",
            place="--after",
            allowed=", ".join(names),
            remedy=f"--of {names[0]}: all go on from its calls; or choose with --strategy",
        )
    return {name: name if of is None else of for name in strategies}


@dataclass(frozen=True)
class OwnLog:
    """The call log of a run."""

    file: Path
    of: dict[str, str]
    """By strategy that goes on: the one of the log."""

    def last_utc_ms(self) -> int:
        """Start of the last call, ms since 1970 UTC."""
        rows = pq.read_table(
            self.file,
            columns=["start_utc"],
            filters=pc.field("strategy").isin(sorted(set(self.of.values()))),
        )
        return int(pc.max(rows["start_utc"]).cast(pa.int64()).as_py())

    def begin(self, strategy: str, plan: Plan, at_ms: int) -> tuple[Plan, LogChunk]:
        """The plan as it is, and the strategy's calls before a moment."""
        wanted = [*_OWN, "caller_number"]
        rows = pq.read_table(
            self.file, columns=wanted, filters=pc.field("strategy") == self.of[strategy]
        )
        start = _numbers(rows, "start_utc").astype(np.int64) - plan.start_utc_ms
        outcome = _codes(rows, "outcome", outcome_names(plan))
        line = _numbers(rows, "line").astype(np.int32)
        refuse_moments(self.file, plan, start)
        refuse_lines(self.file, plan, line)
        people, own = plan.population, len(plan.retry_delay_ms)
        wrong = {
            "have an outcome that this scenario does not know": outcome >= own,
            "ended as they cannot in this world; its seed, scale or people are others": (
                ((people.in_service[line] == 0) != (outcome == Outcome.INVALID))
                & (outcome != Outcome.FAILED)
            ),
        }
        refuse(self.file, len(line), wrong)
        early = start < at_ms
        return plan, LogChunk(
            first=0,
            line=line[early],
            attempt=_numbers(rows, "attempt").astype(np.uint8)[early],
            territory=people.territory[line[early]].astype(np.uint8),
            start_ms=start[early],
            hold_ms=_numbers(rows, "hold_ms").astype(np.int32)[early],
            outcome=outcome[early].astype(np.uint8),
            opted_out=(_numbers(rows, "key") == 9).astype(np.uint8)[early],
            caller=_numbers(rows, "caller_number").astype(np.uint16)[early],
        )


def _numbers(rows: pa.Table, name: str) -> Any:
    """A column as numbers."""
    column = rows[name]
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    return column.combine_chunks().to_numpy(zero_copy_only=False)


def _codes(rows: pa.Table, name: str, known: Sequence[str]) -> Any:
    """A column of texts as places among those known; one past them for another."""
    found = pc.index_in(rows[name].cast(pa.string()), pa.array(known, pa.string()))
    return pc.fill_null(found, len(known)).to_numpy(zero_copy_only=False).astype(np.int64)
