"""Holds a call log against a regime: which rules were broken, when, how often, and what may follow.

The auditor trusts nothing: it reads what was dialled and what is known of the recipients, and knows
nothing of what a dialer meant to enforce.

>>> from sim.audit import audit  # doctest: +SKIP
>>> audit(read_run("runs/…")[0], load_regime("fr-cnil-political")).counts()  # doctest: +SKIP
"""

from __future__ import annotations

from sim.audit.auditor import Audit, audit
from sim.audit.result import RuleResult

__all__ = ["Audit", "RuleResult", "audit"]
