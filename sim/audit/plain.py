"""A second auditor in plain Python, one call at a time, to be read beside the rules' words.

It shares nothing with the first but its input and the regime's model, and is far too slow for a
real log. Tests hold the two against each other, call for call.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sim.audit.tables import AuditInput, CampaignFacts
from sim.errors import CannotJudgeError
from sim.regimes.model import (
    AbandonmentRule,
    CallerNumberRule,
    CampaignDutyRule,
    ConsentRule,
    ConsentSlotRule,
    DataNoticeRule,
    FrequencyCapRule,
    HonourOptOutRule,
    HoursRule,
    IdentificationRule,
    MessageRule,
    OppositionRule,
    PauseAfterRefusalRule,
    ProofOfConsentRule,
    Regime,
    RegisterRule,
    Rule,
    SilenceRule,
)

_MS = dt.timedelta(milliseconds=1)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class PlainVerdict:
    """What the plain auditor says of one rule."""

    status: str
    """``assessed``, ``not_assessable`` or ``not_in_force``."""
    violating: frozenset[int] = field(default_factory=frozenset)
    """Places of the calls that break it."""
    overrun: frozenset[int] = field(default_factory=frozenset)
    """Places of the calls that began rightly and ran past an edge."""
    heard: frozenset[int] = field(default_factory=frozenset)
    """Places of the calls whose message was left rightly and heard in the silence."""
    broken: bool = False
    """Whether a duty that the campaign has once was not met."""


class UnknownError(CannotJudgeError):
    """A rule needs what is not known."""

    def __init__(self) -> None:
        super().__init__("what the rule needs is not known")


def plain_audit(data: AuditInput, regime: Regime) -> dict[str, PlainVerdict]:
    """Hold a call log against a regime: verdicts by the rule's id."""
    log = _Log(data)
    return {rule.id: _verdict(log, rule) for rule in regime.rules}


def _verdict(log: _Log, rule: Rule) -> PlainVerdict:
    if not log.count:
        return PlainVerdict("not_assessable")
    days = [log.day(i) for i in range(log.count)]
    if max(days) < rule.since or (rule.until is not None and min(days) > rule.until):
        return PlainVerdict("not_in_force")
    try:
        return _RULES[type(rule)](log, rule)
    except UnknownError:
        return PlainVerdict("not_assessable")


class _Log:
    """The input as lists, read entry by entry."""

    def __init__(self, data: AuditInput) -> None:
        self.data = data
        self.facts = data.facts
        self.count = len(data.calls.start_ms)
        self._lists: dict[str, list[Any]] = {}
        for name in data.calls.__dataclass_fields__:
            column = getattr(data.calls, name)
            if column is not None:
                self._lists[name] = column.tolist()

    def need(self, *names: str) -> None:
        """Columns of the calls without which a rule cannot be assessed."""
        if any(name not in self._lists for name in names):
            raise UnknownError

    def has(self, name: str) -> bool:
        return name in self._lists

    def get(self, name: str, i: int) -> Any:
        return self._lists[name][i]

    # ── Time ─────────────────────────────────────────────────────────────────────────────────

    def wall(self, i: int, at_ms: int) -> dt.datetime:
        """What the clock on the wall of a call's recipient shows at a moment."""
        zone = ZoneInfo(self.data.zones[self.get("zone", i)])
        return (_EPOCH + at_ms * _MS).astimezone(zone).replace(tzinfo=None)

    def start(self, i: int) -> dt.datetime:
        return self.wall(i, self.get("start_ms", i))

    def last(self, i: int) -> dt.datetime:
        """The wall clock at the last millisecond of a call."""
        return self.wall(i, max(self.get("end_ms", i) - 1, self.get("start_ms", i)))

    def day(self, i: int) -> dt.date:
        if self.has("zone"):
            return self.start(i).date()
        start: int = self.get("start_ms", i)
        return (_EPOCH + start * _MS).date()

    # ── Recipients ───────────────────────────────────────────────────────────────────────────

    def knows_consent(self) -> bool:
        known = self.data.recipients
        return not (
            known is None or known.consent_from_ms is None or known.consent_until_ms is None
        )

    def consent_holds(self, i: int) -> bool:
        known, line, now = self.data.recipients, self.get("line", i), self.get("start_ms", i)
        assert known is not None
        assert known.consent_from_ms is not None
        assert known.consent_until_ms is not None
        return bool(known.consent_from_ms[line] <= now < known.consent_until_ms[line])

    # ── Which calls a rule looks at ──────────────────────────────────────────────────────────

    def looked_at(self, rule: Rule) -> list[int]:
        """Places of the calls that a rule looks at."""
        if rule.applies.line_types is not None:
            self.need("line_type")
        if rule.applies.calls != "dialled":
            self.need(rule.applies.calls)
        return [i for i in range(self.count) if self._looks_at(rule, i)]

    def _looks_at(self, rule: Rule, i: int) -> bool:
        day = self.day(i)
        if day < rule.since:
            return False
        if rule.until is not None and day > rule.until:
            return False
        types = rule.applies.line_types
        if types is not None and self.data.line_types[self.get("line_type", i)] not in types:
            return False
        if rule.applies.calls != "dialled" and not self.get(rule.applies.calls, i):
            return False
        return not (rule.lifted_by_consent and self.knows_consent() and self.consent_holds(i))


