"""What acts back on hand-made runs, and what audits of them found: tables that agree with metrics.

Nothing is drawn at random: counts follow from a strategy's place in the run.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.store.columns import TABLES

DAY = np.timedelta64(1, "D").astype("timedelta64[ms]")
HOUR = np.timedelta64(1, "h").astype("timedelta64[ms]")
CHANNELS = ("regulator", "operator", "social", "press")
THRESHOLDS = {"contact": 4, "reminder": 8, "order": 2500}
RISK = (1, 3, 4, 8, 10, 30, 100, 300, 1000, 2500, 3000, 10_000)
PLACES = ("métropole", "La Réunion", "Guadeloupe")

RULES: tuple[dict[str, Any], ...] = (
    {
        "regime": "made-up-consent",
        "rule": "prior-consent-strict",
        "title": "Consent before any automated call",
        "force": "recommendation",
        "reading": "strict",
    },
    {
        "regime": "made-up-consent",
        "rule": "prior-consent-lenient",
        "title": "Consent by pressing 1",
        "force": "recommendation",
        "reading": "lenient",
    },
    {
        "regime": "made-up-consent",
        "rule": "proof",
        "title": "Keep proof of consent",
        "force": "law",
        "status": "not_assessable",
        "reason": "no proof is modelled",
    },
    {
        "regime": "made-up-silence",
        "rule": "eve",
        "title": "No calls on the eve of the poll",
        "force": "law",
    },
    {
        "regime": "made-up-silence",
        "rule": "duty",
        "title": "A duty of the campaign",
        "force": "law",
        "counts": "campaign",
    },
    {
        "regime": "made-up-later",
        "rule": "hours",
        "title": "Weekdays only",
        "force": "law",
        "status": "not_in_force",
        "reason": "in force from 2023-03-01",
    },
    {
        "regime": "made-up-later",
        "rule": "cap",
        "title": "At most 4 calls",
        "force": "law",
        "status": "not_in_force",
        "reason": "in force from 2023-03-01 until 2026-08-10",
    },
)


def feedback(order: int, start: np.datetime64, calls: int, scale: float) -> dict[str, Any]:
    """Tables and metrics of the strategy at a place in the run; without calls, without rows."""
    complaints = _complaints(order, start, 0 if not calls else 90 - 20 * min(order, 3))
    backs = _call_backs(order, start, 0 if not calls else 60)
    steps = [("contact", 4), ("reminder", 8)][: 2 - order % 2] if calls else []
    tables = {
        "complaints": complaints,
        "call_backs": backs,
        "regulator": {
            "at_utc": np.array([start + (i + 1) * DAY for i in range(len(steps))], "M8[ms]"),
            "stage": _texts([name for name, _ in steps]),
            "reports": np.array([count for _, count in steps], dtype=np.int64),
        },
        "labels": {
            "at_utc": start + np.arange(1, 5) * DAY if calls else np.empty(0, "M8[ms]"),
            "numbers_labelled": np.array([0, 1, 3, 2] if calls else [], dtype=np.int64),
        },
        "complaint_risk": _risk(order),
    }
    return {"tables": tables, "metrics": _metrics(tables, calls, scale)}


def _texts(values: list[str]) -> np.ndarray:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _complaints(order: int, start: np.datetime64, count: int) -> dict[str, Any]:
    i = np.arange(count)
    kind = np.array(["live", "voicemail", "unanswered", "contagion", "blocked"], dtype=object)[
        i % 9 % 5
    ]
    about = ~np.isin(kind, ["contagion", "blocked"])
    part = np.array(["day", "meal", "night", None], dtype=object)[np.where(about, i % 3, 3)]
    at = start + (HOUR * (i * i // 6 + 1))
    return {
        "at_utc": at.astype("M8[ms]"),
        "channel": _texts([CHANNELS[j % 7 % 4] for j in i]),
        "kind": kind,
        "generation": np.where(kind == "contagion", 1, 0).astype(np.uint16),
        "territory": _texts([PLACES[j % 3] for j in i]),
        "weekday": np.where(about, 1.0, np.nan),
        "hour": np.where(about, 11.0, np.nan),
        "attempt": np.where(kind == "contagion", 0, 1 + (i % 4 == 0)).astype(np.uint8),
        "part": part,
        "call_start_utc": np.where(about, start, np.datetime64("NaT", "ms")),
        "before_cutoff": at < start + 82 * HOUR,
    }


def _call_backs(order: int, start: np.datetime64, count: int) -> dict[str, Any]:
    i = np.arange(count)
    first = (start + HOUR * (i + order)).astype("M8[ms]")
    served = i % 5 != 0
    return {
        "first_try_utc": first,
        "last_try_utc": first,
        "tries": np.ones(count, dtype=np.uint8),
        "served": served,
        "handling_ms": np.where(served, 60_000, 0).astype(np.int32),
        "opted_out": served & (i % 7 == 0),
    }


def _risk(order: int) -> dict[str, Any]:
    rows = [(c, t) for c in ("all", "regulator") for t in RISK]
    divisor = {"all": 400.0, "regulator": 70.0}
    return {
        "channel": _texts([c for c, _ in rows]),
        "threshold": np.array([t for _, t in rows], dtype=np.int64),
        "probability": np.array([1 / (1 + t * (1 + order % 4) / divisor[c]) for c, t in rows]),
    }


def _metrics(tables: dict[str, Any], calls: int, scale: float) -> dict[str, Any]:
    rows, backs = tables["complaints"], tables["call_backs"]
    total = len(rows["at_utc"])
    about = ~np.isin(rows["kind"], ["contagion", "blocked"])
    per = total * scale / calls if calls else None
    stages = ("none", "contact", "reminder", "order")
    reached = [stages.index(s) for s in tables["regulator"]["stage"]]
    callers, served = len(backs["served"]), int(backs["served"].sum())
    by_back, by_complaint = int(backs["opted_out"].sum()), total // 3
    days = (rows["at_utc"] - rows["at_utc"].min()) // DAY if total else np.zeros(0, int)
    return {
        "complaints": total,
        **{f"complaints_{c}": int((rows["channel"] == c).sum()) for c in CHANNELS},
        "complaints_before_cutoff": int(rows["before_cutoff"].sum()),
        "complaints_per_million_dials": None if per is None else 1e6 * per,
        "complaints_per_million_connected": None if per is None else 1.5e6 * per,
        "complaints_per_1000_reached": None if per is None else 4e3 * per,
        "complaints_contagion_share": float((rows["kind"] == "contagion").mean())
        if total
        else None,
        "complaints_repeat_share": float((rows["attempt"][about] > 1).mean()) if total else None,
        "complaints_night_share": float((rows["part"][about] == "night").mean()) if total else None,
        "complaints_peak_day": int(np.bincount(days.astype(int)).max()) if total else 0,
        "regulator_stage": max(reached, default=0),
        "regulator_contact_hours": 24.0 if reached else None,
        "regulator_reminder_hours": 48.0 if 2 in reached else None,
        "call_backs": callers,
        "call_backs_served": served,
        "call_backs_lost": callers - served,
        "call_back_lost_share": (callers - served) / callers if callers else None,
        "call_back_blocking": 0.1 if callers else None,
        "inbound_lines_for_1_percent": 7 if callers else 0,
        "labelled_call_share": 0.12 if calls else None,
        "numbers_labelled_most": 3 if calls else 0,
        "opt_outs_by_key": 40 if calls else 0,
        "opt_outs_by_call_back": by_back,
        "opt_outs_by_complaint": by_complaint,
        "lines_opted_out": 40 + by_back + by_complaint if calls else 0,
    }


def law(strategy: str, order: int, start: np.datetime64, calls: int) -> dict[str, Any]:
    """Rows of ``audit``, ``violations`` and ``exposure``.

    All but the third strategy break both readings of the recommendation, the second breaks the law
    on a Saturday in two territories and once for the campaign. Each has messages heard in the
    silence. The regime ``made-up-later`` is out of its dates.
    """
    consent = 0 if order == 2 else calls // 2
    eve = 250 if order == 1 and calls else 0
    count = {
        "prior-consent-strict": consent,
        "prior-consent-lenient": consent // 3,
        "eve": eve,
        "duty": int(eve > 0),
    }
    audit = []
    places = []
    for rule in RULES:
        broken = count.get(rule["rule"], 0)
        row = {
            "reading": None,
            "status": "assessed",
            "reason": None,
            "counts": "call",
            **rule,
            "strategy": strategy,
            "calls": calls,
            "violations": broken,
            "lines": broken,
            "first_utc": start if broken else None,
            "last_utc": start + 80 * HOUR if broken else None,
            "overruns": np.nan,
            "heard_inside": 30.0 if rule["rule"] == "eve" and calls else np.nan,
        }
        audit.append(row)
        if broken and row["counts"] == "call":
            saturday = rule["rule"] == "eve"
            cells = [(p, 5, 0) for p in PLACES[1:]] if saturday else _WEEK
            parts = np.full(len(cells), broken // len(cells))
            parts[0] += broken - parts.sum()
            places += [
                {
                    **{k: row[k] for k in ("strategy", "regime", "rule", "force", "reading")},
                    "territory": place,
                    "weekday": day,
                    "hour": hour,
                    "violations": int(part),
                }
                for (place, day, hour), part in zip(cells, parts, strict=True)
            ]
    return {
        "audit": audit,
        "violations": places,
        "exposure": _exposure(strategy, consent, eve),
    }


_WEEK = [(place, day, hour) for place in PLACES for day in (1, 2, 3) for hour in (10, 11, 14, 15)]


def _exposure(strategy: str, consent: int, eve: int) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    nothing = {
        **dict.fromkeys(("force", "readings", "per", "rules", "notes")),
        **dict.fromkeys(("count", "each", "cap", "amount"), np.nan),
        **dict.fromkeys(("amount_low", "amount_median", "amount_high", "cases"), np.nan),
        "strategy": strategy,
        "role": "main",
        "currency": "EUR",
    }
    if consent:
        fine = {**nothing, "regime": "made-up-consent", "penalty": "fine", "title": "The authority"}
        for reading, violations in (("strict", consent), ("lenient", consent // 3)):
            out.append(
                {
                    **fine,
                    "basis": "nominal",
                    "force": "recommendation",
                    "readings": reading,
                    "per": "violation",
                    "count": float(violations),
                    "each": 2.0,
                    "cap": 5e8,
                    "amount": min(2.0 * violations, 5e8),
                    "rules": f"prior-consent-{reading}",
                    "notes": "for breaking a recommendation: that this can cost it is not said",
                }
            )
        out.append(
            {
                **fine,
                "basis": "observed",
                "amount_low": 4_700.0,
                "amount_median": 9_000.0,
                "amount_high": 20_000.0,
                "cases": 3.0,
            }
        )
    if eve:
        court = {**nothing, "regime": "made-up-silence", "penalty": "court", "title": "A court"}
        out.append(
            {
                **court,
                "basis": "nominal",
                "force": "law",
                "readings": "undisputed",
                "per": "campaign",
                "count": 1.0,
                "each": 3_750.0,
                "amount": 3_750.0,
                "rules": "eve,duty",
            }
        )
        out.append({**court, "basis": "observed", "cases": 0.0})
    return out


def as_table(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows as columns, in the registry's order and of its dtypes."""
    out = {}
    for column in TABLES[name].columns:
        values = [row.get(column.name) for row in rows]
        if column.dtype == "timestamp[ms, UTC]":
            out[column.name] = np.array(
                [np.datetime64("NaT", "ms") if v is None else v for v in values], "M8[ms]"
            )
        elif column.dtype in {"text", "category"}:
            out[column.name] = _texts(values)
        else:
            out[column.name] = np.array(values, dtype=float if column.nullable else column.dtype)
    return out
