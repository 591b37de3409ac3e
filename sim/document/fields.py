"""Plain fields of a document: one value each, checked and turned into the unit inside."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator

from sim.document.kinds import BOUND, CLOCK, CORRELATION, COUNT, DAYS, MOMENT, MONEY, RATE, ZONE
from sim.document.units import (
    Money,
    parse_bound,
    parse_clock,
    parse_correlation,
    parse_count,
    parse_days,
    parse_moment,
    parse_money,
    parse_rate,
)

Count = Annotated[int, BeforeValidator(parse_count), COUNT]

Bound = Annotated[float, BeforeValidator(parse_bound), BOUND]

Correlation = Annotated[float, BeforeValidator(parse_correlation), CORRELATION]

Rate = Annotated[Fraction, BeforeValidator(parse_rate), RATE]

Clock = Annotated[int, BeforeValidator(parse_clock), CLOCK]

Moment = Annotated[dt.datetime, BeforeValidator(parse_moment), MOMENT]

Days = Annotated[tuple[int, ...], BeforeValidator(parse_days), DAYS]

Price = Annotated[Money, BeforeValidator(parse_money), MONEY]

Zone = Annotated[str, ZONE]
