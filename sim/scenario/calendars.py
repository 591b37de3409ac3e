"""Public holidays by code, and the calling windows of a local day."""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import ModuleType

from sim.document.messages import did_you_mean
from sim.document.units import shown
from sim.scenario import clock
from sim.scenario.dialing import CallTimes

_ALONE = threading.RLock()
"""Held while the library's package is another: a second thread would take that for the package."""
_KEPT = 512
"""Codes, and codes with dates, of which the answer is kept: every strategy asks them anew."""


@lru_cache(_KEPT)
def holiday_problem(code: str) -> str | None:
    """What is wrong with a code of public holidays, or None."""
    import holidays  # only here: it is slow to import
    from holidays.registry import EntityLoader

    countries = list(EntityLoader.get_country_codes(include_aliases=True))
    country, dash, part = code.partition("-")
    if country not in countries:
        hint = did_you_mean(country, countries)
        return (
            f"no public holidays are known for {shown(country)}{hint or ';'} "
            "an ISO country code is wanted, with a subdivision after a dash: FR, FR-974"
        )
    if not dash:
        return None
    with _one_country_at_a_time():
        parts = list(getattr(holidays, country).subdivisions)
    if part not in parts:
        known = ", ".join(parts) or "none"
        hint = did_you_mean(part, parts)
        return f"{country} has no subdivision {shown(part)}{hint or ';'} known: {known}"
    return None


@lru_cache(_KEPT)
def public_holidays(code: str | None, first: dt.date, last: dt.date) -> frozenset[dt.date]:
    """Public holidays between two dates, both included, from the ``holidays`` library.

    Parameters
    ----------
    code
        ISO country, with a subdivision after a dash where wanted: ``FR``, ``FR-GP``; one that
        :func:`holiday_problem` accepts. None has no holidays.
    first, last
        Local dates.
    """
    if code is None:
        return frozenset()
    import holidays  # only here: it is slow to import

    country, _, part = code.partition("-")
    years = range(first.year, last.year + 1)
    with _one_country_at_a_time():
        found = holidays.country_holidays(country, subdiv=part or None, years=years)
    return frozenset(day for day in found if first <= day <= last)


@contextmanager
def _one_country_at_a_time() -> Iterator[None]:
    """Lets the library import the module of one country.

    By itself it would first import its package of countries, which imports all 250 of them: more
    than a tenth of what it takes to validate a scenario.
    """
    name = "holidays.countries"
    with _ALONE:
        spec = None if name in sys.modules else importlib.util.find_spec(name)
        if spec is None:
            yield
            return
        bare = ModuleType(name)
        bare.__path__ = list(spec.submodule_search_locations or ())
        sys.modules[name] = bare
        try:
            yield
        finally:
            del sys.modules[name]  # whoever wants the package itself gets it whole


def day_windows(
    call_times: tuple[CallTimes, ...], on_holidays: str, holidays: frozenset[dt.date]
) -> clock.Windows:
    """The windows of each local day, public holidays considered."""

    def windows(day: dt.date) -> Iterator[tuple[int, int]]:
        weekday = day.weekday()
        if day in holidays and on_holidays != "normal":
            if on_holidays == "closed":
                return
            weekday = 6
        for window in call_times:
            if weekday in window.days:
                yield window.opens, window.closes

    return windows
