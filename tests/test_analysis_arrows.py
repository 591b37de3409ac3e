"""The rooms of what shows a run, in the order in which a number becomes a picture."""

from __future__ import annotations

from pathlib import Path

from tests.test_arrows import GROUND, ROOT, imports

ALLOWED: dict[str, str] = {
    "view": "",
    "figures.shapes": "view",
    "figures": "view figures.shapes",
    "console": "view",
    "report": "view figures",
    "dashboard": "view figures console report",
    "validation": "",
    "evidence": "view validation",
}
"""Room to the rooms that it imports. Rooms stand in order; an arrow never runs back."""
STYLE = ("figures.style", "figures.chart", "figures.drawing")
"""How charts look, and what one is: its shapes use these as the charts themselves do."""
READS: dict[str, str] = {
    "view": "measure scenario store study",
    "figures.shapes": "",
    "figures": "measure",
    "console": "measure scenario store",
    "report": "measure scenario store",
    "dashboard": "jobs loading measure store study",
    "validation": "behaviour document engine loading record scenario study",
    "evidence": "document engine jobs loading measure scenario store study",
}
"""Room to the rooms of the simulator that it may read; the ground below them is for all."""
FRONT = ("analysis", "analysis.cli")
"""The front door opens every room, and no room leads back to it."""


def modules(package: str) -> dict[str, Path]:
    """Every module of a package, by dotted name."""
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in (ROOT / package).rglob("*.py")
    }


def room_of(module: str) -> str:
    """The room that a module stands in; empty for the front door."""
    if module in FRONT:
        return ""
    inside = module.removeprefix("analysis.")
    return "figures.shapes" if inside.startswith("figures.shapes") else inside.split(".")[0]


def arrows() -> set[tuple[str, str]]:
    """Every import from one room into another, module to module; charts' style aside."""
    known = modules("analysis")
    return {
        (name, other)
        for name, file in known.items()
        for other in imports(name, file, known)
        if room_of(name) and room_of(name) != room_of(other)
        if other.removeprefix("analysis.") not in STYLE or room_of(name) != "figures.shapes"
    }


def test_every_room_is_in_the_matrix() -> None:
    assert {room_of(name) for name in modules("analysis")} - {""} == set(ALLOWED)


def test_the_matrix_itself_keeps_the_order() -> None:
    order = list(ALLOWED)
    for room, others in ALLOWED.items():
        for other in others.split():
            assert order.index(other) < order.index(room), f"{room} → {other} runs back"


def test_the_arrows_are_those_of_the_matrix() -> None:
    found = {(room_of(name), room_of(other)) for name, other in arrows()}
    assert found == {(room, other) for room, others in ALLOWED.items() for other in others.split()}


def test_style_of_charts_rests_on_the_view_alone() -> None:
    known = modules("analysis")
    for name in STYLE:
        reached = set(imports("", known[f"analysis.{name}"], known))
        reached -= {f"analysis.{other}" for other in STYLE}
        assert {room_of(other) for other in reached} <= {"view"}


def test_each_room_reads_of_the_simulator_no_more_than_it_may() -> None:
    known = modules("sim")
    found: dict[str, set[str]] = {room: set() for room in ALLOWED}
    for name, file in modules("analysis").items():
        if room_of(name):
            read = {other.removeprefix("sim.") for other in imports(name, file, known)}
            found[room_of(name)] |= {other.split(".")[0] for other in read}
    for room, rooms in READS.items():
        assert found[room] - {"sim", *GROUND} <= set(rooms.split()), room
