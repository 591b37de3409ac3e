"""Mutants: each breaks one law in one engine. The suite must tell every one of them from the truth.

A mutant is a change of source text, made in memory. One that the suite does not kill means that a
law could be broken unseen, or that the mutant changes nothing; either way it is news.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import types
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calls import CallDraws, CallTables, draw
from sim.streams import Key


@dataclass(frozen=True)
class Mutant:
    """One change of one module's source."""

    law: str
    """The law that it breaks, as numbered in docs/model.md, and how."""
    module: str
    """A part of the reference engine or of the fast one, see ``REFERENCE`` and ``FAST``."""
    old: str
    new: str


def _r(law: str, old: str, new: str) -> Mutant:
    return Mutant(law, "reference", old, new)


def _f(law: str, old: str, new: str) -> Mutant:
    return Mutant(law, "dialer", old, new)


def _l(law: str, old: str, new: str) -> Mutant:
    return Mutant(law, "lookahead", old, new)


def _p(law: str, old: str, new: str) -> Mutant:
    return Mutant(law, "reference_feedback", old, new)


def _b(law: str, old: str, new: str) -> Mutant:
    return Mutant(law, "feedback", old, new)


def _i(law: str, old: str, new: str) -> Mutant:
    return Mutant(law, "inbound", old, new)


def _c(law: str, old: str, new: str) -> Mutant:
    return Mutant(law, "control", old, new)


def _k(law: str, old: str, new: str) -> Mutant:
    return Mutant(law, "kernel", old, new)


def _m(law: str, old: str, new: str) -> Mutant:
    return Mutant(law, "lived", old, new)


def _e(law: str, old: str, new: str) -> Mutant:
    return Mutant(law, "fast", old, new)


