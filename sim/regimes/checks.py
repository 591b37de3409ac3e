"""Every fault of a regime's file, each at its place.

First the shape: keys, kinds and values, rule by rule, so that a fault in one hides none in another.
Then what spans several fields, over all that has the right shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import get_args

from pydantic import create_model

from sim.document.keys import Key, model_keys
from sim.document.messages import did_you_mean, found, unknown_name
from sim.document.node import Node
from sim.document.quantity import Model
from sim.document.validate import check_model, fault_at
from sim.errors import Fault
from sim.regimes.model import Dated, Penalty, RegimeHead, Rule, RuleBase, SilenceRule
from sim.regimes.places import at
from sim.regimes.rule_checks import check_rule

CONFIDENCE = ("low", "med", "high")
"""From the least to the most sure."""
KINDS: dict[str, type[RuleBase]] = {
    get_args(rule.model_fields["kind"].annotation)[0]: rule for rule in get_args(get_args(Rule)[0])
}
"""The class of each kind of rule."""


def check_regime(root: Node) -> Iterator[Fault]:
    """Every fault of a regime's data."""
    body = dict(root.children)
    rules_node = body.pop("rules", None)
    head = check_model(RegimeHead, Node(body, root.place), _head_keys)
    yield from head.faults
    penalties = _entries(root, "penalties") if "penalties" in head.valid else ()
    pairs = list(zip(head.model.penalties, penalties, strict=True)) if penalties else []

    rules: list[tuple[Rule, Node]] = []
    if rules_node is None:
        yield fault_at(root, "missing: a list of rules, each with its source", below=("rules",))
    elif not isinstance(rules_node.value, tuple) or not rules_node.value:
        yield fault_at(rules_node, f"{found(rules_node)}; a list with a rule or more is wanted")
    for node in _entries(root, "rules"):
        rule, faults = _rule(node)
        yield from faults
        if rule is not None:
            rules.append((rule, node))

    complete = len(rules) == len(_entries(root, "rules"))
    for rule, node in rules:
        yield from _dated(rule, node)
        yield from _confidence(rule.confidence, rule.source.ref, node)
        yield from check_rule(rule, node)
        yield from _polls(rule, node)
    for penalty, node in pairs:
        yield from _dated(penalty, node)
        yield from _confidence(penalty.confidence, penalty.source.ref, node)
        yield from _penalty(penalty, node, [rule.id for rule, _ in rules] if complete else None)
    if "valid" in head.valid:
        yield from _dated(head.model.valid, root.children["valid"])
        yield from _within(head.model.valid, [*rules, *pairs])
    if "not_regulated" in head.valid:
        opens = _entries(root, "not_regulated")
        for topic, node in zip(head.model.not_regulated, opens, strict=True):
            yield from _confidence(topic.confidence, topic.source.ref, node)
    yield from _once([(rule.id, node) for rule, node in rules], "rule")
    yield from _once([(penalty.id, node) for penalty, node in pairs], "penalty")
    yield from _one_main(pairs)
    if complete:
        yield from _both_readings(rules)


# ── Shape ────────────────────────────────────────────────────────────────────────────────────────


@cache
def _head_keys() -> Key:
    head = model_keys(RegimeHead)
    return Key((), "map", children={**head.children, "rules": Key(("rules",), "list")})


def _entries(root: Node, name: str) -> tuple[Node, ...]:
    node = root.children.get(name)
    return node.value if node is not None and isinstance(node.value, tuple) else ()


def _rule(node: Node) -> tuple[Rule | None, tuple[Fault, ...]]:
    """The rule, or what is wrong with its shape."""
    kind = node.children.get("kind")
    if not node.is_map:
        return None, (fault_at(node, f"{found(node)}; a rule is a map with `kind`"),)
    if kind is None:
        message = f"missing: the kind of rule. Allowed: {', '.join(KINDS)}"
        return None, (fault_at(node, message, below=("kind",)),)
    if not isinstance(kind.value, str) or kind.value not in KINDS:
        hint = did_you_mean(kind.value, KINDS)
        message = f"{found(kind)}{hint}{'' if hint else ';'} allowed: {', '.join(KINDS)}"
        return None, (fault_at(kind, message),)
    model = KINDS[kind.value]
    held = Node({"rule": node}, node.place)
    checked = check_model(_holder(model), held, lambda: _holder_keys(model))
    rule: Rule | None = None if checked.faults else getattr(checked.model, "rule")  # noqa: B009 (made above)
    return rule, checked.faults


