"""The console table: all strategies of a run side by side, with their differences from the base.

Where the console is too narrow for all of them, the strategies are set out in several blocks, the
base in each.
"""

from __future__ import annotations

import io
import os
import sys
import textwrap
from collections.abc import Iterator
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from analysis.console.audit import console_lines
from analysis.console.signs import written_for
from analysis.view import RunView, as_view, parameters
from analysis.view.clock import place, written_in
from analysis.view.luck import NOISE, REALISED
from analysis.view.metrics_text import (
    FULL_SIZE_ONLY,
    difference_text,
    label_text,
    relative_text,
    value_text,
)
from analysis.view.numbers import MISSING, several, small_share
from analysis.view.sentences import votes_of
from analysis.view.verdict import verdict_of
from sim.measure.metrics import METRICS, compared
from sim.scenario.scenario import Scenario
from sim.store.read import Run

SPACE = " "
"""Parts thousands in a console."""
WIDTH = 100
"""Columns where the console does not say its width."""
PARAMETERS_MOST = 8
"""Most parameters that are named."""
LABEL_MOST = 36
LABEL_LEAST = 24
COLUMN_LEAST = 9


def comparison_table(run: RunView, *, width: int = WIDTH) -> RenderableType:
    """The comparison as a rich renderable for a console of ``width`` columns."""
    parts: list[RenderableType] = [_heading(run)]
    parts += [_block(run, names, width) for names in _blocks(run, width)]
    parts += [_hanging(line, width) for line in console_lines(run)]
    parts += [Text(line, style="dim") for line in legend(run)]
    return Group(*parts)


def comparison_text(
    run: Run | RunView,
    scenario: Scenario | None = None,
    *,
    stream: TextIO | None = None,
    width: int | None = None,
    color: bool | None = None,
) -> str:
    """The comparison as text for ``stream`` (standard output by default).

    Parameters
    ----------
    run, scenario
        What to compare, as for :func:`analysis.report.page.report_html`.
    stream
        Where it will be written: its terminal decides on colour and width, its encoding on signs.
    width
        Columns; by default those of the terminal, or 100.
    color
        Whether to colour; by default only on a terminal, and never where NO_COLOR is set.
    """
    stream = sys.stdout if stream is None else stream
    terminal = stream.isatty()
    if color is None:
        color = terminal and not os.environ.get("NO_COLOR")
    if width is None:
        width = Console(file=stream).width if terminal else WIDTH
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    with console.capture() as capture:
        console.print(comparison_table(as_view(run, scenario), width=width))
    text = "\n".join(line.rstrip() for line in capture.get().splitlines())
    return written_for(stream, text)


def legend(run: RunView) -> Iterator[str]:
    """The lines beneath the table: what its signs mean and what it leaves out."""
    if run.others:
        yield (
            f"With each value its difference from {run.base}: in per cent, for a share in "
            "percentage points (pt); = is none."
        )
        if run.metric(run.base, "complaints") is not None:
            yield (
                f"{NOISE}: complaints of one run are one realisation of chance, which explains "
                "that difference; what is to be expected stands in the verdict."
            )
    if run.scaled:
        yield (
            f"≈ full-size equivalent of a run at {small_share(run.scale, separator=SPACE)} of the "
            f"lines; '{FULL_SIZE_ONLY}': a scaled run cannot tell it."
        )
    yield from run.notices
    if told := votes_of(verdict_of(run)):
        yield f"{run.base}: {told}"
    known = parameters(run)
    drawn = [row for row in known if row["is_range"]]
    count = len(known)
    if drawn:
        names = [str(row["path"]).removeprefix("world.") for row in drawn]
        yield (
            f"{len(drawn)} of {count} parameters are ranges and ran at their central value: "
            f"{several(names, PARAMETERS_MOST)}. The report lists them all."
        )
    else:
        yield f"None of {count} parameters is a range."
    yield "One run: it shows neither run noise nor input uncertainty."


def _hanging(line: str, width: int) -> Text:
    """A line that goes on further to the right where it does not fit; warnings stand out."""
    indent = len(line) - len(line.lstrip())
    style = "bold yellow" if line.startswith("Warning:") else ""
    wrapped = textwrap.wrap(
        line, width, subsequent_indent=" " * (2 * indent), break_on_hyphens=False
    )
    return Text("\n".join(wrapped), style=style)