def _split(
    log: _Log,
    rule: Rule,
    allowed: Callable[[int, dt.datetime], bool],
    calls: Sequence[int] | None = None,
) -> PlainVerdict:
    """Calls that start when they may not, and calls that end so having started when they may."""
    calls = log.looked_at(rule) if calls is None else calls
    wrong = {i for i in calls if not allowed(i, log.start(i))}
    late = set()
    if log.has("end_ms"):
        late = {i for i in calls if i not in wrong and not allowed(i, log.last(i))}
    return PlainVerdict("assessed", frozenset(wrong), frozenset(late))


def _chosen(log: _Log, rule: Rule, breaks: Callable[[int], bool]) -> PlainVerdict:
    return PlainVerdict("assessed", frozenset(i for i in log.looked_at(rule) if breaks(i)))


# ── Rules, one after the other ───────────────────────────────────────────────────────────────────


def _hours(log: _Log, rule: HoursRule) -> PlainVerdict:
    log.need("zone")
    holidays: Any = {}
    if rule.holidays != "normal":
        import holidays as calendar

        country, _, part = (rule.holidays_code or "").partition("-")
        holidays = calendar.country_holidays(country, subdiv=part or None)

    def allowed(_: int, wall: dt.datetime) -> bool:
        weekday = wall.weekday()
        if rule.holidays != "normal" and wall.date() in holidays:
            if rule.holidays == "closed":
                return False
            weekday = 6
        minute = wall.hour * 60 + wall.minute
        return any(weekday in w.days and w.opens <= minute < w.closes for w in rule.windows)

    return _split(log, rule, allowed)


def _consent(log: _Log, rule: ConsentRule) -> PlainVerdict:
    known = log.data.recipients
    if known is None or not log.knows_consent():
        raise UnknownError
    if rule.scope and known.consent_scope is None:
        raise UnknownError
    if rule.press_1_counts:
        log.need("delivered")
        if log.facts.gate != "none":
            log.need("pressed")

    def valid(i: int) -> bool:
        if not log.consent_holds(i):
            return False
        if not rule.scope:
            return True
        assert known.consent_scope is not None
        named = int(known.consent_scope[log.get("line", i)])
        return named >= 0 and all(item in log.data.scopes[named] for item in rule.scope)

    def breaks(i: int) -> bool:
        if valid(i):
            return False
        if not rule.press_1_counts:
            return True
        pressed = log.facts.gate != "none" and log.get("pressed", i)
        return bool(log.get("delivered", i) and not pressed)

    return _chosen(log, rule, breaks)


def _consent_slot(log: _Log, rule: ConsentSlotRule) -> PlainVerdict:
    log.need("zone")
    known = log.data.recipients
    if known is None or not log.knows_consent() or known.consent_slot is None:
        raise UnknownError
    slots = known.consent_slot

    def allowed(i: int, wall: dt.datetime) -> bool:
        slot = int(slots[log.get("line", i)])
        if slot < 0:
            return False
        minute = (wall.weekday() * 24 + wall.hour) * 60 + wall.minute
        return bool(log.data.slots[slot].open[minute])

    with_consent = [i for i in log.looked_at(rule) if log.consent_holds(i)]
    return _split(log, rule, allowed, with_consent)


def _register(log: _Log, rule: RegisterRule) -> PlainVerdict:
    known = log.data.recipients
    if known is None or rule.name not in known.registers:
        raise UnknownError
    listed = known.registers[rule.name]
    return _chosen(log, rule, lambda i: bool(listed[log.get("line", i)]))


