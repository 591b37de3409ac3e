"""A team's own log as the head of a campaign: its lines stand for lines of the scenario's world.

The people of a scenario are made, not those of the team's list. So each line that the team has
dialled takes the place of a line of the same territory and type, the first in dialling order that
is what the calls have shown: in service or not, with a machine or not. What is made of it is a
forecast of numbers, never of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.audit.inputs.external import LOG, MAX_HOLD_MS, WISHES
from sim.audit.inputs.files import Sheet, no_problem
from sim.behaviour.calls import ENDING_BITS, CallTables, draw
from sim.engine.plan.plan import Plan
from sim.errors import MisfitError
from sim.intake.imported import CALLS, OPTOUTS, read_manifest, verify
from sim.jobs.misfits import refuse_moments
from sim.record.head import attempts_of
from sim.record.log import LogChunk, Outcome
from sim.record.never import NEVER
from sim.scenario.scenario import Scenario

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
DEAD, MACHINE, ANY = range(3)
"""What the calls to a line have shown of it: not in service; a machine answers; neither."""
MOST_ATTEMPTS = 255
_UNKNOWN = -1


@dataclass(frozen=True)
class TeamLog:
    """Calls of a team's dialer, one entry each, in order of their starts."""

    file: Path
    line: NDArray[np.int32]
    """(n,) Which of the team's lines, from 0."""
    start_utc_ms: Ints
    hold_ms: Ints
    """(n,) Time on a channel, ms; -1 where it is not known."""
    ring_ms: Ints
    """(n,) Likewise, to pick-up."""
    disposition: NDArray[np.object_]
    """(n,) As the auditor's column has it; empty where it is not known."""
    territory: NDArray[np.object_]
    """(n,) Name; empty where it is not known."""
    line_type: NDArray[np.object_]
    """(n,) Likewise."""
    delivered: NDArray[np.int8]
    """(n,) Whether the message was played: 1, 0, or -1 where it is not known."""
    pressed: NDArray[np.int8]
    """(n,) Whether the key that a gate asks for was pressed, likewise."""
    objected: tuple[NDArray[np.int32], Ints]
    """Lines that objected, and when, ms since 1970 UTC."""
    scenario: Scenario
    notes: tuple[str, ...]
    """What the log does not tell, and what is assumed instead."""

    def last_utc_ms(self) -> int:
        """Start of the last call, ms since 1970 UTC."""
        return int(self.start_utc_ms[-1])

    def begin(self, strategy: str, plan: Plan, at_ms: int) -> tuple[Plan, LogChunk]:
        """The plan with the team's objections, and its calls before a moment.

        Raises
        ------
        MisfitError
            If calls lie outside of the campaign, or the world has too few lines of some kind.
        """
        start = self.start_utc_ms - plan.start_utc_ms
        refuse_moments(self.file, plan, start)
        early = np.flatnonzero(start < at_ms)
        stands_for = self._lines_of(plan, early)
        line = stands_for[self.line[early]]
        attempt = attempts_of(line)
        if len(early) and attempt.max() > MOST_ATTEMPTS:
            raise MisfitError([f"{self.file}: a line has more than {MOST_ATTEMPTS} calls"])
        hold, outcome = self._endings(plan, early, line, attempt)
        log = LogChunk(
            first=0,
            line=line,
            attempt=attempt.astype(np.uint8),
            territory=plan.population.territory[line].astype(np.uint8),
            start_ms=start[early],
            hold_ms=hold.astype(np.int32),
            outcome=outcome.astype(np.uint8),
            opted_out=np.zeros(len(early), dtype=np.uint8),
            caller=np.zeros(len(early), dtype=np.uint16),
        )
        return self._with_objections(plan, stands_for), log

    def _with_objections(self, plan: Plan, stands_for: NDArray[np.int32]) -> Plan:
        """The plan in which nobody is called who objected."""
        who, when = self.objected
        line = stands_for[who]
        known = line >= 0
        if not known.any():
            return plan
        lines = plan.population.lines
        until = np.full(lines, NEVER) if plan.until_ms is None else plan.until_ms.copy()
        np.minimum.at(until, line[known], np.maximum(when[known] - plan.start_utc_ms, 0))
        return replace(plan, until_ms=until)

    # ── Whom a line stands for ───────────────────────────────────────────────────────────────

    def _lines_of(self, plan: Plan, early: NDArray[np.intp]) -> NDArray[np.int32]:
        """(lines of the team,) The line of the world in whose place each stands, or -1."""
        people, world = plan.population, self.scenario.world
        first = np.unique(self.line[early], return_index=True)[1]
        calls = early[first]  # the first call to each line, in order of lines
        lines = self.line[calls]
        places = self._known(self.territory[calls], list(world.territories))
        types = self._known(self.line_type[calls], list(world.line_types))
        shown = self._shown(early)[lines]
        found = np.full(int(self.line.max()) + 1, -1, dtype=np.int32)
        order = plan.order
        kinds = np.where(
            people.in_service[order] == 0,
            DEAD,
            np.where(people.has_machine[order] != 0, MACHINE, ANY),
        )
        free = np.ones(len(order), dtype=np.bool_)
        short = 0
        # Lines of which most is known choose first.
        vague = (places == _UNKNOWN).astype(np.int64) * 2 + (types == _UNKNOWN)
        classes = np.stack([vague, shown, places, types], axis=1)
        for one in np.unique(classes, axis=0):
            wanting = lines[(classes == one).all(axis=1)]
            _, kind, place, of_type = (int(value) for value in one)
            fits = free.copy()
            if place != _UNKNOWN:
                fits &= people.territory[order] == place
            if of_type != _UNKNOWN:
                fits &= people.line_type[order] == of_type
            exact = np.flatnonzero(fits & (kinds == kind if kind != ANY else kinds != DEAD))
            others = np.flatnonzero(fits & ~(kinds == kind if kind != ANY else kinds != DEAD))
            chosen = np.concatenate([exact, others])[: len(wanting)]
            short += len(wanting) - len(chosen)
            found[wanting[: len(chosen)]] = order[chosen]
            free[chosen] = False
        if short:
            raise MisfitError(
                [
                    f"{self.file}: {short:,} of {len(lines):,} lines are more than the strategy's "
                    "list has of their territory and type"
                ]
            )
        return found

    def _known(self, names: NDArray[np.object_], known: list[str]) -> Ints:
        """(n,) Places of names among those that a world has.

        Raises
        ------
        MisfitError
            With how many lines have a name that it does not.
        """
        place = {"": _UNKNOWN, **{name: at for at, name in enumerate(known)}}
        wrong = sum(name not in place for name in names.tolist())
        if wrong:
            raise MisfitError(
                [
                    f"{self.file}: {wrong:,} of {len(names):,} lines have a territory or type that "
                    f"the scenario does not; it has {', '.join(known)}"
                ]
            )
        return np.array([place[name] for name in names.tolist()], dtype=np.int64)

    def _shown(self, early: NDArray[np.intp]) -> Ints:
        """(lines of the team,) What calls have shown of each line."""
        count = int(self.line.max()) + 1
        line, ended = self.line[early], self.disposition[early]

        def any_of(*wanted: str) -> Bools:
            has = np.zeros(count, dtype=np.bool_)
            has[line[np.isin(ended, wanted)]] = True
            return has

        lives = any_of("busy", "no_answer", "machine", "human")
        shown = np.where(any_of("machine"), MACHINE, ANY)
        return np.where(any_of("invalid") & ~lives, DEAD, shown).astype(np.int64)

    # ── How a call ended ─────────────────────────────────────────────────────────────────────

    def _endings(
        self, plan: Plan, early: NDArray[np.intp], line: NDArray[np.int32], attempt: Ints
    ) -> tuple[Ints, Ints]:
        """(n,) Time on a channel, ms, and outcome of each call, by the message of its moment."""
        played = np.searchsorted(
            np.array(plan.message_from_ms), self.start_utc_ms[early] - plan.start_utc_ms, "right"
        )
        hold = np.zeros(len(early), dtype=np.int64)
        outcome = np.zeros(len(early), dtype=np.int64)
        for message in np.unique(played).tolist():
            rows = np.flatnonzero(played == message)
            tables = plan.postures[(message - 1) * plan.stances].tables
            found = self._ended(plan, tables, early[rows], line[rows], attempt[rows])
            hold[rows], outcome[rows] = found
        return hold, outcome

    def _ended(
        self,
        plan: Plan,
        tables: CallTables,
        early: NDArray[np.intp],
        line: NDArray[np.int32],
        attempt: Ints,
    ) -> tuple[Ints, Ints]:
        """The same of calls that played one message."""
        people = plan.population
        ended = self.disposition[early]
        drawn = draw(
            tables,
            plan.key,
            line.astype(np.uint32),
            attempt.astype(np.uint8),
            people.line_type[line],
            people.in_service[line],
            people.has_machine[line],
        )
        packed = np.where(ended == "human", drawn.human, drawn.other)
        packed = np.where(ended == "busy", drawn.busy, packed)
        hold = self.hold_ms[early]
        hold = np.maximum(np.where(hold < 0, packed >> np.uint32(ENDING_BITS), hold), 1)
        left = self.delivered[early]
        leaves = (left == 1) | ((left < 0) & bool(tables.leave_message))
        outcome = np.full(len(early), int(Outcome.NO_ANSWER), dtype=np.int64)
        outcome[ended == "invalid"] = Outcome.INVALID
        outcome[ended == "busy"] = Outcome.BUSY
        outcome[ended == "failed"] = Outcome.FAILED
        machine = ended == "machine"
        outcome[machine] = np.where(leaves, Outcome.MACHINE_VOICEMAIL, Outcome.MACHINE)[machine]
        listened = np.where(self.ring_ms[early] < 0, 0, hold - self.ring_ms[early])
        past = sum((listened >= limit).astype(np.int64) for limit in plan.live_thresholds_ms)
        passed = (self.pressed[early] != 0) if tables.gate else np.ones(len(early), dtype=np.bool_)
        person = np.where(passed, int(Outcome.HEARD) + past, int(Outcome.HUMAN_AT_GATE))
        outcome[ended == "human"] = person[ended == "human"]
        return hold, outcome


