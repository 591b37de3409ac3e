"""``ringfence explain``: what a metric or a key means, its unit and its source."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from sim.commands.loading import load_and_warn
from sim.errors import OptionError, UnknownNameError

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


@click.command()
@click.argument("name", required=False)
@click.option("--scenario", "file", metavar="FILE", help="Also the value that this scenario gives.")
@click.option("--draws", is_flag=True, help="Also the law from which draws take that value.")
def explain(name: str | None, file: str | None, draws: bool) -> None:
    """Say what a metric or a scenario key means.

    NAME is a metric such as people_reached or "People reached", a key such as dialing.channels, or
    a preset or start such as fr-landline-political or us-mobile; left out, all
    of them are listed.
    """
    if draws and file is None:
        raise OptionError("--draws tells of a scenario's range: name it with --scenario FILE")
    from sim.measure.metrics import METRICS, explain_metric, labelled, nearest
    from sim.scenario.explain import explain_key, suggestions

    if name is None:
        click.echo("\n".join(_all_names()))
        return
    metric = name if name in METRICS else labelled(name)
    if metric is not None and (name in METRICS or explain_key(name, None) is None):
        click.echo(explain_metric(metric))
        return
    if told := list(_preset_lines(name)):
        click.echo("\n".join(told))
        return
    loaded = load_and_warn(file) if file else None
    found = explain_key(name, loaded)
    if found is None:
        near = list(dict.fromkeys([*nearest(name), *suggestions(name)]))[:4]
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UnknownNameError(f"there is no metric and no key '{name}'{hint}")
    if found.candidates:
        raise OptionError(
            f"several keys are called '{name}'", allowed=f"one of {', '.join(found.candidates)}"
        )
    rows = {
        "allowed": found.allowed,
        "default": found.default or ("required" if found.required else ""),
        "value": found.value or "",
        "written": found.value_place or "",
        "source": found.value_source or "",
        "grade": found.value_grade or "",
        "in tables": found.unit,
    }
    click.echo(f"{found.path}: {found.meaning}")
    for label, text in rows.items():
        if text:
            click.echo(f"{label + ':':11}{text}")
    if draws and loaded is not None:
        for label, text in drawn_lines(loaded.scenario, found.path):
            click.echo(f"{label + ':' if label else '':11}{text}")


def _all_names() -> Iterator[str]:
    """What can be explained, by kind."""
    from sim.measure.metrics import METRICS
    from sim.scenario.overlay import KEYS
    from sim.scenario.preset import KINDS, presets_of
    from sim.scenario.start import starts

    yield "metrics, and how they are called on screens"
    for metric in METRICS.values():
        yield f"  {metric.name:40}{metric.label}"
    yield "keys of a scenario; those below them are explained likewise, as in dialing.channels"
    yield from wrap(", ".join(sorted(KEYS)), 80, initial_indent="  ", subsequent_indent="  ")
    yield "presets, and starts for `extends`"
    names = [name for kind in KINDS for name in presets_of(kind)]
    yield from wrap(
        ", ".join(dict.fromkeys([*names, *starts()])), 80, initial_indent="  ",
        subsequent_indent="  ", break_on_hyphens=False,
    )  # fmt: skip


def _preset_lines(name: str) -> Iterator[str]:
    """What a preset is of, where it may stand, and its keys as YAML; nothing where none is so."""
    from sim.document.node import dotted
    from sim.scenario.preset import KINDS, PLACES, presets_of, written
    from sim.scenario.start import start_lines, starts

    if name in starts():
        yield from start_lines(name)
    for kind in KINDS:
        preset = presets_of(kind).get(name)
        if preset is not None:
            places = [dotted(path) for path, of in PLACES.items() if of == kind]
            yield f"{name}: a preset of {kind}. {preset.about}"
            yield f"{'stands at:':11}{', '.join(places)}"
            yield from written(preset)


def drawn_lines(scenario: Scenario, path: str) -> Iterator[tuple[str, str]]:
    """What draws make of a key: label and text of each line."""
    from sim.study.inputs import Cascade, Composition, Curve, Spread, groups
    from sim.study.picture import law_lines

    below = f"{path}."
    moving = groups(scenario)
    mine = [
        (group, one)
        for group in moving
        for one in group.inputs
        if one.path == path or one.path.startswith(below)
    ]
    if not mine:
        yield "draws", "not varied: it has no range"
        return
    seen = set()
    for group, one in mine:
        if one.path in seen:
            continue
        seen.add(one.path)
        shape, points, drawing = law_lines(one.law)
        yield "draws", one.path if one.path != path else shape
        if one.path != path:
            yield "", shape
        yield "", points
        yield "", drawing
        if isinstance(group, Composition):
            yield "", "with the shares beside it: all of them sum to 100 % in every draw"
        elif isinstance(group, Spread):
            yield "", "the median and the 90 % point move together"
        elif isinstance(group, Curve):
            yield "", "the points of the curve move together"
        elif isinstance(group, Cascade):
            yield "", "brought down in draws in which complaints would breed without end"