def _heading(run: RunView) -> Text:
    heading = Text(run.name, style="bold")
    if run.question:
        heading.append(f"\n{run.question}", style="italic not bold")
    moments = {written_in(m, run.timezone) for m in run.cutoffs.values()}
    heading.append(
        f"\nCutoff {several(sorted(moments))} ({place(run.timezone)}), seed {run.seed}",
        style="not bold dim",
    )
    return heading


Row = tuple[str, list[tuple[str, str]]]
"""A label, and per strategy a value and its difference from the base."""


def _rows(run: RunView, strategies: tuple[str, ...]) -> dict[str, list[Row]]:
    """The rows of a block by group; a metric that no strategy has is left out."""
    found: dict[str, list[Row]] = {}
    for group, metrics in compared(more=False).items():
        for metric in metrics:
            values = [value_text(run, s, metric, separator=SPACE) for s in strategies]
            if all(value == MISSING for value in values):
                continue
            changes = ["" if s == run.base else _change(run, s, metric) for s in strategies]
            if all(change in {"", "="} for change in changes):
                changes = [""] * len(strategies)
            label = label_text(run, metric).removeprefix(f"{group}: ")
            if label.startswith(f"{group} per "):
                label = label.removeprefix(f"{group} ")
            found.setdefault(group, []).append((label, list(zip(values, changes, strict=True))))
    return found


def _change(run: RunView, strategy: str, metric: str) -> str:
    """The difference: in per cent for amounts, in points for shares; *from 0* says it all."""
    change = difference_text(run, strategy, metric, separator=SPACE)
    if change in {"", "=", NOISE} or METRICS[metric].unit == "share":
        return change
    return relative_text(run, strategy, metric, separator=SPACE) or "from 0"


def _blocks(run: RunView, width: int) -> Iterator[tuple[str, ...]]:
    """Strategies of each block: the base leads each."""
    others = run.others
    if not others:
        yield (run.base,)
    value, change = _widest(_rows(run, run.strategies))
    size = max(1, (width - LABEL_LEAST) // (2 + max(value, change)) - 1)
    for at in range(0, len(others), size):
        yield (run.base, *others[at : at + size])


def _widest(rows: dict[str, list[Row]]) -> tuple[int, int]:
    """Columns that the widest value takes, and the widest difference."""
    pairs = [pair for group in rows.values() for _, pairs in group for pair in pairs]
    values = [cell_len(value) for value, _ in pairs if value != FULL_SIZE_ONLY]
    return max([COLUMN_LEAST, *values]), max([1, *(cell_len(change) for _, change in pairs)])


def _block(run: RunView, strategies: tuple[str, ...], width: int) -> Table:
    """One block: differences beside the values where there is room, else beneath them."""
    rows = _rows(run, strategies)
    value, change = _widest(rows)
    others = len(strategies) - 1
    beside = LABEL_LEAST + (value + 2) + (value + change + 3) * others <= width
    column = value + 1 + change if beside else max(value, change)
    spare = width - LABEL_LEAST - (value + 2) - (column + 2) * others
    first = value
    if spare > 0:  # long names wrap less in wider columns
        if others:
            column += min(spare // others, max(0, max(map(len, strategies[1:])) - column))
        spare = width - LABEL_LEAST - (first + 2) - (column + 2) * others
        first += min(spare, max(0, len(strategies[0]) - first))
    label = width - (first + 2) - (column + 2) * others
    label = min(LABEL_MOST, max(LABEL_LEAST, label))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0, show_edge=False)
    table.add_column("", width=label, overflow="fold")
    for at, name in enumerate(strategies):
        wide = first if at == 0 else column
        head = Text("\n".join(textwrap.wrap(name, wide) or [name]), style="bold")
        table.add_column(head, justify="right", width=wide + 2, vertical="top", overflow="fold")
    for group, members in rows.items():
        table.add_row(_group(group))
        for words, pairs in members:
            lines = textwrap.wrap(words, label - 1, initial_indent="  ", subsequent_indent="    ")
            cells = [
                _cell(*pair, change if beside and at else None) for at, pair in enumerate(pairs)
            ]
            table.add_row(Text("\n".join(lines)), *cells)
    return table


def _group(name: str) -> Text:
    """The line over a group's metrics."""
    head = Text(name, style="bold cyan")
    return head.append(f" ({REALISED[name]})", style="not bold dim") if name in REALISED else head


def _cell(value: str, change: str, beside: int | None) -> Text:
    """A value with its difference: ``beside`` it in that many columns, or beneath it."""
    cell = Text(value)
    if beside is not None:
        cell.append(" " * (1 + beside - cell_len(change)) + change, style="dim")
    elif change:
        cell.append(f"\n{change}", style="dim")
    return cell
