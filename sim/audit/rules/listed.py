"""No call to a line that is listed as refusing: in a register, or outside of any."""

from __future__ import annotations

from sim.audit.tables import Bools
from sim.audit.three import three
from sim.audit.verdict import Assessed, MissingError, judged
from sim.audit.view import View
from sim.regimes.model import OppositionRule, RegisterRule


def assess_register(view: View, rule: RegisterRule) -> Assessed:
    """Calls to lines that stand in the register."""
    recipients = view.data.recipients
    listed = None if recipients is None else recipients.registers.get(rule.name)
    if listed is None:
        raise MissingError(f"it is not known which lines stand in the register '{rule.name}'")
    return _calls_to(view, rule, listed, f"register {rule.name}")


def assess_opposition(view: View, rule: OppositionRule) -> Assessed:
    """Calls to lines that are marked as refusing."""
    recipients = view.data.recipients
    marked = None if recipients is None else recipients.oppositions.get(rule.name)
    if marked is None:
        raise MissingError(f"it is not known which lines are marked as refusing in '{rule.name}'")
    return _calls_to(view, rule, marked, f"opposition {rule.name}")


def _calls_to(view: View, rule: RegisterRule | OppositionRule, lines: Bools, what: str) -> Assessed:
    listed = three(view.at_line(what, lines), view.of_line(what), f"{what} unknown")
    return judged(view.scope(rule), listed)
