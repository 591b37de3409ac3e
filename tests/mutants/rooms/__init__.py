"""The mutants, one file a room."""

from __future__ import annotations

from tests.mutants.rooms import (
    audit,
    behaviour,
    fast,
    fitting,
    jobs,
    measure,
    plan,
    scenario,
    store,
    study,
    world,
)

MUTANTS = (
    *scenario.MUTANTS,
    *behaviour.MUTANTS,
    *world.MUTANTS,
    *plan.MUTANTS,
    *fast.MUTANTS,
    *measure.MUTANTS,
    *audit.MUTANTS,
    *store.MUTANTS,
    *study.MUTANTS,
    *fitting.MUTANTS,
    *jobs.MUTANTS,
)
"""All of them, in the order of the rooms."""
