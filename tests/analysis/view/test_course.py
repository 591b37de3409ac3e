"""Where a campaign stood when a run went on: the first thing that a page says of it."""

from __future__ import annotations

from dataclasses import replace

from analysis.view.course import course, course_text
from analysis.view.front import front_of_run
from analysis.view.verdict import verdict_of
from tests.analysis.tables import make_run

AFTER = {
    "at_utc": "2017-04-20T10:00:00",
    "lines_on_list": 6_000_000,
    "lines_dialled": 3_000_000,
    "lines_done": 2_400_000,
    "so_far": {"people_reached": 510_000},
}


def test_a_page_says_first_where_the_campaign_stood() -> None:
    run = make_run()
    assert course(run) == course_text(run) == ""
    went_on = replace(
        run, plans={**run.plans, run.base: {**run.plans.get(run.base, {}), "after": AFTER}}
    )
    said = (
        f"{run.base} goes on from Thu 20 Apr 12:00: 3 M of its 6 M lines were dialled, 2.4 M of "
        "them for the last time; these calls alone reach 510 k people."
    )
    assert course(went_on) == said
    first, *rest = front_of_run(verdict_of(went_on)).sentences
    assert first == said
    assert tuple(rest) == front_of_run(verdict_of(run)).sentences
