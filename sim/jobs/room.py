"""Whether a run fits into the machine: memory and disk, estimated before it starts.

The estimate is linear in lines and calls. Its coefficients were measured on ``france-2017``, whole
and half, also with rules that look at several calls, and on a quarter of ``us-primary``: it met the
growth of resident memory within 10 % there, and was a fifth too low here. They stand here alone,
and a test holds them against a run, within a factor of 1.6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from sim.audit.streamed import keeps_log
from sim.errors import DoesNotFitError, OptionError
from sim.jobs.pool import safe_method
from sim.machine import cores, free_disk, free_memory
from sim.regimes.laws import Laws
from sim.scenario.scenario import Scenario

MEBI = 1 << 20
FIXED = 32 * MEBI
"""Bytes of memory that every run takes, beside what the program has by then."""
PER_LINE = 78
"""Bytes of memory a line: the population, the engine's columns, the tally's."""
PER_LINE_SHARED = 20
"""Of these, what processes that run strategies at the same time share: population and order."""
PER_AUDITED_CALL = 8
"""Bytes of memory a call of the largest log that is audited: what stays of it."""
PER_KEPT_CALL = 80
"""Likewise where a rule looks at several calls: the log, and what such rules work with."""
LOG_FIXED = 32 * MEBI
"""Bytes of memory that writing the call log takes, however long it is."""
DISK_FIXED = 8 * MEBI
DISK_PER_CALL = 9
"""Bytes on disk a call, where the call log is written."""
ASIDE_PER_CALL = 30
"""Bytes on disk a call that is set aside by one of several processes."""
DISK_PER_LINE = 2
"""Bytes on disk a line, likewise."""
CALLS_A_SECOND = 2_000_000
"""Calls that one process runs, tallies, audits and puts into a ledger in a second, about."""
STRATEGY_S = 0.2
"""Seconds that each strategy takes besides, however few its calls: its plan, its tables."""
ANEW_S = 4.0
"""Seconds that a process takes to start anew, before it does anything: libraries and kernels."""
_AGAIN = Fraction(1, 2)
"""Of the further attempts that a line may have, so many are made: machines and people who answer
are not called again."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a run takes at its peak, in bytes."""

    memory: int
    disk: int
    fixed: int
    """Of the memory, what does not grow with the lines."""
    further: int = 0
    """Memory that each further process takes, which shares the world."""
    aside: int = 0
    """Disk that several processes take besides, until calls set aside are written in turn."""


def calls_of(scenario: Scenario, strategy: str) -> int:
    """About how many calls a strategy makes, rather too many: as often as it may, at its pace."""
    chosen, lines = scenario.strategies[strategy], scenario.world.lines
    wanted = lines * (1 + _AGAIN * (chosen.attempts.lifetime - 1))
    seconds = (chosen.campaign.cutoff - chosen.campaign.start).total_seconds()
    pace = Fraction(chosen.dialing.calls_per_second) * Fraction(max(seconds, 0))
    return int(min(wanted, pace))


def need_of(
    scenario: Scenario, strategies: Sequence[str], *, calls: bool, laws: Laws | None = None
) -> Need:
    """What a run takes: one strategy at a time in memory, all of their calls on disk.

    Parameters
    ----------
    scenario
        As it is run, already scaled.
    strategies
        Those that are run.
    calls
        Whether the call log is written.
    laws
        The law packs that it names; without them, every rule may be in force.
    """
    made = [calls_of(scenario, name) for name in strategies]
    lines = scenario.world.lines
    audited = max(map(_audited(scenario, laws), strategies, made), default=0)
    fixed = FIXED + (LOG_FIXED if calls else 0)
    memory = fixed + lines * PER_LINE + audited
    return Need(
        memory=memory,
        further=memory - lines * PER_LINE_SHARED,
        disk=DISK_FIXED + (sum(made) * DISK_PER_CALL + lines * DISK_PER_LINE if calls else 0),
        aside=sum(made) * ASIDE_PER_CALL if calls else 0,
        fixed=fixed,
    )


def _audited(scenario: Scenario, laws: Laws | None) -> Callable[[str, int], int]:
    """Bytes of memory that auditing a strategy's calls takes, by its name and their number."""
    if not scenario.regimes:
        return lambda _, __: 0
    regimes = None if laws is None else laws.regimes(scenario.regimes)

    def taken(name: str, calls: int) -> int:
        kept = regimes is None or keeps_log(regimes, scenario.strategies[name])
        return calls * (PER_AUDITED_CALL + (PER_KEPT_CALL if kept else 0))

    return taken


