"""What a key of the format means; and the table of all keys for the documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from sim.document.keys import LAWS, Key
from sim.document.node import (
    Node,
    Path,
    descend,
    dotted,
    plain,
)
from sim.document.quantity import GRADES, QUANTITIES
from sim.document.units import Money
from sim.document.written import (
    duration_text,
    moment_text,
    rate_text,
    share_text,
)
from sim.scenario.keys import file_keys, key_at
from sim.scenario.load import Loaded
from sim.scenario.overlay import SECTIONS

_MEANINGS = {
    "world.territories.*": "One territory: a part of the list with its own clock and holidays.",
    "world.line_types.*": "One kind of line, and how it answers.",
    "world.line_types.*.answering.by_attempt.*": "The odds at one attempt, as a multiple.",
    "world.hours.*": "One table: parts of the week with odds of their own.",
    "world.hours.*.*": "One part of the week in a table.",
    "world.segments.*": "One part of the list that answers more, or less, than the rest.",
    "world.registers.*": "Share of lines that stand in one register of refusals.",
    "message.identification.*": "One thing that the message says of the caller.",
    "enforce.*": "The rules of one regime that the dialer keeps.",
    "enforce.*.*": "The word all, or the id or the kind of a rule.",
    "regimes.*": "Id of a regime that ships, or the path of the YAML file of your own.",
    "campaign.territory_cutoffs.*": "One territory's cutoff, in its own local time.",
    "list.territories.*": "Name of a territory.",
    "list.line_types.*": "Name of a line type.",
    "list.segments.*": "Name of a segment.",
    "list.without_registers.*": "Name of a register.",
    "dialing.call_times.*": "One weekly window in the recipient's local time, half-open.",
    "dialing.outages.*": "A time with fewer channels, and fewer calls per second where said.",
    "dialing.carriers.*": "A carrier of calls: so many at the same time, so many a second.",
    "dialing.carriers.*.outages.*": "A time in which it takes fewer calls.",
    "dialing.territory_call_times.*": "Weekly windows of one territory.",
    "dialing.territory_call_times.*.*": "One weekly window in its local time, half-open.",
    "dialing.changes.*": "A lasting change of capacity, of call times or of the message.",
    "dialing.changes.*.call_times.*": "One weekly window in the recipient's local time, half-open.",
    "dialing.changes.*.territory_call_times.*": "Weekly windows of one territory from then on.",
    "dialing.changes.*.territory_call_times.*.*": "One weekly window in its local time, half-open.",
    "caps.*": "At most so many calls to a line in any stretch of so long a time.",
    "caps.*.line_types.*": "Name of a line type.",
    "world.complaints.meals.*": "One meal time, local to the recipient, half-open.",
    "world.complaints.shocks.*": "One story that breaks by itself, whatever the campaign does.",
    "reactions.contact.*": "One thing that the campaign does when the regulator contacts it.",
    "reactions.reminder.*": "One thing that it does when the regulator reminds in public.",
    "reactions.order.*": "One thing that it does when the regulator orders it to stop.",
    "reactions.narrow_call_times.*": "One weekly window that `narrow_hours` leaves, half-open.",
    "check.expect.*": "One promise, judged by `ringfence check`.",
    "joint.*": "One group of inputs that are drawn together.",
    "joint.*.inputs.*": "One key whose value is a range.",
    "joint.*.correlations.*": "One row of the matrix.",
    "joint.*.correlations.*.*": "One correlation.",
    "strategies.*": "One strategy: any keys of the base strategy that differ; null removes a key.",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of a key; or, for a name that several keys bear, which these are."""

    path: str
    """The key as asked for, completed to a whole path."""
    meaning: str = ""
    """What it is, in a sentence."""
    kind: str = ""
    """Kind of value: ``duration``, ``share``, ``choice``, ``map``, …"""
    unit: str = ""
    """Unit of the number inside the program and in tables; empty for none."""
    allowed: str = ""
    """Which values may be written, and how."""
    required: bool = False
    """Whether it must be there."""
    default: str | None = None
    """What is used when it is left out; None where nothing is."""
    keys: tuple[str, ...] = ()
    """Of a map: the keys in it."""
    value: str | None = None
    """Its value in the scenario given, as written."""
    value_place: str | None = None
    """Where that is written: ``file:line:column``; None for a default."""
    value_source: str | None = None
    """The source that the scenario gives for it."""
    value_grade: str | None = None
    """The grade that it gives for that evidence, and what that means."""
    candidates: tuple[str, ...] = ()
    """Whole paths of the keys that bear this name, where several do; all else is empty then."""


def all_keys() -> tuple[str, ...]:
    """Every key of the format, with ``*`` for names and list indices; overlays' keys left out."""
    return tuple(
        dotted(key.path)
        for key in file_keys().walk()
        if key.path and (key.path[0] != "strategies" or len(key.path) <= 2)
    )


def explain_key(path: str, loaded: Loaded | None = None) -> Explanation | None:
    """Explain a key.

    Parameters
    ----------
    path
        A path such as ``dialing.channels`` or ``world.line_types.landline.answering.human``; names
        may be written as ``*``; a last name alone will do.
    loaded
        A scenario whose value of the key is to be shown. A key of a strategy without the strategy's
        name is that of the base strategy.

    Returns
    -------
    Explanation or None
        None where the format has no such key; see :func:`suggestions`.
    """
    parts: Path = tuple(part for part in path.strip().split(".") if part)
    if not parts:
        return None
    key = key_at(parts)
    if key is None:
        matches = [name for name in all_keys() if _ends_with(name.split("."), parts)]
        if not matches:
            return None
        if len(matches) > 1:
            return Explanation(path, candidates=tuple(matches))
        parts = tuple(matches[0].split("."))
        key = key_at(parts)
    if key is None:
        return None
    value = _value(parts, loaded) if loaded is not None else {}
    return Explanation(
        path=dotted(parts),
        meaning=key.meaning or _MEANINGS.get(_pattern(key), ""),
        kind=key.kind_name or "map",
        unit=key.kind.unit if key.kind is not None else "",
        allowed=allowed_text(key),
        required=key.required,
        default=default_text(key),
        keys=tuple(key.children) if key.form == "map" else (),
        **value,
    )


