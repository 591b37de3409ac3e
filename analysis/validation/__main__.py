"""``python -m analysis.validation PAGE``: run the engine once and write the page anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from analysis.validation import level_laws
from analysis.validation.campaign import run, with_level
from analysis.validation.casebook import casebook
from analysis.validation.engine_part import STRATEGY, engine_part
from analysis.validation.level import fit
from analysis.validation.page import page
from analysis.validation.words import per_million
from sim.scenario.load import load_scenario

SCENARIO = "scenarios/france-2017.yaml"
LEVEL = "scenarios/uk-by-election.yaml"
"""Whose level is the casebook's; that of France is given what was known on day three."""


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(prog="python -m analysis.validation", description=__doc__)
    parser.add_argument("page", type=Path, help="where to write: docs/validation.md")
    parser.add_argument("--scenario", default=SCENARIO, help=f"default {SCENARIO}")
    options = parser.parse_args()
    level_laws.main()
    level_laws.stored.cache_clear()
    book = casebook()
    level = per_million(load_scenario(LEVEL).scenario)
    scenario = with_level(load_scenario(options.scenario).scenario, level)
    whole = fit([case.per_million for case in book.fitted])
    engine = engine_part(scenario, run(scenario, STRATEGY), whole)
    options.page.write_text(page(book, scenario, engine), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
