"""Public holidays by code, and the calling windows of a local day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sim.document.messages import did_you_mean
from sim.scenario import clock
from sim.scenario.dialing import CallTimes


def holiday_problem(code: str) -> str | None:
    """What is wrong with a code of public holidays, or None."""
    import holidays  # only here: it is slow to import

    countries = holidays.list_supported_countries(include_aliases=True)
    country, dash, part = code.partition("-")
    if country not in countries:
        hint = did_you_mean(country, countries)
        return (
            f"no public holidays are known for '{country}'{hint or ';'} "
            "an ISO country code is wanted, with a subdivision after a dash: FR, FR-974"
        )
    if dash and part not in countries[country]:
        known = ", ".join(countries[country]) or "none"
        hint = did_you_mean(part, countries[country])
        return f"{country} has no subdivision '{part}'{hint or ';'} known: {known}"
    return None


def holiday_dates(code: str | None, first_year: int, last_year: int) -> frozenset[dt.date]:
    """Public holidays of a code that :func:`holiday_problem` accepts."""
    if code is None:
        return frozenset()
    import holidays  # only here: it is slow to import

    country, _, part = code.partition("-")
    years = range(first_year, last_year + 1)
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=years))


def day_windows(
    call_times: tuple[CallTimes, ...], on_holidays: str, holiday_dates: frozenset[dt.date]
) -> clock.Windows:
    """The windows of each local day, public holidays considered."""

    def windows(day: dt.date) -> Iterator[tuple[int, int]]:
        weekday = day.weekday()
        if day in holiday_dates and on_holidays != "normal":
            if on_holidays == "closed":
                return
            weekday = 6
        for window in call_times:
            if weekday in window.days:
                yield window.opens, window.closes

    return windows
