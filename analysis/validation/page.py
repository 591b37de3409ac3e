"""The page ``docs/validation.md``: prose and tables from the casebook, one part from the engine.

What needs no run is in :func:`page`; what needs one stands between markers and comes from
:func:`~analysis.validation.engine_part.engine_part`, so that the rest can be checked in a moment.
"""

from __future__ import annotations

from analysis.validation.campaigns_part import all_campaigns
from analysis.validation.casebook import Casebook
from analysis.validation.level import (
    fit,
    leave_one_out,
)
from analysis.validation.level_laws import stored
from analysis.validation.level_laws_part import other_laws
from analysis.validation.level_part import left_out_one_by_one, level_found, opening
from analysis.validation.words import (
    per_million,
)
from sim.scenario.scenario import Scenario

BEGIN = "<!-- engine: begin; made by python -m analysis.validation docs/validation.md -->"
END = "<!-- engine: end -->"


def page(book: Casebook, scenario: Scenario, engine: str) -> str:
    """The whole page.

    Parameters
    ----------
    book
        The casebook.
    scenario
        ``france-2017``: its world is the one set of parameters.
    engine
        The part that needs a run, from :mod:`analysis.validation.engine_part` or from
        :func:`engine_part_of`.
    """
    whole = fit([case.per_million for case in book.fitted])
    left_out = leave_one_out(book.fitted)
    shared = whole.centred(per_million(scenario).central)
    parts = [
        *opening(left_out, whole),
        *level_found(book, whole, per_million(scenario), scenario),
        *left_out_one_by_one(left_out),
        *other_laws(stored()),
        *all_campaigns(book, shared),
        "## Macron 2017 by the engine",
        f"{BEGIN}\n{engine}\n{END}",
    ]
    return "\n\n".join(parts) + "\n"


def engine_part_of(text: str) -> str:
    """What stands between the markers of a page.

    Raises
    ------
    ValueError
        If the markers are not there.
    """
    _, begin, rest = text.partition(f"{BEGIN}\n")
    part, end, _ = rest.partition(f"\n{END}")
    if not begin or not end:
        raise ValueError(f"the page has no part between {BEGIN} and {END}")
    return part
