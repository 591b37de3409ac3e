"""Public holidays asked for by several threads at once, as a server does."""

from __future__ import annotations

import datetime as dt
import threading

from sim.scenario import calendars
from sim.scenario.calendars import public_holidays


def test_a_second_thread_waits_while_the_package_is_another() -> None:
    """Iceland's first day of summer, 2017: the Thursday after 18 April."""
    found: list[frozenset[dt.date]] = []
    summer = dt.date(2017, 4, 20)

    def ask() -> None:
        found.append(public_holidays("IS", summer, summer))

    thread = threading.Thread(target=ask)
    with calendars._one_country_at_a_time():
        thread.start()
        thread.join(0.2)
        assert found == []
    thread.join()
    assert found == [frozenset({summer})]