MUTANTS = (
    # The reference engine: the laws as a reader finds them.
    _r("1: busy up to and with its end", "self.ends[0] <= now", "self.ends[0] < now"),
    _r("1: window closed at its opening", "a <= now < b", "a < now < b"),
    _r("1: window open at its closing", "a <= now < b", "a <= now <= b"),
    _r("1: step in force late", "if step.at_ms <= now][-1]", "if step.at_ms < now or not step.at_ms][-1]"),
    _r("2: busy at the threshold", "disposition[0] < busy_below", "disposition[0] <= busy_below"),
    _r("2: human at the threshold", "disposition[0] < human_below", "disposition[0] <= human_below"),
    _r("3: credit while idle", "if earliest == now else Fraction(now)", "if earliest <= now else Fraction(now)"),
    _r("3: rest of the gap lost", "self.earliest_by_pace if earliest == now else Fraction(now)", "Fraction(now)"),
    _r("3: change of pace not re-based", "gap != self.gap and self.log", "False"),
    _r("3: re-based before the first call", "gap != self.gap and self.log", "gap != self.gap"),
    _r("4: one call too many", "self.busy(now) < capacity.channels", "self.busy(now) <= capacity.channels"),
    _r("5: due retry one ms late", "self.retries[g][0].due <= now", "self.retries[g][0].due < now"),
    _r("5: retries by territory", "min(due, key=lambda g: self.retries[g][0])", "min(due)"),
    _r("5: retries by number alone", "key=lambda g: self.retries[g][0])", "key=lambda g: self.retries[g][0].number)"),
    _r("5: ties by later number", "Retry(due, number,", "Retry(due, -number,"),
    _r("5: fresh lines by territory", "min(waiting, key=lambda g: self.fresh[g][0])", "min(waiting)"),
    _r("5: fresh lines before retries", "if not retries or not fresh:\n            return retries > 0", "if not retries or not fresh:\n            return False"),
    _r("5: a turn too many of retries", "in_a_row < retries if", "in_a_row <= retries if"),
    _r("5: a turn too many of fresh lines", "else in_a_row >= fresh", "else in_a_row > fresh"),
    _r("6: due from the start", "due = end + delay", "due = now + delay"),
    _r("6: due one ms late", "due = end + delay", "due = end + delay + 1"),
    _r("6: one attempt too many", "row.attempt < self.plan.lifetime", "row.attempt <= self.plan.lifetime"),
    _r("6: attempts never counted", "row.attempt + 1)", "max(2, row.attempt))"),
    _r("10: quarter-hour one ms late", 'side="right"', 'side="left"'),
    _r("11: attempt level ignored", "min(attempt, len(rows)) - 1", "0"),
    _r("12: starts at the cutoff", "now >= self.plan.cutoff_ms or", "now >= self.plan.cutoff_ms - 60_000 or"),
    _r("6: a call too many under a cap", "len(starts) >= cap.calls", "len(starts) > cap.calls"),
    _r("6: cap from the last call", "starts[-cap.calls] + cap.window_ms", "starts[-1] + cap.window_ms"),
    _r("6: cap of all lines", "if cap.lines[row.line] and len(starts)", "if len(starts)"),
    _r("6: cap sets due earlier", "due = max(due, starts", "due = min(due, starts"),
    _r("6: one attempt too many a day", ">= self.plan.per_day:", "> self.plan.per_day:"),
    _r("6: a day of the other territory", "self.days[territory]", "self.days[0]"),
    _r("6: a day's end one ms late", "due = max(due, ends)", "due = max(due, ends + 1)"),
    _r("9: left alone one ms late", "now >= self.until.get(line, NEVER)", "now > self.until.get(line, NEVER)"),
    _r("9: key press from the call's start", "end + self.plan.key_press_ms", "now + self.plan.key_press_ms"),
    _r("9: household forgotten", "for one in (line, other):", "for one in (line,):"),
    _r("9: a later objection frees the line", "min(self.until.get(one, NEVER), from_ms)", "from_ms"),
    # The fast engine: what makes it fast must not show.
    _l("lookahead doubled", "return min(ahead) if ahead else None", "return 2 * min(ahead) if ahead else None"),
    _l("calls that fail forgotten", "        shortest[Outcome.FAILED] = t.failed_release.shortest\n", "        pass\n"),
    _l("lookahead by the longest", "return min(ahead) if ahead else None", "return max(ahead) if ahead else None"),
    _f("segments past their bucket", "min(until, self._loaded * self._bucket_ms)", "until"),
    _f("bucket skipped", "ahead = bucket * self._bucket_ms", "ahead = (bucket + 1) * self._bucket_ms"),
    _f("opened territories' retries lost", "waiting = joined(waiting, self._parked)", "pass"),
    _f("closed territories' retries stay", "self._sort_out_ready()\n\n    def", "pass\n\n    def"),
    _f("merged by number", "np.lexsort((ready.number, ready.due))", "np.lexsort((ready.due, ready.number))"),
    _f("merged with ties open", "np.lexsort((ready.number, ready.due))", "np.argsort(ready.due, kind='stable')[::-1]"),
    _f("retries drawn as first attempts", "retries.row, retries.attempt, out", "retries.row, 1, out"),
    _f("ring of ends too short", "2 * longest + 4, 64", "longest // 8, 64"),
    _f("ends released too late for the ring", "self.state.slack = ends - longest - 2", "self.state.slack = 4 * ends"),
    _f("finished with retries parked", "            and len(self._parked.due) == 0\n", ""),
    _f("finished with retries in buckets", "            and state.waiting == 0\n", ""),
    _f("3: change of pace not re-based", "tat = rebase(tat, old_gap, gap)", "pass"),
    _f("block moved by one", "groups.shift[group] = slot - first", "groups.shift[group] = slot - first + (last - first > 1)"),
    _k("1: end not released in time", "while busy > 0 and released <= s:", "while busy > 0 and released < s:"),
    _k("3: carry of the rest lost", "            tat_rest -= unit\n            tat += 1\n", "            tat_rest -= unit\n"),
    _k("4: an end skipped over", "released += ahead + 1", "released += ahead + 2"),
    _k("4: ends of another block", "else 64 - (slot & 63)", "else 64"),
    _k("4: an end at the edge released early", "if left == 0 or released + ahead >= until:", "if left == 0:"),
    _k("4: an end not marked", "any_by_64[block] = others | one", "pass"),
    _k("4: a second end in a millisecond forgotten", "more[end & ends_mask] += 1", "pass"),
    _k("4: an end skipped while paced", "if ended > 0:", "if ended > 1:"),
    _k("4: ends of a block stay in the ring", "any_by_64[block] = left & later", "pass"),
    _k("4: second ends stay in the ring", "                            more[slot] = 0\n", ""),
    _k("4: second ends stay where channels bind", "                more[slot] = 0\n                busy", "                busy"),
    _k("4: an end stays where channels bind", "any_by_64[slot >> 6] &= ~(np.uint64(1) << np.uint64(slot & 63))", "pass"),
    _k("4: one end alone is no later one", "if left & later > 0 or ended > 1:", "if ended > 1:"),
    _k("4: later ends of the block released", "gone = left & ~later", "gone = left"),
    _k("4: second ends not released", "ended += 1 + more[slot]", "ended += 1"),
    _k("4: ends of the whole block released", "last = min(s, released | 63)", "last = released | 63"),
    _k("3: rest of the gap lost", "        tat_rest += gap_rest\n", ""),
    _k("3: credit while idle", "            tat = s\n            tat_rest = 0\n", "            pass\n"),
    _k("3: start on a broken millisecond", "s = tat + 1 if tat_rest > 0 else tat\n        if", "s = tat\n        if"),
    _k("4: one call too many", "while busy >= channels:", "while busy > channels:"),
    _k("5: due retry one ms late", "ready_due[ready] <= s", "ready_due[ready] < s"),
    _k("5: other territories forgotten", "if row + 1 == stop[best] or position[row + 1] > second:", "if row + 1 == stop[best]:"),
    _k("5: a turn too many of retries", "in_a_row < retry_turns if", "in_a_row <= retry_turns if"),
    _k("5: a turn too many of fresh lines", "-in_a_row >= fresh_turns", "-in_a_row > fresh_turns"),
    _k("5: fresh lines first let a retry go", "retry = retry_turns > 0 and goes_on", "retry = goes_on"),
    _k("5: ties within a bucket reversed", "        i = filled + length\n", "        i = filled + 2 * length\n"),
    _k("5: waits for a retry past a window that opens", "now = min(ready_due[ready], until)", "now = ready_due[ready]"),
    _k("6: due from the start", "due = end + delay", "due = s + delay"),
    _k("6: one attempt too many", "attempt < lifetime", "attempt <= lifetime"),
    _k("6: due retries dropped early", "if due < cutoff[group]:", "if due + 600_000 < cutoff[group]:"),
    _k("10: quarter-hour one ms late", "if s >= quarter_until:", "if s > quarter_until:"),
    _k("11: attempt level ignored", "level = attempt - 1 if attempt < levels else levels - 1", "level = 0"),
    _k("6: a call too many under a cap", "attempt >= cap_calls[c]", "attempt > cap_calls[c]"),
    _k("6: cap from the last call", "starts[row, (attempt - cap_calls[c]) % remembered]", "starts[row, (attempt - 1) % remembered]"),
    _k("6: cap of all lines", "if capped[row] >> c & 1 and attempt", "if attempt"),
    _k("6: starts forgotten", "            starts[row, (attempt - 1) % remembered] = s\n", "            starts[row, 0] = s\n"),
    _k("6: one attempt too many a day", "per_day > 0 and attempt >= per_day:", "per_day > 0 and attempt > per_day:"),
    _k("6: days stand still", "                    day += 1\n", "                    break\n"),
    _k("6: a day counts from its latest call", "(attempt - per_day) % remembered] >=", "(attempt - 1) % remembered] >="),
    _f("6: ring of buckets too short for a day", "furthest = max(furthest, *(int(longest.max()) for longest in days))", "pass"),
    _f("6: starts not kept for days", "max([plan.per_day, *(cap", "max([min(1, plan.per_day), *(cap"),
    _k("9: left alone one ms late", "if watch and s >= until_of[row]:", "if watch and s > until_of[row]:"),
    _k("9: left alone for a while", "            continue  # left alone for good", "            ready -= retry; continue  # left"),
    _k("9: key press from the call's start", "until_of[row] = min(until_of[row], end + key_press)", "until_of[row] = min(until_of[row], s + key_press)"),
    _k("9: household forgotten", "if households and partner[row] >= 0:", "if False:"),
    _f("9: objections of the world forgotten", "until[:] = plan.until_ms[line]", "pass"),
    _f("6: ring of buckets too short for a cap", "furthest = max([furthest, *(cap.window_ms for cap in plan.caps)])", "pass"),
    _k("ledger: attempts not kept", "        made[row] = attempt\n", ""),
    # What acts back, in the reference engine.
    _r("8: suspended one ms too long", "if now < self.suspended_until", "if now <= self.suspended_until"),
    _r("8: narrowed hours ignored", "self.open_ms[self.posture(now)][group]", "self.open_ms[0][group]"),
    _r("8: message never changes", "self.plan.postures[self.posture(now)].tables", "self.plan.postures[0].tables"),
    _r("4: a carrier takes a call too many", "len(self.ends) < self.in_force(now).channels", "len(self.ends) <= self.in_force(now).channels"),
    _r("3: the pace of carriers forgotten", "return free and math.ceil(self.earliest_by_pace) <= now", "return free"),
    _r("5: the carrier named last", "for carrier in self.carriers:\n            carrier.set_pace(now)\n            if", "for carrier in reversed(self.carriers):\n            carrier.set_pace(now)\n            if"),
    _k("4: a carrier takes a call too many", "while still >= carriers.channels[c] and moment", "while still > carriers.channels[c] and moment"),
    _k("5: the carrier named last", "if start < first_start:", "if start <= first_start:"),
    _k("3: rest of a carrier's gap lost", "    carriers.tat_rest[c] += carriers.gap_rest[c]\n", ""),
    _f("3: a carrier's pace not re-based", "            tat = rebase(tat, 1000 / old if old else gap, gap)\n        of.unit", "            pass\n        of.unit"),
    _c("4: outages of carriers never come", "for carrier, steps in enumerate(plan.carriers)", "for carrier, steps in enumerate(s[:1] for s in plan.carriers)"),
    _r("7: another message one ms late", "sum(since <= now for since", "sum(since < max(now, 1) for since"),
    _r("8: reactions end with the message", "self.plan.stances + self.stance", "self.plan.stances"),
    _r("8: an order is not obeyed", "or self.stopped is not None", ""),
    _r("8: a stage late", "reports >= threshold for threshold", "reports > threshold for threshold"),
    _p("7: a review sees its own millisecond", "c.moment + regulator.registration_ms < now", "c.moment + regulator.registration_ms <= now"),
    _p("7: an update sees its own millisecond", "if self.updated <= c.end < now", "if self.updated <= c.end <= now"),
    _p("7: a try before the end of another", "self.ends[0] <= moment:\n            heapq.heappop(self.ends)\n        while self.tries", "self.ends[0] < moment:\n            heapq.heappop(self.ends)\n        while self.tries"),
    _p("complaints: about calls that failed", "(Outcome.INVALID, Outcome.BUSY, Outcome.FAILED)", "(Outcome.INVALID, Outcome.BUSY)"),
    _p("lines: messages are heard where nobody is", "hearing(\n                self.plan.postures[call.posture].tables,", "hearing(\n                __import__('dataclasses').replace(self.plan.postures[call.posture].tables, in_use=None),"),
    _r("lines: people answer where nobody is", "drawn.disposition[0] < human_below", "drawn.disposition[0] < max(human_below, 1 << 30)"),
    _r("lines: detection hears each call anew", "self.plan.postures[self.posture(now)].tables\n        one", "__import__('dataclasses').replace(self.plan.postures[self.posture(now)].tables, heard_alike=0)\n        one"),
    _p("inbound: one line more", "len(self.ends) < self.lines", "len(self.ends) <= self.lines"),
    _p("inbound: one try too many", "number >= tables.tries", "number > tables.tries"),
    _p("complaints: repeats alike", "int(call.attempt > 1)", "0"),
    _p("complaints: objections forgotten", "self.objected_from[line] <= moment", "False"),
    _p("complaints: an objection one ms late", "self.objected_from[line] <= moment", "self.objected_from[line] < moment"),
    _p("complaints: from the start of the call", "kind, basis = kind_of(call.outcome), call.end", "kind, basis = kind_of(call.outcome), call.start + 1"),
    _p("contagion: nobody need have been called", "if what.kind == Kind.CONTAGION and not", "if False and not"),
    _p("contagion: a story breaks a second late", "self.breed(shock.moment_ms,", "self.breed(shock.moment_ms + 1000,"),
    _p("contagion: one child fewer", "range(1, what.children + 1)", "range(1, what.children)"),
    _p("numbers: labels a moment late", "bisect_right(self.labels, moment, key=itemgetter(0)) - 1", "bisect_right(self.labels, max(0, moment - 1), key=itemgetter(0)) - 1"),
    _p("numbers: nothing forgotten", "(burden * standing.retain >> 16)", "burden"),
    # The same in the fast one.
    _b("lines: messages are heard where nobody is", "messages_left(self._plan.tables, ", "messages_left(__import__('dataclasses').replace(self._plan.tables, in_use=None), "),
    _f("lines: detection hears each call anew", "return Drawer(plan.postures[posture].tables,", "return Drawer(__import__('dataclasses').replace(plan.postures[posture].tables, heard_alike=0),"),
    _c("8: reviews by the day of registration", "moment - regulator.registration_ms", "moment"),
    _c("8: a stage late", "reports >= threshold for threshold", "reports > threshold for threshold"),
    _c("8: calls not handed on before a review", "        dialer.flush()\n        feedback.advance(moment)\n        reports", "        feedback.advance(moment)\n        reports"),
    _c("8: calls not handed on before an update", "        dialer.flush()\n        feedback.advance(moment)\n        permission.labelled", "        feedback.advance(moment)\n        permission.labelled"),
    _c("9: calls not handed on before a refresh", "        dialer.flush()\n        feedback.advance(moment)\n        dialer.leave_alone", "        feedback.advance(moment)\n        dialer.leave_alone"),
    _c("8: reactions end with the message", "self.message * self.stances + self.stance", "self.message * self.stances + self.stance * (self.message == 0)"),
    _c("11: another message never comes", "plan.message_from_ms[1:]", "()"),
    _c("8: no suspension", "if reaction.suspend_ms:", "if False:"),
    _f("8: draws of the old message kept", "        self.groups.drawn[:] = self.groups.head\n", ""),
    _f("8: retries of the old message kept", "self._append_ready(self._redrawn(waiting))", "self._append_ready(waiting)"),
    _f("8: parked retries of the old message kept", "        self._parked = self._redrawn(self._parked)\n", ""),
    _f("9: households forgotten at a refresh", "lines = np.concatenate([lines, others[others >= 0]])", "pass"),
    _b("7: an objection after the call of its moment", "to_come[0].moment <= start:", "to_come[0].moment < start:"),
    _b("7: a refresh sees its own millisecond", "self._pending[0][0] < before", "self._pending[0][0] <= before"),
    _b("complaints: about calls that failed", "[[Outcome.INVALID, Outcome.BUSY, Outcome.FAILED]]", "[[Outcome.INVALID, Outcome.BUSY]]"),
    _b("contagion: nobody need have been called", "not self._called.before(line, moment)", "False"),
    _b("contagion: the first story does not break", "in tables.shocks:", "in tables.shocks[1:]:"),
    _b("complaints: a later objection frees the line", "min(self._opposed_at.get(line, NEVER), moment)", "moment"),
    _b("complaints: keys forgotten", "                    self._opposes(one, moment)\n", "                    pass\n"),
    _b("complaints: what was found is found again", "        self._count = 0\n", "        pass\n"),
    _b("complaints: objections forgotten", "after = self._opposed_at.get(candidate.complaint.line, NEVER) <= start", "after = False"),
    _i("7: a try before the end of another", "ends[0] <= ", "ends[0] < "),
)  # fmt: skip

