"""The range of a key that a plan solves for, about the value that the scenario has today."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from sim.document.kinds import COUNT
from sim.errors import OptionError
from sim.jobs.probing import Probe
from sim.scenario.keys import file_keys, key_at
from sim.study.dial import MINUTE, OPTION, Dial, dial_between, moment

TIMES: Final = 4
"""The range of a number goes from today's value divided by this to it multiplied, unless told."""
DAYS: Final = dt.timedelta(days=3)
"""The range of a moment reaches so far to either side, unless told, within the campaign."""
HOUR: Final = dt.timedelta(hours=1)
START, CUTOFF = "campaign.start", "campaign.cutoff"
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:/\d+)?")


def dial_of(probe: Probe, strategy: str, path: str, between: str | None = None) -> Dial:
    """A key's range, and today's value.

    Raises
    ------
    sim.errors.OptionError
        For a key that is neither one number nor one moment and has no range, or for a range that
        cannot be read.
    """
    found = today_of(probe, strategy, path)
    if between is None:
        if found is None:
            raise OptionError(
                f"{path} is not one number or moment",
                place="--solve",
                remedy=f"say a range: {OPTION} 1..9",
            )
        return found
    asked = dial_between(path, between, whole=_whole(path))
    if found is None or found.today is None:
        return asked
    if found.origin is not None and asked.origin is not None:
        shift = (found.origin - asked.origin) / MINUTE
        return replace(asked, today=found.today + shift)
    same = found.origin is asked.origin is None and found.unit == asked.unit
    return replace(asked, today=found.today) if same else asked


def today_of(probe: Probe, strategy: str, path: str) -> Dial | None:
    """A range about the scenario's own value, if that is a number or a moment."""
    value = _value(probe, strategy, path)
    if value is None:
        return None
    at = moment(str(value))
    if at is not None:
        return _about_moment(probe, strategy, path, at)
    return _about(path, value)


def _value(probe: Probe, strategy: str, path: str) -> Any:
    """What stands at a path for a strategy: its own, or the base's."""
    whole = probe.loaded({}).resolved
    parts = path.split(".")
    if parts[0] not in ("strategies", "world"):
        own = _below(whole.get("strategies", {}).get(strategy) or {}, parts)
        if own is not None:
            return own
    found = _below(whole, parts)
    if found is None and parts[0] == "strategies":
        return _value(probe, strategy, ".".join(parts[2:]))
    return found


def _below(at: Any, parts: list[str]) -> Any:
    for part in parts:
        if isinstance(at, (list, tuple)) and part.isdigit() and int(part) < len(at):
            at = at[int(part)]
        else:
            at = at.get(part) if isinstance(at, Mapping) else None
    return at


def _about(path: str, value: Any) -> Dial | None:
    """A range about a number."""
    if isinstance(value, Mapping) and "central" in value:
        value = value["central"]
    text = str(value).replace("_", "").strip()
    number, _, unit = text.partition(" ")
    if not unit and number.endswith("%"):
        number, unit = number[:-1], "%"
    if _NUMBER.fullmatch(number) is None:
        return None
    amount = float(Fraction(number))
    whole = _whole(path)
    if whole is None:
        whole = amount.is_integer() and "." not in number and not unit
    low, high = amount / TIMES, amount * TIMES
    if whole:
        low = float(max(1, math.floor(low)))
    if unit == "%":
        high = min(high, 100.0)
    return Dial(path, low, high, unit, whole, today=amount)


def _about_moment(probe: Probe, strategy: str, path: str, today: dt.datetime) -> Dial:
    """A range about a moment: within the campaign, and for its ends beyond it."""
    low, high = today - DAYS, today + DAYS
    start, cutoff = (moment(str(_value(probe, strategy, key))) for key in (START, CUTOFF))
    if start is not None and not path.endswith(START):
        low = max(low, start + HOUR)
    if cutoff is not None and not path.endswith(CUTOFF):
        high = min(high, cutoff - HOUR)
    origin = min(low, today)
    minutes = float(max(1, round((high - origin) / MINUTE)))
    return Dial(path, 0.0, minutes, origin=origin, today=(today - origin) / MINUTE)


def _whole(path: str) -> bool | None:
    """Whether a key takes whole numbers alone; None where it takes others but no share."""
    parts = tuple(path.split("."))
    own = parts[2:] if parts[0] == "strategies" else parts
    key = key_at(own, file_keys())
    if key is None or key.kind is None:
        return None
    return key.kind.name == COUNT.name