@cache
def _holder(model: type[RuleBase]) -> type[Model]:
    """A map with one rule: single fields of a map are checked anew, which their aliases hinder."""
    return create_model("Holder", __base__=Model, rule=(model, ...))


@cache
def _holder_keys(model: type[RuleBase]) -> Key:
    """The tree of such a map."""
    return Key((), "map", children={"rule": model_keys(model)})


# ── Over several fields ──────────────────────────────────────────────────────────────────────────


def _dated(dated: Dated, node: Node) -> Iterator[Fault]:
    if dated.until is not None and dated.until < dated.since:
        yield fault_at(
            at(node, "until"), f"found {dated.until}; it ends before it begins, {dated.since}"
        )


def _within(valid: Dated, parts: Sequence[tuple[Rule | Penalty, Node]]) -> Iterator[Fault]:
    for part, node in parts:
        if part.since < valid.since:
            yield fault_at(
                at(node, "from"),
                f"found {part.since}; the regime itself is valid from {valid.since}",
            )
        if valid.until is not None and (part.until is None or part.until > valid.until):
            ends = "no end" if part.until is None else str(part.until)
            yield fault_at(
                at(node, "until"), f"found {ends}; the regime itself is valid until {valid.until}"
            )


def _confidence(confidence: str, refs: Sequence[str], node: Node) -> Iterator[Fault]:
    """A source that was not read bounds the confidence."""
    held = [ref.removeprefix("M-") for ref in refs if ref.startswith("M-")]
    for ref in held:
        if ref not in CONFIDENCE:
            known = [f"M-{word}" for word in reversed(CONFIDENCE)]
            yield fault_at(at(node, "source", "ref"), unknown_name("mark", f"M-{ref}", known))
        elif CONFIDENCE.index(confidence) > CONFIDENCE.index(ref):
            yield fault_at(
                at(node, "confidence"),
                f"found {confidence}; with a source marked M-{ref} it is {ref} at most",
            )


def _polls(rule: Rule, node: Node) -> Iterator[Fault]:
    if isinstance(rule, SilenceRule):
        for index, poll in enumerate(rule.polls):
            place = at(node, "polls", index)
            yield from _confidence(poll.confidence, poll.source.ref, place)
            for number, group in enumerate(poll.elsewhere):
                where = at(place, "elsewhere", number)
                yield from _confidence(group.confidence, group.source.ref, where)


def _penalty(penalty: Penalty, node: Node, rules: Sequence[str] | None) -> Iterator[Fault]:
    cap = penalty.nominal.cap
    if cap is not None and cap < penalty.nominal.amount:
        yield fault_at(
            at(node, "nominal", "cap"),
            f"found {cap:_.15g}; a cap is no less than the amount, {penalty.nominal.amount:_.15g}",
        )
    for index, name in enumerate(penalty.rules or ()):
        if rules is not None and name not in rules:
            yield fault_at(at(node, "rules", index), unknown_name("rule", name, rules))


def _once(named: Sequence[tuple[str, Node]], what: str) -> Iterator[Fault]:
    first: dict[str, Node] = {}
    for name, node in named:
        mark = at(node, "id")
        if name in first:
            place = first[name].place
            yield fault_at(
                mark, f"there is a {what} '{name}' already, at {place.line}:{place.column}"
            )
        else:
            first[name] = mark


def _one_main(penalties: Sequence[tuple[Penalty, Node]]) -> Iterator[Fault]:
    """On each day one penalty at most gives the nominal figure."""
    main = [(penalty, node) for penalty, node in penalties if penalty.role == "main"]
    for index, (penalty, node) in enumerate(main):
        for other, _ in main[:index]:
            if other.in_force(penalty.since) or penalty.in_force(other.since):
                yield fault_at(
                    at(node, "role"),
                    f"found main; '{other.id}' is main on the same days: one is 'further'",
                )


def _both_readings(rules: Sequence[tuple[Rule, Node]]) -> Iterator[Fault]:
    """A disputed question has a strict and a lenient reading."""
    readings: dict[str, set[str]] = {}
    for rule, _ in rules:
        if rule.disputes is not None and rule.reading is not None:
            readings.setdefault(rule.disputes, set()).add(rule.reading)
    for rule, node in rules:
        if rule.disputes is None or rule.reading is None:
            continue
        lacking = {"strict", "lenient"} - readings[rule.disputes]
        if lacking:
            word = lacking.pop()
            yield fault_at(
                at(node, "disputes"),
                f"found '{rule.disputes}'; no rule gives its {word} reading",
            )
