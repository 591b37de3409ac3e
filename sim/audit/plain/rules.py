"""The plain auditor's rules, one after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sim.audit.plain.log import Log, PlainVerdict, UnknownError, both, judged, neither, split
from sim.audit.tables import CampaignFacts
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
    RegisterRule,
    Rule,
    SilenceRule,
)

_MS = dt.timedelta(milliseconds=1)


def _hours(log: Log, rule: HoursRule) -> PlainVerdict:
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

    def inside(i: int) -> bool | None:
        """Whether it starts when it may, at every minute at which it may have started."""
        if not log.knows("zone", i):
            return None
        at, by = log.get("start_ms", i), log.start_within(i)
        minutes = range((at - by) // 60_000, (at + by) // 60_000 + 1)
        answers = {allowed(i, log.wall(i, minute * 60_000)) for minute in minutes}
        return answers.pop() if len(answers) == 1 else None

    return split(log, rule, allowed, inside=inside)


def _consent(log: Log, rule: ConsentRule) -> PlainVerdict:
    known = log.data.recipients
    if known is None or not log.knows_consent():
        raise UnknownError
    if rule.scope and known.consent_scope is None:
        raise UnknownError
    if rule.press_1_counts:
        log.need("delivered")
        if log.facts.gate != "none":
            log.need("pressed")

    def names_all(i: int) -> bool | None:
        if not rule.scope:
            return True
        assert known.consent_scope is not None
        named = int(known.consent_scope[log.get("line", i)])
        said = named >= 0 and all(item in log.data.scopes[named] for item in rule.scope)
        answer: bool | None = log.of_line("consent_scope", i, said)
        return answer

    def breaks(i: int) -> bool | None:
        lacking = neither(both(log.consent_holds(i), names_all(i)))
        if not rule.press_1_counts:
            return lacking
        pressed = log.of("pressed", i) if log.facts.gate != "none" else False
        return both(lacking, log.of("delivered", i), neither(pressed))

    return judged(log, rule, breaks)


def _consent_slot(log: Log, rule: ConsentSlotRule) -> PlainVerdict:
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

    def inside(i: int) -> bool | None:
        if log.of_line("consent_slot", i, True) is None:
            return None
        if int(slots[log.get("line", i)]) < 0:
            return False
        return allowed(i, log.start(i)) if log.knows("zone", i) else None

    return split(log, rule, allowed, log.consent_holds, inside)


def _register(log: Log, rule: RegisterRule) -> PlainVerdict:
    known = log.data.recipients
    if known is None or rule.name not in known.registers:
        raise UnknownError
    listed = known.registers[rule.name]
    what = f"register {rule.name}"
    return judged(log, rule, lambda i: log.of_line(what, i, bool(listed[log.get("line", i)])))


def _opposition(log: Log, rule: OppositionRule) -> PlainVerdict:
    known = log.data.recipients
    if known is None or rule.name not in known.oppositions:
        raise UnknownError
    marked = known.oppositions[rule.name]
    what = f"opposition {rule.name}"
    return judged(log, rule, lambda i: log.of_line(what, i, bool(marked[log.get("line", i)])))


def _frequency_cap(log: Log, rule: FrequencyCapRule) -> PlainVerdict:
    in_days = rule.day == "calendar"
    if in_days:
        log.need("zone")
    log.need_for(rule)
    window = rule.window // 86_400_000 if in_days else rule.window
    calls: dict[int, list[int]] = {}
    for i in sorted(range(log.count), key=lambda i: (log.get("start_ms", i), i)):
        if log.looks_at(rule, i) is not False:
            calls.setdefault(log.get("line", i), []).append(i)

    def when(i: int) -> tuple[int, int]:
        """Earliest and latest day of a call, or its moment twice."""
        if in_days:
            first, last = log.days(i)
            return first.toordinal(), last.toordinal()
        return log.get("start_ms", i), log.get("start_ms", i)

    def surely(i: int) -> bool:
        return log.looks_at(rule, i) is True

    exceeds: dict[int, bool | None] = {}
    for of_line in calls.values():
        for place, i in enumerate(of_line):
            before = of_line[:place]
            if rule.rolling:
                first, last = when(i)
                least = 1 + sum(surely(j) and last - when(j)[0] < window for j in before)
                most = 1 + sum(first - when(j)[1] < window for j in before)
            elif all(surely(j) and (not in_days or log.knows("zone", j)) for j in of_line):
                origin = when(of_line[0])[0]
                numbers = [(when(j)[0] - origin) // window for j in of_line[: place + 1]]
                least = most = numbers.count(numbers[-1])
            else:
                least, most = 1, place + 1
            exceeds[i] = True if least > rule.calls else (None if most > rule.calls else False)
    return judged(log, rule, lambda i: exceeds.get(i, False))


def _pause(log: Log, rule: PauseAfterRefusalRule) -> PlainVerdict:
    optouts = log.data.optouts
    if optouts is None:
        raise UnknownError
    refusals: list[tuple[int, int, bool | None]] = []
    for k in range(len(optouts.line)):
        kind: bool | None = optouts.refusal is None or bool(optouts.refusal[k])
        if optouts.unknown_kind is not None and optouts.unknown_kind[k]:
            kind = None
        if kind is not False:
            refusals.append((int(optouts.line[k]), int(optouts.at_ms[k]), kind))
    _need_one_called(log, [line for line, _, _ in refusals])
    if rule.day == "calendar":
        log.need("zone")
    day = 24 * 3600 * 1000

    def paused(i: int, at: int) -> bool | None:
        start = log.get("start_ms", i)
        if start < at:
            return False
        if rule.day == "24 h":
            return bool(start < at + rule.days * day)
        if not log.knows("zone", i):
            return None if start < at + (rule.days + 3) * day else False
        return log.day(i) <= log.wall(i, at).date() + dt.timedelta(days=rule.days)

    def breaks(i: int) -> bool | None:
        mine = [
            both(kind, paused(i, at)) for who, at, kind in refusals if who == log.get("line", i)
        ]
        return neither(both(*(neither(answer) for answer in mine)))

    return judged(log, rule, breaks)


def _need_one_called(log: Log, lines: Sequence[int]) -> None:
    """Where opt-outs name only lines that were never called, nothing can be said of them."""
    called = {log.get("line", i) for i in range(log.count)}
    if lines and not called & set(lines):
        raise UnknownError


def _honour(log: Log, rule: HonourOptOutRule) -> PlainVerdict:
    optouts = log.data.optouts
    if optouts is None:
        raise UnknownError
    wishes: dict[int, list[int]] = {}
    for line, at in zip(optouts.line.tolist(), optouts.at_ms.tolist(), strict=True):
        wishes.setdefault(line, []).append(at)
    _need_one_called(log, list(wishes))

    def too_late(i: int, at: int) -> bool | None:
        if rule.business_days is None:
            return bool(log.get("start_ms", i) >= at + (rule.delay or 0))
        log.need("zone")
        if not log.knows("zone", i):
            return None if log.get("start_ms", i) > at else False
        passed, day = 0, log.wall(i, at).date() + dt.timedelta(days=1)
        while day < log.day(i):
            passed += day.weekday() < 5
            day += dt.timedelta(days=1)
        return passed >= rule.business_days

    def breaks(i: int) -> bool | None:
        mine = wishes.get(log.get("line", i), [])
        return neither(both(*(neither(too_late(i, at)) for at in mine)))

    return judged(log, rule, breaks)


def _message(log: Log, rule: MessageRule) -> PlainVerdict:
    breaks = _lacks(_answers(log.facts, rule, log.facts.opt_out_notice))
    if not log.has("objection_first"):
        return judged(log, rule, lambda _: breaks)
    otherwise = _lacks(_answers(log.facts, rule, "start"))
    return judged(log, rule, lambda i: otherwise if log.get("objection_first", i) else breaks)


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


def _identification(log: Log, rule: IdentificationRule) -> PlainVerdict:
    said = log.facts.identification
    return _scripted(log, rule, [said.get(item) for item in rule.requires])


def _scripted(log: Log, rule: Rule, answers: Sequence[bool | None]) -> PlainVerdict:
    """All calls break a rule that the message breaks."""
    wrong = _lacks(answers)
    return judged(log, rule, lambda _: wrong)


def _lacks(answers: Sequence[bool | None]) -> bool:
    """Whether the message lacks something."""
    wrong = any(answer is False for answer in answers)
    if not wrong and None in answers:
        raise UnknownError
    return wrong


def _caller_number(log: Log, rule: CallerNumberRule) -> PlainVerdict:
    numbers = log.facts.caller_numbers
    if not numbers:
        raise UnknownError

    import phonenumbers

    def wrong(number: str) -> bool:
        digits = "".join(sign for sign in number if sign.isdigit())
        if number.startswith("+"):
            # A country's code goes, and what its people dial before their numbers comes.
            for region in rule.regions or _regions_of(number):
                code = str(phonenumbers.country_code_for_region(region))
                if digits.startswith(code):
                    before = phonenumbers.ndd_prefix_for_region(region, True) or ""
                    digits = before + digits.removeprefix(code)
                    break
            else:
                return bool(rule.allowed_prefixes)
        if any(digits.startswith(prefix) for prefix in rule.forbidden_prefixes):
            return True
        allowed = rule.allowed_prefixes
        return bool(allowed) and not any(digits.startswith(prefix) for prefix in allowed)

    if log.has("caller_number"):
        return judged(log, rule, lambda i: wrong(numbers[log.get("caller_number", i)]))
    if len({wrong(number) for number in numbers}) > 1:
        raise UnknownError
    return judged(log, rule, lambda _: wrong(numbers[0]))


def _regions_of(number: str) -> list[str]:
    """The countries whose code a number has."""
    import phonenumbers

    code = phonenumbers.parse(number).country_code
    return list(phonenumbers.region_codes_for_country_code(code or 0))


def _silence(log: Log, rule: SilenceRule) -> PlainVerdict:
    log.need("zone")

    def silent(i: int, wall: dt.datetime) -> bool:
        zone = log.data.zones[log.get("zone", i)]
        territory = None
        if log.has("territory") and log.knows("territory", i):
            territory = log.data.territories[log.get("territory", i)]
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

    found = split(log, rule, lambda i, wall: not silent(i, wall))
    heard = set()
    if log.has("heard_ms"):
        for i in log.looked_at(rule):
            at = log.get("heard_ms", i)
            if not log.knows("zone", i):
                continue
            if i not in found.violating and at < 2**62 and silent(i, log.wall(i, at)):
                heard.add(i)
    return PlainVerdict(
        found.status, found.violating, found.overrun, frozenset(heard), found.unknown
    )


def _abandonment(log: Log, rule: AbandonmentRule) -> PlainVerdict:
    limit = log.facts.abandoned_within_ms
    if rule.within is not None and limit is not None and limit > rule.within:
        raise UnknownError
    log.need_for(rule)
    calls = [i for i in range(log.count) if log.looks_at(rule, i) is not False]
    if log.has("person") and log.has("abandoned"):
        # Each call of which something is open, taken once so and once so.
        least, most = _extremes(log, rule, calls)
    elif log.facts.abandoned_share is not None:
        least = most = log.facts.abandoned_share
    else:
        raise UnknownError
    if least <= rule.most < most:
        raise UnknownError
    short, open_calls = False, set()
    if rule.shortest_ring is not None:
        for i in calls:
            rang = log.of("rang_out", i) if log.has("rang_out") else None
            briefly = None
            if log.has("ring_ms") and log.has("rang_out") and log.knows("ring_ms", i):
                briefly = log.get("ring_ms", i) < rule.shortest_ring
            answer = both(log.looks_at(rule, i), rang, briefly)
            short = short or answer is True
            if answer is None:
                open_calls.add(i)
    broken = least > rule.most or short
    if not broken and open_calls and not any(log.looks_at(rule, i) for i in calls):
        return PlainVerdict("not_assessable", unknown=frozenset(open_calls))
    return PlainVerdict(
        "assessed", unknown=frozenset() if broken else frozenset(open_calls), broken=broken
    )


def _extremes(log: Log, rule: Rule, calls: Sequence[int]) -> tuple[float, float]:
    """Least and greatest share of answered calls that were abandoned."""
    shares = []
    for favour in (False, True):
        dropped = answered = 0
        for i in calls:
            by_person = both(log.looks_at(rule, i), log.of("person", i))
            nothing = log.of("abandoned", i)
            if nothing is None:
                nothing = favour
            if by_person is None:
                # In favour of a large share it counts if it was dropped, else if it was not.
                by_person = nothing is favour
            answered += by_person
            dropped += by_person and nothing
        shares.append(dropped / answered if answered else 0.0)
    return shares[0], shares[1]


def _once(log: Log, rule: Rule, met: bool | None) -> PlainVerdict:
    if met is None:
        raise UnknownError
    calls = log.looked_at(rule)
    if not met and not calls and any(log.looks_at(rule, i) is None for i in range(log.count)):
        raise UnknownError
    return PlainVerdict("assessed", broken=bool(calls) and not met)


def _data_notice(log: Log, rule: DataNoticeRule) -> PlainVerdict:
    return _once(log, rule, log.facts.data_notice)


def _proof(log: Log, rule: ProofOfConsentRule) -> PlainVerdict:
    return _once(log, rule, log.facts.proof_of_consent)


def _duty(log: Log, rule: CampaignDutyRule) -> PlainVerdict:
    return _once(log, rule, log.facts.duties.get(rule.duty))


RULES: dict[type, Callable[[Log, Any], PlainVerdict]] = {
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