def _opposition(log: _Log, rule: OppositionRule) -> PlainVerdict:
    known = log.data.recipients
    if known is None or rule.name not in known.oppositions:
        raise UnknownError
    marked = known.oppositions[rule.name]
    return _chosen(log, rule, lambda i: bool(marked[log.get("line", i)]))


def _frequency_cap(log: _Log, rule: FrequencyCapRule) -> PlainVerdict:
    earlier: dict[int, list[int]] = {}
    wrong = set()
    in_days = rule.day == "calendar"
    if in_days:
        log.need("zone")
    window = rule.window // 86_400_000 if in_days else rule.window
    for i in sorted(log.looked_at(rule), key=lambda i: (log.get("start_ms", i), i)):
        before = earlier.setdefault(log.get("line", i), [])
        # A moment in days of the calendar, or in ms.
        start = log.day(i).toordinal() if in_days else log.get("start_ms", i)
        before.append(start)
        if rule.rolling:
            together = [s for s in before if start - window < s]
        else:
            number = (start - before[0]) // window
            together = [s for s in before if (s - before[0]) // window == number]
        if len(together) > rule.calls:
            wrong.add(i)
    return PlainVerdict("assessed", frozenset(wrong))


def _pause(log: _Log, rule: PauseAfterRefusalRule) -> PlainVerdict:
    optouts = log.data.optouts
    if optouts is None:
        raise UnknownError
    refusals = [
        (int(optouts.line[k]), int(optouts.at_ms[k]))
        for k in range(len(optouts.line))
        if optouts.refusal is None or optouts.refusal[k]
    ]
    if rule.day == "calendar":
        log.need("zone")

    def paused(i: int, at: int) -> bool:
        start = log.get("start_ms", i)
        if start < at:
            return False
        if rule.day == "calendar":
            return log.day(i) <= log.wall(i, at).date() + dt.timedelta(days=rule.days)
        return bool(start < at + rule.days * 24 * 3600 * 1000)

    def breaks(i: int) -> bool:
        return any(who == log.get("line", i) and paused(i, at) for who, at in refusals)

    return _chosen(log, rule, breaks)


def _honour(log: _Log, rule: HonourOptOutRule) -> PlainVerdict:
    optouts = log.data.optouts
    if optouts is None:
        raise UnknownError
    wishes: dict[int, list[int]] = {}
    for line, at in zip(optouts.line.tolist(), optouts.at_ms.tolist(), strict=True):
        wishes.setdefault(line, []).append(at)

    def too_late(i: int, at: int) -> bool:
        if rule.business_days is None:
            return bool(log.get("start_ms", i) >= at + (rule.delay or 0))
        log.need("zone")
        passed, day = 0, log.wall(i, at).date() + dt.timedelta(days=1)
        while day < log.day(i):
            passed += day.weekday() < 5
            day += dt.timedelta(days=1)
        return passed >= rule.business_days

    def breaks(i: int) -> bool:
        return any(too_late(i, at) for at in wishes.get(log.get("line", i), []))

    return _chosen(log, rule, breaks)


def _message(log: _Log, rule: MessageRule) -> PlainVerdict:
    verdict = _scripted(log, rule, _answers(log.facts, rule, log.facts.opt_out_notice))
    if not log.has("objection_first"):
        return verdict
    otherwise = _scripted(log, rule, _answers(log.facts, rule, "start"))
    wrong = {i for i in verdict.violating if not log.get("objection_first", i)}
    wrong |= {i for i in otherwise.violating if log.get("objection_first", i)}
    return PlainVerdict("assessed", frozenset(wrong))


def _answers(facts: CampaignFacts, rule: MessageRule, notice: str | None) -> list[bool | None]:
    """Whether a message with that notice has each thing that the rule requires."""
    answers: list[bool | None] = []
    for item in rule.requires:
        if item == "how_to_object":
            answers.append(facts.how_to_object)
        elif item == "opt_out_key":
            answers.append(facts.opt_out_key)
        elif notice is None:
            answers.append(None)
        elif item == "opt_out_at_start":
            answers.append(notice == "start")
        else:
            answers.append(notice in ("start", "end"))
    if rule.within is not None:
        if facts.opt_out_key is False or (notice == "none" and facts.opt_out_key is None):
            answers.append(False)
        elif facts.opt_out_key_within_ms is None:
            answers.append(None)
        else:
            answers.append(facts.opt_out_key_within_ms <= rule.within)
    return answers


def _identification(log: _Log, rule: IdentificationRule) -> PlainVerdict:
    said = log.facts.identification
    return _scripted(log, rule, [said.get(item) for item in rule.requires])


def _scripted(log: _Log, rule: Rule, answers: Sequence[bool | None]) -> PlainVerdict:
    """All calls break a rule that the message breaks."""
    wrong = any(answer is False for answer in answers)
    if not wrong and None in answers:
        raise UnknownError
    return _chosen(log, rule, lambda _: wrong)


def _caller_number(log: _Log, rule: CallerNumberRule) -> PlainVerdict:
    numbers = log.facts.caller_numbers
    if not numbers:
        raise UnknownError

    def wrong(number: str) -> bool:
        digits = "".join(sign for sign in number if sign.isdigit())
        if any(digits.startswith(prefix) for prefix in rule.forbidden_prefixes):
            return True
        allowed = rule.allowed_prefixes
        return bool(allowed) and not any(digits.startswith(prefix) for prefix in allowed)

    if log.has("caller_number"):
        return _chosen(log, rule, lambda i: wrong(numbers[log.get("caller_number", i)]))
    if len({wrong(number) for number in numbers}) > 1:
        raise UnknownError
    return _chosen(log, rule, lambda _: wrong(numbers[0]))


def _silence(log: _Log, rule: SilenceRule) -> PlainVerdict:
    log.need("zone")

    def silent(i: int, wall: dt.datetime) -> bool:
        zone = log.data.zones[log.get("zone", i)]
        territory = log.data.territories[log.get("territory", i)] if log.has("territory") else None
        for poll in rule.polls:
            day = poll.date
            for other in reversed(poll.elsewhere):
                if territory in other.territories or zone in other.zones:
                    day = other.date
            midnight = dt.datetime.combine(day, dt.time.min)
            first = midnight - dt.timedelta(days=rule.days_before) + rule.starts * 60_000 * _MS
            end = midnight + rule.ends * 60_000 * _MS
            if first <= wall < end:
                return True
        return False

    found = _split(log, rule, lambda i, wall: not silent(i, wall))
    heard = set()
    if log.has("heard_ms"):
        for i in log.looked_at(rule):
            at = log.get("heard_ms", i)
            if i not in found.violating and at < 2**62 and silent(i, log.wall(i, at)):
                heard.add(i)
    return PlainVerdict("assessed", found.violating, found.overrun, frozenset(heard))


def _abandonment(log: _Log, rule: AbandonmentRule) -> PlainVerdict:
    limit = log.facts.abandoned_within_ms
    if rule.within is not None and limit is not None and limit > rule.within:
        raise UnknownError
    calls = log.looked_at(rule)
    if log.has("person") and log.has("abandoned"):
        answered = [i for i in calls if log.get("person", i)]
        dropped = [i for i in answered if log.get("abandoned", i)]
        share = len(dropped) / len(answered) if answered else 0.0
    elif log.facts.abandoned_share is not None:
        share = log.facts.abandoned_share
    else:
        raise UnknownError
    short = False
    if rule.shortest_ring is not None and log.has("ring_ms") and log.has("rang_out"):
        short = any(
            log.get("rang_out", i) and log.get("ring_ms", i) < rule.shortest_ring for i in calls
        )
    return PlainVerdict("assessed", broken=share > rule.most or short)


def _once(log: _Log, rule: Rule, met: bool | None) -> PlainVerdict:
    if met is None:
        raise UnknownError
    calls = log.looked_at(rule)
    return PlainVerdict("assessed", broken=bool(calls) and not met)


def _data_notice(log: _Log, rule: DataNoticeRule) -> PlainVerdict:
    return _once(log, rule, log.facts.data_notice)


def _proof(log: _Log, rule: ProofOfConsentRule) -> PlainVerdict:
    return _once(log, rule, log.facts.proof_of_consent)


def _duty(log: _Log, rule: CampaignDutyRule) -> PlainVerdict:
    return _once(log, rule, log.facts.duties.get(rule.duty))


_RULES: dict[type, Callable[[_Log, Any], PlainVerdict]] = {
    HoursRule: _hours,
    ConsentRule: _consent,
    ConsentSlotRule: _consent_slot,
    RegisterRule: _register,
    OppositionRule: _opposition,
    FrequencyCapRule: _frequency_cap,
    PauseAfterRefusalRule: _pause,
    HonourOptOutRule: _honour,
    MessageRule: _message,
    IdentificationRule: _identification,
    CallerNumberRule: _caller_number,
    SilenceRule: _silence,
    AbandonmentRule: _abandonment,
    DataNoticeRule: _data_notice,
    ProofOfConsentRule: _proof,
    CampaignDutyRule: _duty,
}
