"""``ringfence regimes``: the laws that a campaign can be held against, with their sources."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import click

from sim.errors import OptionError

if TYPE_CHECKING:
    from sim.regimes.model import Regime


def _day(_context: click.Context, _parameter: click.Parameter, value: str | None) -> dt.date | None:
    """The day of ``--at``."""
    from sim.regimes.fields import asked_date

    return None if value is None else asked_date(value, "--at")


AT = click.option("--at", "day", metavar="DATE", callback=_day, help="Only what held on this day.")
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")


@click.group(invoke_without_command=True)
@AT
@JSON
@click.pass_context
def regimes(context: click.Context, day: dt.date | None, as_json: bool) -> None:
    """List the laws that a campaign can be held against.

    They are modelling data, not legal advice.
    """
    from sim.regimes.load import load_regime, regime_ids, regimes_at
    from sim.regimes.text import list_text

    if context.invoked_subcommand is not None:
        if day is not None or as_json:
            raise OptionError(f"write the options after '{context.invoked_subcommand}'")
        return
    found = regimes_at(day) if day else tuple(map(load_regime, regime_ids()))
    if as_json:
        entries = [_entry(regime, day) for regime in found]
        click.echo(json.dumps({"regimes": entries}, indent=2, ensure_ascii=False))
    else:
        click.echo(list_text(found, day))


@regimes.command()
@click.argument("regime_id", metavar="ID")
@AT
@JSON
def show(regime_id: str, day: dt.date | None, as_json: bool) -> None:
    """Print a regime's rules with force, dates, source and confidence, and what a breach may cost.

    ID is a regime of the list, or the YAML file of one of your own.
    """
    from sim.regimes.load import load_regime
    from sim.regimes.text import show_text

    regime = load_regime(regime_id)
    if as_json:
        click.echo(json.dumps(_document(regime, day), indent=2, ensure_ascii=False))
    else:
        click.echo(show_text(regime, day))


def _entry(regime: Regime, day: dt.date | None) -> dict[str, Any]:
    """A regime in a line of the list."""
    rules = regime.rules if day is None else regime.rules_at(day)
    forces = sorted({rule.force for rule in rules})
    head = regime.model_dump(
        mode="json", by_alias=True, include={"id", "title", "jurisdiction", "binds", "valid"}
    )
    by_force = {force: sum(rule.force == force for rule in rules) for force in forces}
    return {**head, "rules_by_force": by_force}


def _document(regime: Regime, day: dt.date | None) -> dict[str, Any]:
    """All of a regime; with a day, only what held on it."""
    from sim.regimes.text import NOT_ADVICE

    document = regime.model_dump(mode="json", by_alias=True)
    if day is not None:
        document["at"] = day.isoformat()
        document["in_force"] = regime.in_force(day)
        for name, held in (
            ("rules", regime.rules_at(day)),
            ("penalties", regime.penalties_at(day)),
        ):
            kept = {part.id for part in held}
            document[name] = [part for part in document[name] if part["id"] in kept]
    return {"note": NOT_ADVICE, **document}
