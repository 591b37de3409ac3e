"""Faults in words for people: what was found, what is allowed, what was perhaps meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from sim.document.keys import LAWS, Key
from sim.document.node import Node
from sim.document.units import shown

_LIMIT_WORDS = {
    "greater_than": "more than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}


def did_you_mean(word: object, allowed: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the nearest of the allowed words, or nothing."""
    names = list(allowed)
    lowered = {name.lower(): name for name in names}
    close = get_close_matches(str(word).lower(), lowered, 1, 0.6)
    return f"; did you mean '{lowered[close[0]]}'?" if close else ""


def unknown_key(name: str, allowed: Iterable[str]) -> str:
    """A key that the format does not have."""
    names = list(allowed)
    hint = did_you_mean(name, names)
    return f"unknown key{hint}{'' if hint else ';'} allowed: {', '.join(names)}"


def unknown_name(what: str, name: str, known: Iterable[str]) -> str:
    """A name that nothing bears."""
    names = list(known)
    hint = did_you_mean(name, names)
    return f"there is no {what} {shown(name)}{hint}{'' if hint else ';'} known: {', '.join(names)}"


def missing_key(key: Key | None) -> str:
    """A key that must be there."""
    if key is None or not key.meaning:
        return "missing"
    return f"missing: {key.meaning}{_example(key)}"


def _example(key: Key) -> str:
    if key.kind is not None:
        return f" Example: {key.kind.written}"
    return f" Allowed: {_choices(key.choices)}" if key.choices else ""


def _choices(choices: Iterable[Any]) -> str:
    words = [str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in choices]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def limit(value: Any, key: Key | None) -> str:
    """A bound in the unit that people write."""
    if key is not None and key.kind_name == "duration":
        return f"{value:_} ms"
    if isinstance(value, int):
        return f"{value:_}"
    return str(value)


def found(node: Node) -> str:
    """A value as it stands in the file."""
    if node.is_map:
        keys = ", ".join(list(node.children)[:4]) or "nothing"
        return f"found a map ({keys})"
    if isinstance(node.value, tuple):
        return f"found a list of {len(node.value)}"
    return "found nothing" if node.value is None else f"found {shown(node.value)}"


def explain_error(error: ErrorDetails, key: Key | None, node: Node) -> str:
    """The sentence for one error of the validator, other than missing and unknown keys."""
    kind = error["type"]
    context = error.get("ctx", {})
    if kind in _LIMIT_WORDS:
        bound = next(iter(context.values()))
        return f"{found(node)}; {_LIMIT_WORDS[kind]} {limit(bound, key)} is allowed"
    if kind in ("value_error", "law"):
        text = str(context.get("error", error["msg"]))
        if kind == "law":
            law = node.children.get("law")
            hint = did_you_mean(law.value, LAWS) if law is not None else ""
            text = f"{found(law or node)}{hint or ';'} {text}"
        return text
    if kind == "literal_error" and key is not None and key.choices:
        words = [str(choice) for choice in key.choices]
        hint = did_you_mean(node.value, words) if isinstance(node.value, str) else ""
        others = f", or a map of {', '.join(key.children)}" if key.form == "map" else ""
        return f"{found(node)}{hint or ';'} allowed: {_choices(key.choices)}{others}"
    if kind == "too_short":
        least, has = context["min_length"], context["actual_length"]
        wanted = "one is" if least == 1 else f"{least} are"
        return f"{f'has only {has}' if has else 'is empty'}; at least {wanted} wanted"
    if kind == "too_long":
        most, entries = context["max_length"], node.children or node.value
        has = len(entries) if isinstance(entries, Mapping | tuple) else most + 1
        return f"found {has:_}; at most {most:_} are allowed"
    if kind == "string_too_long":
        return f"{found(node)}; at most {context['max_length']:_} characters are allowed"
    if kind == "string_too_short":
        return "is empty; a text is wanted"
    if kind == "string_type":
        quoted = not node.is_map and not isinstance(node.value, tuple) and node.value is not None
        return f"{found(node)}; a text is wanted{'; put it in quotes' if quoted else ''}"
    if kind.startswith("bool"):
        return f"{found(node)}; true or false is wanted"
    if kind in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        keys = f" of {', '.join(key.children)}" if key is not None and key.children else ""
        return f"{found(node)}; a map{keys} is wanted"
    if kind in ("tuple_type", "list_type"):
        return f"{found(node)}; a list is wanted: [first, second]"
    return f"{found(node)}; {error['msg']}"
