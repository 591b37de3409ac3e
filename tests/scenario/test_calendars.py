"""Public holidays, one country's module at a time, against the library's own ways."""

from __future__ import annotations

import subprocess
import sys

ALONE_AND_WHOLE = """
import datetime as dt
import sys
from sim.scenario.calendars import holiday_problem, public_holidays
import holidays
from holidays.registry import EntityLoader

first, last = dt.date(2017, 1, 1), dt.date(2017, 12, 31)
codes = list(EntityLoader.get_country_codes(include_aliases=False))[::20]
codes = list(dict.fromkeys([*"FR GP GU PR US GB CA JE".split(), *codes]))
alone = {code: public_holidays(code, first, last) for code in codes}
nowhere = {code: holiday_problem(code + "-?") for code in codes}
assert "holidays.countries" not in sys.modules

whole = holidays.list_supported_countries(include_aliases=True)
import holidays.countries
assert len(whole) > 200 and len(alone["FR"]) > 10
assert holidays.countries.FR.__mro__[1].__module__ == "holidays.countries.france"
for code in codes:
    assert alone[code] == set(holidays.country_holidays(code, years=2017)), code
    known = ", ".join(whole[code]) or "none"
    assert nowhere[code].endswith(f"known: {known}"), nowhere[code]
    assert all(holiday_problem(f"{code}-{part}") is None for part in whole[code]), code
for alias in list(whole)[::7]:
    assert holiday_problem(alias) is None, alias
print("agreed")
"""


def test_a_country_alone_is_what_it_is_among_all() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE_AND_WHOLE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "agreed"), done.stderr
