"""``ringfence explain``: what a metric or a key means, its unit and its source."""

from __future__ import annotations

import click

from sim.commands.loading import load_and_warn
from sim.errors import OptionError, UnknownNameError


@click.command()
@click.argument("name")
@click.option("--scenario", "file", metavar="FILE", help="Also the value that this scenario gives.")
def explain(name: str, file: str | None) -> None:
    """Say what a metric or a scenario key means.

    NAME is a metric such as people_reached, or a key such as dialing.channels.
    """
    from sim.measure.metrics import METRICS, explain_metric, nearest
    from sim.scenario.explain import explain_key, suggestions

    if name in METRICS:
        click.echo(explain_metric(name))
        return
    found = explain_key(name, load_and_warn(file) if file else None)
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
        "in tables": found.unit,
    }
    click.echo(f"{found.path}: {found.meaning}")
    for label, text in rows.items():
        if text:
            click.echo(f"{label + ':':11}{text}")
