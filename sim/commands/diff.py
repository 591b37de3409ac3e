"""``ringfence diff``: two runs, studies, baselines or versions of a scenario, side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sim.jobs.differences import Difference, Differences
    from sim.measure.metric import Number

SCHEMA = "ringfence-diff/1"
"""Of the JSON document; its number goes up when a key goes or changes its meaning."""


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text",
              show_default=True, help="What standard output gets.")  # fmt: skip
@click.option(
    "--all", "every", is_flag=True, help="Also what differs by less than two of its noise."
)
def diff(a: str, b: str, form: str, every: bool) -> None:
    """Say what differs between A and B, in units of noise; what one pastes into a pull request.

    A and B are two run directories, two study directories, or baselines and scenario files; a
    scenario is run at its check scale. Exit code 0, whether they differ or not.
    """
    from sim.commands.kernels import tell_of_kernels
    from sim.jobs.differences import differences

    tell_of_kernels()
    found = differences(a, b, lambda text: click.echo(text, err=True))
    if form == "json":
        click.echo(json.dumps(document(found), indent=2))
        return
    for line in markdown(found, every) if form == "markdown" else text(found, every):
        click.echo(line)


def document(found: Differences) -> dict[str, Any]:
    """The JSON document."""
    return {
        "schema": SCHEMA,
        "a": {"path": found.a.path, "kind": found.a.kind},
        "b": {"path": found.b.path, "kind": found.b.kind},
        "changed": list(found.changed),
        "equal": found.equal,
        "only": {key: list(names) for key, names in found.only.items()},
        "rows": [{**asdict(row), "in_noise": row.in_noise} for row in found.rows],
    }


def shown(found: Differences, every: bool) -> list[Difference]:
    """The rows to tell: those beyond the noise, or all."""
    rows = [row for row in found.rows if every or not row.hidden]
    return sorted(rows, key=lambda row: (row.strategy, -abs(row.in_noise or 0.0)))


def text(found: Differences, every: bool = False) -> Iterator[str]:
    """The differences for a person, line by line."""
    yield f"A  {found.a.kind}  {found.a.path}"
    yield f"B  {found.b.kind}  {found.b.path}"
    yield from (f"changed: {change}" for change in found.changed)
    for key, names in found.only.items():
        yield from (f"only in {key}: {name}" for name in names)
    strategy = ""
    for row in shown(found, every):
        if row.strategy != strategy:
            strategy = row.strategy
            yield f"\n{strategy}"
        yield f"  {row.metric:<36}{_number(row.a):>14} → {_number(row.b):<14}{_change(row)}"
    yield from ("", *_summary(found, every))


def markdown(found: Differences, every: bool = False) -> Iterator[str]:
    """The differences as a page for a pull request."""
    yield f"**ringfence diff**: `{found.a.path}` → `{found.b.path}`"
    yield ""
    yield from (f"- changed: {change}" for change in found.changed)
    for key, names in found.only.items():
        yield from (f"- only in {key}: {name}" for name in names)
    rows = shown(found, every)
    if rows:
        yield from (
            "",
            "| strategy | metric | A | B | change | in noise |",
            "| --- | --- | ---: | ---: | ---: | ---: |",
        )
    for row in rows:
        cells = (
            row.strategy,
            row.metric,
            _number(row.a),
            _number(row.b),
            _share(row),
            _sigmas(row),
        )
        yield "| " + " | ".join(cells) + " |"
    yield from ("", *_summary(found, every))


def _summary(found: Differences, every: bool) -> Iterator[str]:
    from sim.jobs.differences import LUCK

    within = sum(row.hidden for row in found.rows)
    yield f"{found.equal} equal, {len(found.rows)} different, {within} of them within noise" + (
        "; --all shows these too" if within and not every else ""
    )
    if any(not row.measured and row.noise for row in found.rows):
        yield (
            f"noise: {LUCK} for counts, as if each call were by itself; strategies that meet the "
            "same people differ by less luck than that"
        )
    if any(row.measured for row in found.rows):
        yield "noise: of two runs, as the studies measured it"


def _number(value: Number) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def _share(row: Difference) -> str:
    return "" if row.share is None else f"{100 * row.share:+.3g} %"


def _sigmas(row: Difference) -> str:
    if row.in_noise is None:
        return ""
    return "≈" if row.hidden else f"{row.in_noise:+.1f} σ"


def _change(row: Difference) -> str:
    return "  ".join(part for part in (_share(row), _sigmas(row)) if part)