GOING_ON = (
    _r("head: decides one ms late", "if now < self.decides_from:", "if now <= self.decides_from > 0:"),
    _r("head: retries of the head lost", "            if retry is not None:\n                self.wait_for(retry)\n\n    # ", "            pass\n\n    # "),
    _r("head: lines of the head are fresh again", "if line not in dialled:", "if True:"),
    _r("head: the head keeps no pace", "            self.count_start(row.start)\n", ""),
    _r("head: carriers forget the head", "(carrier or self.carriers[0]).take(row.start, row.start + row.hold)", "pass"),
    _m("head: ends of the head not marked", "            ring.any_by_64[block] |= one\n", ""),
    _m("head: second ends of the head forgotten", "np.int32(ring.any_by_64[block] & one > 0)", "0"),
    _m("head: carriers forget the head", "            carry(s, end, carriers)\n", "            pass\n"),
    _m("head: carriers have one call each of the head", "carriers.busy[chosen] += 1", "carriers.busy[chosen] = 1"),
    _m("head: turns begin anew", "min(state.in_a_row, 0) - 1", "0"),
    _m("head: ends of the head forgotten", "if end >= at:", "if False:"),
    _m("head: a key press of the head forgotten", "lived.opted_out[i] > 0", "False"),
    _m("head: the head keeps no pace", "        state.tat += state.gap\n", ""),
    _m("head: calls of the head not counted", "state.placed += last - first", "state.placed += 0"),
    _m("head: starts under a cap forgotten", "rows.starts[row, (lived.attempt[i] - 1) % remembered] = s", "pass"),
    _m("head: one attempt too many", "(log.attempt[number] < plan.lifetime)", "(log.attempt[number] <= plan.lifetime)"),
    _m("head: buckets in the wrong order", "np.sort(last[last >= 0])", "np.sort(last[last >= 0])[::-1]"),
    _m("head: attempts of the day forgotten", "full & (earlier >= begins)", "full & (earlier > ends)"),
    _f("head: retries due by the moment lost", "self._parked = joined(self._parked, self._loaded_from(waiting, begun))", "pass"),
    _f("head: ends of the head released at once", "state.now = state.released = at", "state.now = at; state.released = at + 5_000"),
    _e("head: no event before the moment", "        control.advance()\n    dialer.go_on", "        break\n    dialer.go_on"),
)  # fmt: skip
"""Mutants of how a run goes on from its head; cuts of runs kill them."""


