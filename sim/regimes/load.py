"""From a YAML file to a checked regime, or to every fault at once."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files
from pathlib import Path

from sim.document.messages import unknown_name
from sim.document.node import plain
from sim.document.source import parse_source, read_text
from sim.errors import DocumentError, RegimeError, UnknownNameError
from sim.regimes.checks import check_regime
from sim.regimes.laws import Pack, is_own
from sim.regimes.model import Regime, Rule

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
    return load_pack(id_or_path).regime


def load_pack(id_or_path: str | Path) -> Pack:
    """Likewise, with the text of its file; raises what :func:`load_regime` does."""
    if is_own(id_or_path):
        return _own(id_or_path)
    return _shipped(str(id_or_path))


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
def _shipped(name: str) -> Pack:
    if name not in regime_ids():
        raise UnknownNameError(unknown_name("regime", name, regime_ids()))
    file = f"{name}.yaml"
    return _checked((_PACKS / file).read_bytes().decode("utf-8"), f"packs/{file}")


def _own(path: str | Path) -> Pack:
    try:
        return _checked(read_text(path), str(path))
    except DocumentError as error:
        raise RegimeError(error.faults) from None


def _checked(text: str, file: str) -> Pack:
    source = parse_source(text, file)
    faults = (*source.faults, *check_regime(source.node))
    if faults:
        raise RegimeError(faults)
    return Pack(Regime.model_validate(plain(source.node)), text)
