"""Malformed law packs, each made from its seed alone: one that ships, spoilt in some places."""

from __future__ import annotations

import copy
import datetime as dt
import random
import re
from functools import cache
from typing import Any

from ruamel.yaml import YAML

from sim.regimes.load import regime_ids
from tests.fuzz import examples
from tests.fuzz.reached import ROOT
from tests.fuzz.scenarios import _at, _paths, _spoil, written


def malformed_pack(seed: int) -> tuple[str, str, str]:
    """The text of a pack, a rule that it had before, and what was done to it, for people."""
    chance = random.Random(f"pack {seed}")
    if chance.randrange(3) == 0:
        known = examples.packs()
        text, _ = examples.together(
            tuple(chance.choice(known) for _ in range(chance.choice([1, 2])))
        )
        return text, "hours", "a fault that the tests know of"
    name = chance.choice(regime_ids())
    rule = chance.choice(_pack(name)["rules"])["id"]
    data = copy.deepcopy(_pack(name))
    how = [_move_a_day(chance, data) for _ in range(chance.choice([0, 1, 2]))]
    how += [_spoil(chance, data) for _ in range(chance.choice([0, 0, 1, 1, 2, 3, 6]))]
    return written(data, flow=False), rule, f"{name}: {'; '.join(how)}"


DAYS = ("1970-01-01", "1969-12-31", "2017-04-18", "2017-04-21", "2024-02-29", "2100-12-31")


def _move_a_day(chance: random.Random, data: Any) -> str:
    """Another day in the place of one: what comes out is often sound."""
    places = [
        (holder, key)
        for path in _paths(data)
        if isinstance(holder := _at(data, path[:-1]), dict)
        and isinstance(value := holder[key := path[-1]], str)
        and re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    ]
    if not places:
        return "no day"
    holder, key = chance.choice(places)
    holder[key] = chance.choice(DAYS)
    return f"{key} = {holder[key]}"


@cache
def _pack(name: str) -> Any:
    text = (ROOT / "sim" / "regimes" / "packs" / f"{name}.yaml").read_text("utf-8")
    return _days_as_text(YAML(typ="safe", pure=True).load(text))


def _days_as_text(data: Any) -> Any:
    """The same data with days as they are written."""
    if isinstance(data, dict):
        return {key: _days_as_text(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_days_as_text(value) for value in data]
    return data.isoformat() if isinstance(data, dt.date) else data
