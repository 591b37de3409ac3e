"""Expectations of a scenario as they are written: of metrics and rules that there are."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from sim.document.messages import unknown_name
from sim.document.node import Node
from sim.document.validate import fault_at
from sim.errors import Fault, ScenarioError, in_order
from sim.loading.load import Runnable
from sim.measure.names import higher_is, names
from sim.scenario.expectation import FINISHED, Expectation


def hold_expectations(loaded: Runnable) -> None:
    """See that expectations are of metrics and rules that there are.

    Raises
    ------
    ScenarioError
        With every fault, and the scenario's warnings.
    """
    pairs = zip(loaded.scenario.check.expect, nodes_of(loaded), strict=True)
    if faults := [fault for one, node in pairs for fault in _names(loaded, one, node)]:
        raise ScenarioError(in_order([*loaded.warnings, *faults]))


def nodes_of(loaded: Runnable) -> tuple[Node, ...]:
    """Where each expectation is written."""
    check = loaded.nodes.children.get("check")
    listed = check.children.get("expect") if check is not None else None
    return listed.value if listed is not None and isinstance(listed.value, tuple) else ()


def _names(loaded: Runnable, one: Expectation, node: Node) -> Iterator[Fault]:
    if one.metric is not None and one.metric != FINISHED:
        at = node.children["metric"]
        better = higher_is(one.metric)
        if better is None:
            close = get_close_matches(one.metric, [*names(), FINISHED], 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            listed = "" if close else "; `ringfence explain` lists them"
            yield fault_at(at, f"there is no metric '{one.metric}'{hint}{listed}")
        elif one.better_than is not None and better == "neither":
            yield fault_at(at, f"neither a high nor a low {one.metric} is better; give a bound")
    if one.violations is not None:
        rules = _rules(loaded)
        known = [*dict.fromkeys(name.split("/")[0] for name in rules), *rules]
        if one.violations not in known:
            if "/" not in one.violations:
                known = [name for name in known if "/" not in name]
            message = unknown_name("regime or rule", one.violations, known)
            yield fault_at(node.children["violations"], message)


def _rules(loaded: Runnable) -> list[str]:
    regimes = loaded.laws.regimes(loaded.scenario.regimes)
    return [f"{regime.id}/{rule.id}" for regime in regimes for rule in regime.rules]
