"""Expectations: the keys of each go together, and name strategies that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.document.messages import unknown_name
from sim.document.node import Node
from sim.document.validate import fault_at
from sim.errors import Fault
from sim.scenario.expectation import FINISHED, Expectation

_BOUNDS = ("exactly", "at_least", "at_most")
_STATISTICAL = ("quantile", "probability", "confidence")
_OF_METRICS = ("better_than", "by", "over", *_STATISTICAL)


def check_expectations(root: Node) -> Iterator[Fault]:
    """Faults of `check.expect`."""
    check, holder = root.children.get("check"), root.children.get("strategies")
    listed = check.children.get("expect") if check is not None and check.is_map else None
    if listed is None or not isinstance(listed.value, tuple):
        return
    strategies = holder.children if holder is not None else {}
    for entry in listed.value:
        if entry.is_map:
            yield from _names(entry, strategies)
            if entry.children.keys() <= Expectation.model_fields.keys():
                yield from _keys(entry)  # else an unknown key may be the one that lacks


def _names(entry: Node, strategies: Mapping[str, Node]) -> Iterator[Fault]:
    """Strategies that there are not, and one that is to be better than itself."""
    for key in ("strategy", "better_than"):
        node = entry.children.get(key)
        if node is None or not isinstance(node.value, str) or not strategies:
            continue
        if node.value not in strategies:
            yield fault_at(node, unknown_name("strategy", node.value, strategies))
    one, other = entry.children.get("strategy"), entry.children.get("better_than")
    if one is not None and other is not None and one.value == other.value:
        yield fault_at(other, "no strategy is better than itself; name another")


def _keys(entry: Node) -> Iterator[Fault]:
    """Keys that do not go together, or that lack another; of each entry the first."""
    has = entry.children
    bounds = [name for name in _BOUNDS if name in has]
    if ("metric" in has) == ("violations" in has):
        yield fault_at(entry, "an expectation is of a `metric` or of `violations`, of one of them")
    elif "violations" in has:
        yield from _of_violations(entry, bounds)
    elif "not_assessable" in has:
        yield _stray(entry, "not_assessable", "belongs to `violations`")
    elif "by" in has and "better_than" not in has:
        yield _stray(entry, "by", "needs `better_than`")
    elif "better_than" in has and bounds:
        yield _stray(entry, bounds[0], "cannot stand beside `better_than`")
    elif "better_than" not in has and not bounds:
        yield fault_at(entry, f"nothing is expected; add one of better_than, {', '.join(_BOUNDS)}")
    elif "over" not in has:
        yield from _of_one_run(entry)
    else:
        yield from _over(entry, bounds)


def _of_violations(entry: Node, bounds: list[str]) -> Iterator[Fault]:
    for name in _OF_METRICS:
        if name in entry.children:
            yield _stray(entry, name, "belongs to `metric`")
            return
    if bounds not in (["exactly"], ["at_most"]):
        yield fault_at(entry, "violations are expected `exactly` so many, or `at_most` so many")


def _of_one_run(entry: Node) -> Iterator[Fault]:
    for name in _STATISTICAL:
        if name in entry.children:
            yield _stray(entry, name, "needs `over`: noise or inputs")
            return
    metric = entry.children["metric"]
    if metric.value == FINISHED:
        yield fault_at(metric, "a probability needs `over`: noise or inputs")


def _over(entry: Node, bounds: list[str]) -> Iterator[Fault]:
    has = entry.children
    if "exactly" in has:
        yield _stray(entry, "exactly", "cannot be expected of many runs; write at_least or at_most")
    elif len(bounds) > 1:
        yield _stray(entry, bounds[1], "stands beside another bound; write two expectations")
    elif has["metric"].value == FINISHED:
        for name in ("quantile", "probability", "better_than"):
            if name in has:
                yield _stray(entry, name, "does not belong to a probability: its bound is one")
                return
    elif ("quantile" in has) == ("probability" in has):
        yield fault_at(
            entry, "over many runs a bound is of a `quantile`, or kept in a `probability`"
        )
    elif "quantile" in has and "better_than" in has:
        yield _stray(entry, "quantile", "does not go with `better_than`; write probability")


def _stray(entry: Node, key: str, why: str) -> Fault:
    return fault_at(entry.children[key], f"`{key}` {why}", on_key=True)
