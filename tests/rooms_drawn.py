"""Draw the rooms and their arrows for ``docs/architecture.md``, from the matrices of the tests.

``python -m tests.rooms_drawn`` writes the pictures anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"


def picture(allowed: Mapping[str, str]) -> str:
    """A row a room, a mark for each room that it imports; all marks lie left of the diagonal."""
    rooms = list(allowed)
    wide = max(map(len, rooms))
    lines = []
    for at, room in enumerate(rooms):
        uses = allowed[room].split()
        marks = " ".join("●" if other in uses else "·" for other in rooms[:at])
        lines.append(f"{room:<{wide}}  {marks}{' ' if marks else ''}╲ {at + 1}")
    return "\n".join(lines)


def marks(name: str) -> tuple[str, str]:
    """What stands before and after a picture on the page."""
    begin = f"<!-- rooms of {name}: begin; `python -m tests.rooms_drawn` writes this -->\n```text\n"
    return begin, f"\n```\n<!-- rooms of {name}: end -->"


def drawn(page: str, name: str) -> str:
    """The picture that stands on a page.

    Raises
    ------
    ValueError
        If there is none.
    """
    begin, end = marks(name)
    first = page.index(begin) + len(begin)
    return page[first : page.index(end, first)]


def main() -> None:
    """Write both pictures into the page."""
    from tests import test_analysis_arrows, test_arrows

    page = PAGE.read_text("utf-8")
    for name, allowed in (
        ("sim", test_arrows.ALLOWED),
        ("analysis", test_analysis_arrows.ALLOWED),
    ):
        begin, end = marks(name)
        old = drawn(page, name)
        page = page.replace(f"{begin}{old}{end}", f"{begin}{picture(allowed)}{end}")
    PAGE.write_text(page, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
