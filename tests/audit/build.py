"""Small logs and regimes by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from sim.audit.auditor import Audit, audit
from sim.audit.plain import plain_audit
from sim.audit.tables import AuditInput, Calls, OptOuts, Recipients, Slot
from sim.regimes.model import Regime

HOUR = 3_600_000
DAY = 24 * HOUR
PARIS = "Europe/Paris"


def utc(text: str, zone: str = "UTC", *, fold: int = 0) -> int:
    """A local moment as ms since 1970 UTC."""
    naive = dt.datetime.fromisoformat(text)
    return round(naive.replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


def regime(*rules: dict[str, Any], **head: Any) -> Regime:
    """A regime of rules; what every rule must have is filled in."""
    base = {"force": "law", "from": "2000-01-01", "source": {"ref": "X1", "text": "Made up."}}
    filled = [
        {"id": f"rule-{number}", "title": "A rule.", **base, **rule}
        for number, rule in enumerate(rules)
    ]
    return Regime.model_validate(
        {
            "id": "made-up",
            "title": "Made up",
            "jurisdiction": "Nowhere",
            "binds": "all",
            "currency": "EUR",
            "summary": "Made up.",
            "valid": {"from": "1990-01-01"},
            "rules": filled,
            **head,
        }
    )


def log(
    starts: Sequence[int],
    *,
    line: Sequence[int] | None = None,
    zone: str | Sequence[str] | None = PARIS,
    hold: int | Sequence[int] | None = 30_000,
    recipients: Recipients | None = None,
    optouts: OptOuts | None = None,
    slots: tuple[Slot, ...] = (),
    lines: int | None = None,
    columns: dict[str, Any] | None = None,
    **more: Any,
) -> AuditInput:
    """A log of calls by their starts; `zone` is that of all calls, or of each."""
    n = len(starts)
    start = np.array(starts, dtype=np.int64)
    who = np.arange(n) if line is None else np.array(line)
    names = [zone] * n if isinstance(zone, str) else list(zone or ())
    zones = tuple(dict.fromkeys(names))
    own: dict[str, Any] = {
        "line": who.astype(np.int32),
        "start_ms": start,
        "end_ms": None if hold is None else start + np.array(hold, dtype=np.int64),
        "zone": np.array([zones.index(name) for name in names], dtype=np.uint8) if names else None,
    }
    own.update({name: np.array(values) for name, values in (columns or {}).items()})
    return AuditInput(
        name="log",
        calls=Calls(**own),
        lines=int(who.max(initial=-1)) + 1 if lines is None else lines,
        zones=zones,
        recipients=recipients,
        optouts=optouts,
        slots=slots,
        **more,
    )


def breaking(data: AuditInput, rule: dict[str, Any]) -> list[int]:
    """Places of the calls that break a rule; both auditors must say the same."""
    law = regime(rule)
    found = audit(data, law)
    (result,) = found.results
    assert result.status == "assessed", result.reason
    rows = np.flatnonzero(found.violating(result)).tolist()
    plain = plain_audit(data, law)[result.rule.id]
    if plain.violating or not plain.broken:
        assert rows == sorted(plain.violating)
    return [int(row) for row in rows]


def reason(data: AuditInput, rule: dict[str, Any]) -> str:
    """Why a rule cannot be assessed."""
    law = regime(rule)
    (result,) = audit(data, law).results
    assert result.status == "not_assessable"
    assert result.violations == 0
    assert not result.assessed
    assert plain_audit(data, law)[result.rule.id].status == "not_assessable"
    return result.reason


def only(found: Audit) -> Any:
    """The one rule's result."""
    (result,) = found.results
    return result