def source_of(module: str) -> str:
    """The text of an engine module."""
    return inspect.getsource(
        importlib.import_module(PLACES.get(module, f"sim.engine.fast.{module}"))
    )


PLACES = {
    "fast": "sim.engine.fast.engine",
    "reference": "sim.engine.reference.engine",
    "reference_feedback": "sim.engine.reference.feedback",
}
"""Where a part is found that does not bear its module's own name."""


REFERENCE = ("reference_feedback", "reference")
FAST = ("kernel", "lived", "lookahead", "inbound", "feedback", "dialer", "control", "fast")
"""The modules of each engine that are made anew, in the order in which they use one another."""


def engine(mutant: Mutant | None, module: str = "fast") -> Any:
    """An engine with a mutant in it, or without one, uncompiled.

    Returns
    -------
    module
        With a function ``run`` like the engine's own.
    """
    of = REFERENCE if (mutant.module if mutant else module) in REFERENCE else FAST
    parts = {
        part: _execute(part, mutant if mutant and mutant.module == part else None) for part in of
    }
    if of is REFERENCE:
        parts["reference"].__dict__["ReferenceFeedback"] = parts[
            "reference_feedback"
        ].ReferenceFeedback
        parts["reference"].__dict__["draw"] = remembered_draw
        return parts["reference"]
    parts["kernel"].__dict__["trailing_zeros"] = trailing_zeros
    parts["dialer"].__dict__["k"] = parts["kernel"]
    parts["dialer"].__dict__["_passes"] = lambda: parts["lived"]
    for name in ("lookahead_ms", "longest_call_ms"):
        parts["dialer"].__dict__[name] = getattr(parts["lookahead"], name)
    parts["feedback"].__dict__["Inbound"] = parts["inbound"].Inbound
    parts["fast"].__dict__["Dialer"] = parts["dialer"].Dialer
    parts["fast"].__dict__["Feedback"] = parts["feedback"].Feedback
    for name in ("ControlPlane", "nothing_allowed"):
        parts["fast"].__dict__[name] = getattr(parts["control"], name)
    return parts["fast"]