def suggestions(path: str) -> tuple[str, ...]:
    """Keys whose names are near to one that does not exist, nearest first."""
    names = all_keys()
    near = get_close_matches(path, names, 3, 0.6)
    last = path.split(".")[-1]
    tails = {name.split(".")[-1]: name for name in names if not name.endswith("*")}
    near += [tails[tail] for tail in get_close_matches(last, tails, 3, 0.6)]
    return tuple(dict.fromkeys(near))[:3]


def allowed_text(key: Key) -> str:
    """Which values a key takes, and how they are written."""
    if key.form == "map":
        words = [_word(choice) for choice in key.choices]
        return " or ".join([*words, f"a map of {', '.join(key.children)}"])
    if key.form in ("names", "list"):
        what = "a list" if key.form == "list" else "a map from names that you choose,"
        most = [f"{word} {bound:_}" for word, bound in key.limits]
        return " ".join([what, *most]).replace(", of at most", ", at most").removesuffix(",")
    if key.form == "law":
        return f"one duration, or a map with law: {', '.join(LAWS[:-1])} or {LAWS[-1]}"
    if key.choices:
        return " or ".join(_word(choice) for choice in key.choices)
    words = [f"{key.kind.name}, such as {key.kind.written}" if key.kind is not None else "text"]
    words += [f"{word} {_bound(bound, key)}" for word, bound in key.limits]
    if key.kind is not None and key.kind.ranged:
        words.append("or a range {low, central, high}")
    if key.rest:
        words.append("or rest")
    return "; ".join(words)


def default_text(key: Key) -> str | None:
    """A key's default as it would be written, or None."""
    if key.required or key.default is None or isinstance(key.default, BaseModel):
        if isinstance(key.default, QUANTITIES):
            return _written(key.default, key)
        return None
    if isinstance(key.default, (tuple, Mapping)) and not key.default:
        return None
    return _written(key.default, key)


def key_table() -> str:
    """All keys as a Markdown table, in the order of the format."""
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for name in all_keys():
        key = key_at(tuple(name.split(".")))
        if key is None:
            raise KeyError(name)
        default = default_text(key)
        shown = "required" if key.required else f"`{default}`" if default else ""
        meaning = key.meaning or _MEANINGS.get(name, "")
        value = {"law": "duration or law"}.get(key.form) or allowed_text(key)
        if key.form == "map":
            value = " or ".join([*map(_word, key.choices), "map"])
        cells = (f"`{name}`", value, shown, meaning)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


# ── Finding keys ─────────────────────────────────────────────────────────────────────────────────


def _ends_with(parts: list[str], tail: Path) -> bool:
    return parts[-len(tail) :] == list(tail)


def _pattern(key: Key) -> str:
    """The key's path in the base strategy, where it is a strategy's."""
    path = key.path
    return dotted(path[2:] if path[0] == "strategies" and len(path) > 2 else path)


# ── Writing values ───────────────────────────────────────────────────────────────────────────────


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bound(value: Any, key: Key) -> str:
    return duration_text(value) if key.kind_name == "duration" else _written(value, key)


def _written(value: Any, key: Key) -> str:
    """A checked value as people write it; of a range, its central value."""
    if isinstance(value, QUANTITIES):
        value = value.central
    if isinstance(value, bool):
        return _word(value)
    if key.kind_name == "duration" and isinstance(value, int):
        return "0 s" if value == 0 else duration_text(value)
    if key.kind_name == "share" and isinstance(value, (int, float)):
        return share_text(value)
    if isinstance(value, Fraction):
        return rate_text(value)
    if isinstance(value, dt.datetime):
        return moment_text(value)
    if isinstance(value, Money):
        return f"{value.amount:g} {value.currency}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int):
        return f"{value:_}"
    if isinstance(value, tuple):
        return f"[{', '.join(_written(entry, key) for entry in value)}]"
    return str(value)


# ── A scenario's value ───────────────────────────────────────────────────────────────────────────


def _value(parts: Path, loaded: Loaded) -> dict[str, Any]:
    """What a scenario says for a key, and where."""
    if parts[0] in SECTIONS:
        parts = ("strategies", loaded.scenario.base, *parts)
    node: Node | None = loaded.nodes
    source: str | None = None
    grade: str | None = None
    for part in parts:
        index = int(part) if isinstance(part, str) and part.isdigit() else part
        is_list = node is not None and isinstance(node.value, tuple)
        node = descend(node, index if is_list else part) if node is not None else None
        said = node.children.get("source") if node is not None else None
        if said is not None and isinstance(said.value, str):
            source, grade = said.value, None
        graded = node.children.get("grade") if node is not None else None
        if graded is not None and isinstance(graded.value, str):
            grade = graded.value
    if node is None:
        return {}
    place = node.mark
    return {
        "value": flow_text(plain(node)),
        "value_place": f"{place.file}:{place.line}:{place.column}",
        "value_source": source,
        "value_grade": next(
            (f"{one}, {text}" for one, text in GRADES.items() if one == grade), None
        ),
    }


def flow_text(value: Any) -> str:
    """Plain data on one line, much as YAML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {flow_text(entry)}" for name, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow_text(entry) for entry in value) + "]"
    return "null" if value is None else _word(value)
