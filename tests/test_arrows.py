"""Who may import whom: the rooms in the order in which data flows, and every arrow between them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.sources import TOGETHER, nodes_of

pytestmark = TOGETHER

ROOT = Path(__file__).parents[1]

GROUND = (
    "errors",
    "streams",
    "compiled",
    "special",
    "threshold",
    "trust",
    "partial",
    "children",
    "outputs",
    "printed",
    "interrupts",
    "heap",
    "machine",
)
"""Modules that belong to no room: any room may use them, and they use none."""
ALLOWED: dict[str, str] = {
    "document": "",
    "record": "",
    "scenario": "document",
    "regimes": "document scenario",
    "behaviour": "document record scenario",
    "world": "document record scenario behaviour",
    "loading": "document scenario regimes behaviour",
    "engine.plan": "record scenario regimes behaviour world",
    "engine.fast": "record behaviour engine.plan",
    "engine.reference": "record behaviour engine.plan",
    "measure": "document record scenario behaviour engine.plan",
    "audit": "document record scenario regimes behaviour world engine.plan",
    "intake": "document audit",
    "store": "record scenario behaviour world engine.plan measure audit",
    "study": "document record scenario engine.plan measure",
    "fitting": "document scenario behaviour audit study",
    "jobs": (
        "document record scenario regimes behaviour loading engine.plan engine.fast measure audit "
        "intake store study fitting"
    ),
    "commands": ("document scenario regimes loading measure audit intake store study fitting jobs"),
}
"""Room to the rooms that it imports. Rooms stand in order; an arrow never runs back."""
OFFENDERS: set[tuple[str, str]] = set()
"""Arrows that stand today against the order. The list only shrinks."""

FRONT = ("sim", "sim.__main__", "sim.cli", "sim.front")
"""The front door stands outside of the order: it opens every room, and no room leads back to it."""


@cache
def modules() -> dict[str, Path]:
    """Every module of the simulator, by dotted name."""
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in (ROOT / "sim").rglob("*.py")
    }


def imports(name: str, file: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of the simulator that one imports, inside functions and for types included."""
    for node in nodes_of(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and (node.module or "") in known:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in known else str(node.module)


def room_of(module: str) -> str:
    """The room that a module stands in; empty for the ground and the front door."""
    parts = module.split(".")
    if module in FRONT or parts[1] in GROUND:
        return ""
    return ".".join(parts[1:3]) if parts[1] == "engine" and len(parts) > 2 else parts[1]


@cache
def arrows() -> set[tuple[str, str]]:
    """Every import from one room into another, module to module."""
    known = modules()
    return {
        (name, other)
        for name, file in known.items()
        for other in imports(name, file, known)
        if room_of(name) and room_of(name) != room_of(other) and other != "sim"
        if room_of(other) or other in FRONT
    }


def test_every_room_is_in_the_matrix() -> None:
    rooms = {room_of(name) for name in modules()} - {""}
    assert rooms - {"engine"} == set(ALLOWED)


def test_the_matrix_itself_keeps_the_order() -> None:
    order = list(ALLOWED)
    for room, others in ALLOWED.items():
        for other in others.split():
            assert order.index(other) < order.index(room), f"{room} → {other} runs back"


def test_no_arrow_but_those_allowed() -> None:
    found = {
        (name, other)
        for name, other in arrows()
        if room_of(other) not in ALLOWED.get(room_of(name), "").split()
    }
    assert found == OFFENDERS


def test_every_arrow_of_the_matrix_is_drawn() -> None:
    drawn = {(room_of(name), room_of(other)) for name, other in arrows()}
    for room, others in ALLOWED.items():
        assert [other for other in others.split() if (room, other) not in drawn] == [], room


def test_the_ground_rests_on_nothing() -> None:
    known = modules()
    for name in GROUND:
        if f"sim.{name}" in known:
            assert set(imports(name, known[f"sim.{name}"], known)) <= {f"sim.{g}" for g in GROUND}


@pytest.mark.parametrize("wall", [("engine.fast", "engine.reference"), ("audit", "engine.fast")])
def test_walls_that_are_there_for_a_reason(wall: tuple[str, str]) -> None:
    """Two engines share only the plan; the audit reaches neither enforcement nor the calendar."""
    one, other = wall
    assert other not in ALLOWED[one].split()
    assert one not in ALLOWED[other].split()


def test_the_audit_knows_nothing_of_enforcement_and_calendars() -> None:
    secret = {
        "sim.engine.plan.enforce",
        "sim.engine.plan.calendar",
        "sim.regimes.enforcement",
        "sim.scenario.clock",
        "sim.scenario.calendars",
    }
    assert {(name, other) for name, other in arrows() if room_of(name) == "audit"} & {
        (name, other) for name in modules() for other in secret
    } == set()


def test_the_engine_reads_no_law_pack() -> None:
    """Laws are data that enter at the door: whoever builds a plan is handed them."""
    loaders = {"sim.regimes.load", "sim.loading.packs", "sim.loading.load"}
    assert {(n, o) for n, o in arrows() if n.startswith("sim.engine") and o in loaders} == set()


def test_the_picture_of_the_rooms_is_drawn_from_the_matrices() -> None:
    """Draw it anew with ``python -m tests.rooms_drawn``."""
    from tests import test_analysis_arrows
    from tests.rooms_drawn import PAGE, drawn, picture

    page = PAGE.read_text("utf-8")
    assert drawn(page, "sim") == picture(ALLOWED)
    assert drawn(page, "analysis") == picture(test_analysis_arrows.ALLOWED)