# ── Reading it ───────────────────────────────────────────────────────────────────────────────────


def team_log(path: Path, scenario: Scenario, *, imported: bool) -> TeamLog:
    """A team's log from a file in the auditor's columns, or a directory of imported calls.

    Raises
    ------
    sim.errors.DialerFilesError
        With every fault of the files.
    sim.errors.RunDirectoryError
        If the directory is not as it was written.
    """
    wishes = None
    if imported:
        manifest = read_manifest(path)
        verify(path, manifest, CALLS, OPTOUTS)
        wishes = path / OPTOUTS if manifest["files"][OPTOUTS].get("rows") else None
        path = path / CALLS
    sheet = Sheet(path, LOG)
    ids = sheet.ids("line")
    start = sheet.moments("start_utc", required=True)
    end, hold = sheet.moments("end_utc"), sheet.whole("hold_ms", 0, MAX_HOLD_MS)
    ring = sheet.whole("ring_ms", 0, MAX_HOLD_MS)
    texts = {name: _texts(sheet, name) for name in ("disposition", "territory", "line_type")}
    flags = {name: _flags(sheet, name) for name in ("delivered", "pressed")}
    if not sheet.rows:
        sheet.fault("line", "the file has no rows")
    if not sheet.has("disposition"):
        sheet.fault("disposition", "the column is missing; retries hang on it")
    sheet.finish()
    assert ids is not None
    assert start is not None
    held = np.full(sheet.rows, _UNKNOWN, dtype=np.int64)
    if end is not None:
        held = np.where(end.unknown, held, end.values - start.values)
    if hold is not None:
        held = np.where(hold.unknown | (held >= 0), held, hold.values)
    coded = pc.dictionary_encode(ids)
    line = coded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    rang = np.full(sheet.rows, _UNKNOWN, dtype=np.int64)
    if ring is not None:
        rang = np.where(ring.unknown, _UNKNOWN, ring.values)
    order = np.argsort(start.values, kind="stable")
    objected = _objections(wishes, coded.dictionary)
    return TeamLog(
        file=path,
        line=line[order],
        start_utc_ms=start.values[order],
        hold_ms=np.where(held < 0, _UNKNOWN, held)[order],
        ring_ms=rang[order],
        disposition=texts["disposition"][order],
        territory=texts["territory"][order],
        line_type=texts["line_type"][order],
        delivered=flags["delivered"][order],
        pressed=flags["pressed"][order],
        objected=objected,
        scenario=scenario,
        notes=_notes(held, rang, texts, known_objections=imported)
        + _gate_note(scenario, texts["disposition"], flags["pressed"]),
    )


