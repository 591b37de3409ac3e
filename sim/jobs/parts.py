"""A part of a study's tasks, for a batch array: many machines fill one folder.

A task's result is one file, named by the hash of what it hangs on and written whole. So parts know
nothing of each other: whatever is killed, is given again and does what is missing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from sim.errors import OptionError, RingfenceError
from sim.jobs.draws import Drawing
from sim.jobs.refusals import hold_points, hold_ranges
from sim.jobs.room import need_of, see_that_it_fits
from sim.jobs.run import choose, reseeded
from sim.jobs.scaling import scaled_down
from sim.jobs.study import default_folder, facts_of, hold_draws, tasks_of
from sim.loading.load import Runnable
from sim.scenario.resolved import resolved_text
from sim.store.study import StudyFolder, Task

MOST_PARTS = 100_000
_PART = re.compile(r"(?P<part>\d{1,6})/(?P<of>\d{1,6})")
Told = Callable[[Task, str], None]
"""Told of a task that is done, or, in words, why it failed."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a part."""

    path: Path
    """The study's folder."""
    tasks: tuple[Task, ...]
    """Of the part."""
    ran: tuple[Task, ...]
    """Of these, what was not there yet and is now."""
    failed: tuple[str, ...]
    """Keys of tasks that failed: the name of the file that is missing, and why."""


def parse_part(text: str) -> tuple[int, int]:
    """Which part of how many, from ``3/16``.

    Raises
    ------
    sim.errors.OptionError
        If it cannot be read, or there is no such part.
    """
    found = _PART.fullmatch(text.strip())
    part, of = (int(found["part"]), int(found["of"])) if found else (0, 0)
    if not 1 <= part <= of <= MOST_PARTS:
        raise OptionError(
            "there is no such part", found=f"'{text}'", allowed="N/M, such as 1/16 to 16/16"
        )
    return part, of


def run_part(
    loaded: Runnable,
    draws: int,
    part: int,
    of: int,
    *,
    strategies: Iterable[str] | None = None,
    seed: int | None = None,
    scale: Fraction | float = 1,
    out: str | os.PathLike[str] | None = None,
    told: Told | None = None,
) -> Done:
    """Do every ``of``-th task of a study, from the ``part``-th on.

    Parameters
    ----------
    loaded, draws, strategies, seed, scale, out
        Of the study, as :func:`sim.jobs.study.run_study` takes them: the same make the same study.
    part, of
        Which tasks.
    told
        Told after each.

    Raises
    ------
    sim.errors.BadInputError
        As making the study would. A task that fails does not stop the others.
    """
    loaded = reseeded(loaded, seed)
    hold_ranges(loaded)
    asked = scale if isinstance(scale, Fraction) else Fraction(str(scale))
    chosen = tuple(choose(loaded.scenario, list(strategies) if strategies else None))
    drawing = Drawing(loaded, chosen, asked)
    hold_draws(draws, drawing)
    small = scaled_down(loaded.scenario, asked, loaded.laws, chosen)
    see_that_it_fits(need_of(small.scenario, chosen, calls=False, laws=loaded.laws), None, asked)
    text = resolved_text(loaded)
    facts = facts_of(loaded, text, asked, small.effective, chosen)
    path = Path(out) if out is not None else default_folder(facts)
    folder = StudyFolder(path, facts, text, loaded.laws.own)
    mine = tasks_of(draws)[part - 1 :: of]
    missing = folder.missing(mine)
    if missing:
        hold_points(loaded, drawing.points(range(draws)))
    ran, failed = [], []
    for task in missing:
        why = ""
        try:
            folder.add(task, drawing.work(task))
        except RingfenceError as error:
            why = str(error)
            failed.append(f"{task.name(facts.key)}: {why}")
        else:
            ran.append(task)
        if told is not None:
            told(task, why)
    return Done(folder.path, mine, tuple(ran), tuple(failed))
