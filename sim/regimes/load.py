"""From a YAML file to a checked regime, or to every fault at once."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files
from pathlib import Path

from sim.document.messages import unknown_name
from sim.document.node import plain
from sim.document.source import Source, parse_source, read_source
from sim.errors import RegimeError, ScenarioError, UnknownNameError
from sim.regimes.checks import check_regime
from sim.regimes.model import Regime, Rule

SUFFIXES = (".yaml", ".yml")
"""What the name of a regime's file ends with."""
_PACKS = files("sim.regimes") / "packs"


def regime_ids() -> tuple[str, ...]:
    """Names of the regimes that ship, in alphabetical order."""
    names = (Path(entry.name) for entry in _PACKS.iterdir())
    return tuple(sorted(name.stem for name in names if name.suffix == ".yaml"))


def load_regime(id_or_path: str | Path) -> Regime:
    """A regime that ships, by its id; or one of your own, by the path of its YAML file.

    Raises
    ------
    UnknownNameError
        When no regime that ships has the id.
    RegimeError
        With every fault of the file.
    """
    if isinstance(id_or_path, Path) or id_or_path.endswith(SUFFIXES):
        return _own(id_or_path)
    return _shipped(id_or_path)


def regimes_at(day: dt.date) -> tuple[Regime, ...]:
    """The regimes that ship and hold for a day."""
    shipped = (load_regime(name) for name in regime_ids())
    return tuple(regime for regime in shipped if regime.in_force(day))


def find_rule(regime: Regime, rule_id: str) -> Rule:
    """A regime's rule by its id.

    Raises
    ------
    UnknownNameError
        When it has none of that id.
    """
    rule = regime.find(rule_id)
    if rule is None:
        known = [rule.id for rule in regime.rules]
        raise UnknownNameError(f"{regime.id}: {unknown_name('rule', rule_id, known)}")
    return rule


@cache
def _shipped(name: str) -> Regime:
    if name not in regime_ids():
        raise UnknownNameError(unknown_name("regime", name, regime_ids()))
    file = f"{name}.yaml"
    return _checked(parse_source((_PACKS / file).read_text("utf-8"), f"packs/{file}"))


def _own(path: str | Path) -> Regime:
    try:
        source = read_source(path)
    except ScenarioError as error:
        raise RegimeError(error.faults) from None
    return _checked(source)


def _checked(source: Source) -> Regime:
    faults = (*source.faults, *check_regime(source.node))
    if faults:
        raise RegimeError(faults)
    return Regime.model_validate(plain(source.node))
