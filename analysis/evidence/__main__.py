"""``python -m analysis.evidence PAGE``: study the shipped scenarios and write the page anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from analysis.evidence.drives import SCALES, drives, written
from analysis.evidence.page import page
from sim.scenario.load import load_scenario

FOLDER = Path("scenarios")


def main() -> None:
    """Write the page, and the data that it is made from."""
    parser = argparse.ArgumentParser(prog="python -m analysis.evidence", description=__doc__)
    parser.add_argument("page", type=Path, help="where to write: docs/evidence.md")
    options = parser.parse_args()
    found = tuple(drives(FOLDER / f"{name}.yaml", scale) for name, scale in SCALES.items())
    data = Path(__file__).with_name("drives.json")
    data.write_text(written(found), encoding="utf-8", newline="\n")
    scenarios = {name: load_scenario(FOLDER / f"{name}.yaml").scenario for name in SCALES}
    options.page.write_text(page(scenarios, found), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
