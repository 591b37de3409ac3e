"""The mutants, one file a room."""

from __future__ import annotations

from tests.mutants.rooms import behaviour, plan, world

MUTANTS = (*world.MUTANTS, *behaviour.MUTANTS, *plan.MUTANTS)
"""All of them, in the order of the rooms."""