def _texts(sheet: Sheet, name: str) -> NDArray[np.object_]:
    """A column of few texts, empty where one is not known."""
    found = sheet.codes(name, no_problem)
    if found is None:
        return np.full(sheet.rows, "", dtype=object)
    texts = np.array(found.texts, dtype=object)[found.codes]
    return np.where(found.unknown, "", texts)


def _flags(sheet: Sheet, name: str) -> NDArray[np.int8]:
    """A column of yes or no: 1, 0, and -1 where it is not known."""
    found = sheet.flags(name)
    if found is None:
        return np.full(sheet.rows, _UNKNOWN, dtype=np.int8)
    return np.where(found.unknown, _UNKNOWN, found.values).astype(np.int8)


def _objections(wishes: Path | None, lines: Any) -> tuple[NDArray[np.int32], Ints]:
    """Lines that objected and were called, and when, ms since 1970 UTC."""
    if wishes is None:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
    sheet = Sheet(wishes, WISHES)
    ids, at = sheet.ids("line"), sheet.moments("at_utc", required=True)
    sheet.codes("kind", no_problem)
    sheet.finish()
    assert ids is not None
    assert at is not None
    place = pc.fill_null(pc.index_in(ids, lines), -1).to_numpy(zero_copy_only=False)
    return place[place >= 0].astype(np.int32), at.values[place >= 0]