def seconds_for(scenario: Scenario, strategies: Sequence[str]) -> float:
    """About how long one process takes to run strategies once, s."""
    calls = sum(calls_of(scenario, name) for name in strategies)
    return calls / CALLS_A_SECOND + len(strategies) * STRATEGY_S


def workers_for(
    asked: int | None, tasks: int, need: Need, seconds: float, folder: Path | None = None
) -> tuple[int, str]:
    """How many processes to use, and what to say where they are fewer than was asked for.

    Parameters
    ----------
    asked
        How many are wanted; None for as many as there are cores, or for one where others would have
        to start anew and that took longer than they save.
    tasks
        What there is to do; more processes would have nothing to do.
    need
        What one process takes, and each further one.
    seconds
        About how long one process takes for all of it, s.
    folder
        Where a run writes; None where it writes nothing.

    Raises
    ------
    OptionError
        For less than one.
    """
    if asked is not None and asked < 1:
        raise OptionError(
            "processes cannot be so few", place="jobs", found=str(asked), allowed="1 or more"
        )
    number, said = min(asked or cores(), tasks), ""
    if asked is None and safe_method() == "spawn" and seconds - seconds / max(number, 1) < ANEW_S:
        return 1, ""
    if number > cores():
        number = cores()
        said = f"{_processes(number)}: there are no more cores"
    free = free_memory()
    further = (number - 1) * need.further
    if number > 1 and free is not None and need.memory + further > free:
        number = 1 + max(0, free - need.memory) // max(need.further, 1)
        said = f"{_processes(number)}: {_gb(free)} of memory are free"
    disk = None if folder is None else free_disk(folder)
    if number > 1 and disk is not None and need.disk + need.aside > disk:
        number, said = 1, f"1 process: {_gb(disk)} on disk are free, too few to set calls aside"
    return number, said


def pilots_for(asked: int | None) -> int:
    """How many processes run pilots, which are small and short: one, unless they can be forked."""
    return min(asked or cores(), cores()) if safe_method() == "fork" else 1


def _processes(number: int) -> str:
    return f"{number} process{'es' if number > 1 else ''}"


def see_that_it_fits(
    need: Need, folder: Path | None, scale: Fraction, *, option: str = "--scale "
) -> None:
    """Refuse a run that does not fit.

    Parameters
    ----------
    need
        What it takes.
    folder
        Where it writes; None where it writes nothing.
    scale
        The scale asked for.
    option
        How the scale is asked for, as the remedy names it.

    Raises
    ------
    DoesNotFitError
        With what it takes, what is free, and the largest scale that fits.
    """
    memory = free_memory()
    disk = None if folder is None else free_disk(folder)
    short = []
    if memory is not None and need.memory > memory:
        short.append(f"about {_gb(need.memory)} of memory, {_gb(memory)} are free")
    if disk is not None and need.disk > disk:
        short.append(f"about {_gb(need.disk)} on disk, {_gb(disk)} are free")
    if not short:
        return
    fits = _largest(need, memory, disk)
    remedy = "not even a small scale fits"
    if fits > 0:
        remedy = f"{option}{_percent(fits * float(scale))} fits"
    raise DoesNotFitError(f"the run takes {' and '.join(short)}; nothing was run", remedy=remedy)


def _largest(need: Need, memory: int | None, disk: int | None) -> float:
    """The largest share of the run that fits."""
    share = 1.0
    for wanted, fixed, free in (
        (need.memory, need.fixed, memory),
        (need.disk, DISK_FIXED, disk),
    ):
        if free is not None and wanted > fixed:
            share = min(share, (free - fixed) / (wanted - fixed))
    return share


def _percent(share: float) -> str:
    """A share with two digits, rounded down: ``37%``, ``4.2%``, ``0.15%``."""
    percent, step = share * 100, 1.0
    while percent < 10 * step:
        step /= 10
    return f"{percent // step * step:.6f}".rstrip("0").rstrip(".") + "%"


def _gb(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size < 1e10 else f"{size / 1e9:,.0f} GB"