def trailing_zeros(word: Any) -> int:
    """What numba makes one instruction of, in plain Python; ``word`` is not 0."""
    return (int(word) & -int(word)).bit_length() - 1


_DRAWN: dict[Any, tuple[CallTables, CallDraws]] = {}


def remembered_draw(
    tables: CallTables,
    key: Key,
    line: NDArray[np.uint32],
    attempt: int,
    *columns: NDArray[np.uint8],
) -> CallDraws:
    """What :func:`sim.behaviour.calls.draw` gives for one call.

    No mutant of the reference engine touches it, all of them ask for the same calls, and drawing
    one call alone is most of what a call costs there. The tables are kept with the draws, so that
    no others come to stand in their place.
    """
    call = (id(tables), key, int(line[0]), attempt, *(int(column[0]) for column in columns))
    if call not in _DRAWN:
        _DRAWN[call] = tables, draw(tables, key, line, attempt, *columns)
    return _DRAWN[call][1]


def _execute(module: str, mutant: Mutant | None) -> types.ModuleType:
    text = source_of(module)
    if mutant is not None:
        if mutant.old not in text:
            raise LookupError(f"mutant '{mutant.law}': its text is not in {module}.py any more")
        text = text.replace(mutant.old, mutant.new, 1)
    text = text.replace("@kernel\n", "").replace("@kernel_with_room\n", "")  # as plain Python
    made = types.ModuleType(f"mutated_{module}")
    sys.modules[made.__name__] = made  # dataclasses look their module up
    exec(compile(text, f"<{module}>", "exec"), made.__dict__)
    return made