def _gate_note(
    scenario: Scenario, ended: NDArray[np.object_], pressed: NDArray[np.int8]
) -> tuple[str, ...]:
    """That keys at a gate are not known, where a strategy has one."""
    if all(strategy.message.gate == "none" for strategy in scenario.strategies.values()):
        return ()
    answered = ended == "human"
    missing = int(np.count_nonzero(answered & (pressed < 0)))
    if not missing:
        return ()
    some = "all" if missing == np.count_nonzero(answered) else f"{missing:,}"
    return (f"{some} calls answered by a person: key at the gate not known, taken for pressed",)


def _notes(
    held: Ints, rang: Ints, texts: dict[str, NDArray[np.object_]], *, known_objections: bool
) -> tuple[str, ...]:
    """What a log does not tell, and what is assumed instead."""
    calls = len(held)

    def some(missing: Bools) -> str:
        n = int(np.count_nonzero(missing))
        return "all" if n == calls else f"{n:,} of {calls:,}"

    ended = texts["disposition"]
    person = ended == "human"
    told = {
        "end not known, time on a channel drawn": held < 0,
        "disposition not known, taken for no answer": ended == "",
        "territory not known, of any": texts["territory"] == "",
        "type of line not known, of any": texts["line_type"] == "",
        "answered by a person, time listened not known, taken for none": person & (rang < 0),
    }
    notes = [f"{some(missing)} calls: {what}" for what, missing in told.items() if missing.any()]
    if not known_objections:
        notes.append("objections not known: nobody is left alone for one made so far")
    notes.append("each line stands for one of its territory and type in the scenario's world")
    return tuple(notes)
