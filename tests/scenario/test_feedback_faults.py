# ruff: noqa: E501 - tables of cases
"""Faults of what acts back on a campaign: complaints, regulator, call-backs, reputation, consent."""

from __future__ import annotations

import pytest

from sim.loading.load import load
from tests.scenario.example import FEEDBACK, Write, changed, faults_of

Change = tuple[str, str]

# fmt: off

# Each case: replacements, with a ^ at the place of the fault, or that place; the path; words.
ERRORS: list[tuple[list[Change], str | None, str, str]] = [
    # Numbers
    ([('per_million: {low: 5, central: 16, high: 80}', 'per_million: ^1_000_001')], None, 'world.complaints.per_million', 'found 1e+06; 0 to 1_000_000 is allowed'),
    ([('per_million: {low: 5, central: 16, high: 80}', 'per_million: ^-1')], None, 'world.complaints.per_million', 'found -1; a number of 0 or more'),
    ([('casebook_effect: 0.2', '^casebook: {human: 50 %, voicemail: 40 %, unanswered: 20 %}')], None, 'world.complaints.casebook', 'human, voicemail, unanswered sum to 110 %, over 100 %'),
    ([('casebook_effect: 0.2', '^casebook: {human: 0, voicemail: 0, unanswered: 0}')], None, 'world.complaints.casebook', 'such dials weigh nothing'),
    ([('casebook_effect: 0.2', 'casebook_effect: ^0.2\n    casebook: {human: 50 %, voicemail: 40 %, unanswered: 10 %}')], None, 'world.complaints.casebook_effect', 'is given beside casebook, from which it is worked out with the effects; take one of the two out, or write casebook.off_by'),
    ([('    casebook_effect: 0.2\n', '')], '40:3', 'world.complaints', 'missing: casebook, or the mean effect over its dials as casebook_effect'),
    ([('casebook_effect: 0.2', 'casebook: {human: 50 %, voicemail: 40 %, unanswered: 10 %, off_by: ^0}')], None, 'world.complaints.casebook.off_by', 'found 0; more than 0 and at most 10_000 is allowed'),
    ([('casebook_effect: 0.2', 'casebook_effect: ^0')], None, 'world.complaints.casebook_effect', 'found 0; more than 0 and at most 10_000 is allowed'),
    ([('casebook_effect: 0.2', '^casebook_effect: {low: 0, central: 0.2, high: 1}')], None, 'world.complaints.casebook_effect', 'more than 0'),
    ([('casebook_effect: 0.2', 'casebook_effect: ^1.0e-9')], None, 'world.complaints.casebook_effect', "a reference call's chance of a complaint, per_million over casebook_effect and over channels.regulator, would be"),
    ([('voicemail: 0.5', 'voicemail: ^-0.5')], None, 'world.complaints.effects.voicemail', 'a number of 0 or more'),
    ([('repeat: 2', 'repeat: ^10_001')], None, 'world.complaints.effects.repeat', 'found 10001; 0 to 10_000 is allowed'),
    ([('labelled: 1.3\n', '\n')], '43:5', 'world.complaints.effects.labelled', 'missing'),
    ([('horizon: 30 d', 'horizon: ^401 d')], None, 'world.complaints.horizon', 'found 401 d; at most 400 d'),
    ([('horizon: 30 d', 'horizon: ^0 s')], None, 'world.complaints.horizon', 'at least 1 ms'),
    ([('horizon: 30 d', 'horizon: ^-30 d')], None, 'world.complaints.horizon', "found '-30 d'; a duration is a number with a unit"),
    ([('opts_out: 10 %', 'opts_out: ^110 %')], None, 'world.call_back.opts_out', 'a share lies between 0 % and 100 %'),
    ([('households: {share: 30 %}', 'households: {share: ^1.3}')], None, 'world.households.share', "a share lies between 0 % and 100 %; did you mean '1.3 %'?"),
    ([('tries: 4', 'tries: ^0')], None, 'world.call_back.tries', 'at least 1'),
    ([('tries: 4', 'tries: ^21')], None, 'world.call_back.tries', 'at most 20'),
    ([('label_at: 300', 'label_at: ^0')], None, 'world.reputation.label_at', 'found 0; more than 0'),
    ([('labelled_odds: 0.4', 'labelled_odds: ^0')], None, 'world.reputation.labelled_odds', 'found 0; more than 0 and at most 1_000'),
    ([('report: 20', 'report: ^20_000')], None, 'world.reputation.report', 'found 20000; 0 to 10_000'),
    ([('update: 1 h', 'update: ^59 s')], None, 'world.reputation.update', 'at least 60_000 ms'),
    ([('half_life: 4 d', 'half_life: ^401 d')], None, 'world.reputation.half_life', 'at most 400 d'),
    ([('numbers: 40', 'numbers: ^65_536')], None, 'caller_numbers.numbers', 'at most 65_535'),
    ([('numbers: 40', 'numbers: ^0')], None, 'caller_numbers.numbers', 'at least 1'),
    # Duration laws
    ([('mean: 3 d', 'mean: ^401 d')], None, 'world.complaints.delay.mean', 'found 401 d; at most 400 d'),
    ([('mean: 3 d', 'mean: ^0 s')], None, 'world.complaints.delay.mean', 'is 0'),
    ([('delay: 36 h', 'delay: ^9601 h')], None, 'world.complaints.contagion.delay', 'found 9601 h; at most 400 d'),
    ([('delay: 3 h', 'delay: ^25 d')], None, 'world.call_back.delay', 'found 25 d; at most 24 d'),
    ([('redial_delay: 5 min', 'redial_delay: ^577 h')], None, 'world.call_back.redial_delay', 'found 577 h; at most 24 d'),
    ([('handling: 70 s', 'handling: ^61 min')], None, 'world.call_back.handling', 'found 61 min; at most 1 h'),
    ([('at_end: 1 %, delay: 2 s', 'at_end: 1 %, delay: ^61 min')], None, 'world.opting_out.delay', 'found 61 min; at most 1 h'),
    ([('human: {delay: 1 d}', 'human: {delay: ^401 d}')], None, 'strategies.three-attempts.recycle.human.delay', 'found 401 d; at most 400 d'),
    ([('human: {delay: 1 d}', 'human: {delay: ^-1 d}')], None, 'strategies.three-attempts.recycle.human.delay', "found '-1 d'; a duration is"),
    ([('human: {delay: 1 d}', 'human: {delay: ^0 s}')], None, 'strategies.three-attempts.recycle.human.delay', 'at least 1 ms'),
    ([('key_press: 1 min', 'key_press: ^-1 min')], None, 'suppression.key_press', "found '-1 min'; a duration is"),
    ([('key_press: 1 min', 'key_press: ^401 d')], None, 'suppression.key_press', 'at most 400 d'),
    ([('refresh: 6 h', 'refresh: ^30 s')], None, 'suppression.refresh', 'at least 60_000 ms'),
    ([('refresh: 6 h', 'refresh: ^401 d')], None, 'suppression.refresh', 'at most 400 d'),
    ([('suspend_for: 2 h', 'suspend_for: ^401 d')], None, 'reactions.suspend_for', 'at most 400 d'),
    ([('registration: 12 h', 'registration: ^401 d')], None, 'world.regulator.registration', 'at most 400 d'),
    ([('opt_out_notice: 6 s', 'opt_out_notice: ^61 min')], None, 'message.opt_out_notice', 'at most 1 h'),
    # The day
    ([('night: {from: "21:00", to: "08:00"}', 'night: {from: "21:00", to: ^"21:00"}')], None, 'world.complaints.night.to', 'is empty: it begins and ends at 21:00'),
    ([('to: "14:00"}]\n    delay', 'to: ^"12:00"}]\n    delay')], None, 'world.complaints.meals.0.to', 'is empty: it begins and ends at 12:00'),
    ([('night: {from: "21:00"', 'night: {from: ^9pm')], None, 'world.complaints.night.from', "a time of day is '09:00'"),
    # Channels and contagion
    ([('press: 1 %}', 'press: 2 %}')], '59:5', 'world.complaints.channels', 'the shares sum to 15 % + 60 % + 24 % + 2 % = 101 %, not 100 %'),
    ([('press: 25, delay', 'press: 90, delay')], '60:5', 'world.complaints.contagion', 'supercritical: one complaint breeds 1.004 further ones on average'),
    ([('press: 25, delay', 'press: {low: 5, central: 25, high: 90}, delay')], '60:5', 'world.complaints.contagion', 'supercritical: at the high end of contagion.press, one complaint breeds 1.004 further'),
    ([('social: 24 %, press: 1 %}', 'social: {low: 20 %, central: 24 %, high: 24 %}, press: {low: 1 %, central: 1 %, high: 9 %}}')], '60:5', 'world.complaints.contagion', 'at the high end of channels.press, one complaint breeds 2.345'),
    ([('press: 25, delay', 'press: ^101, delay')], None, 'world.complaints.contagion.press', 'found 101; 0 to 100 is allowed'),
    ([('casebook_effect: 0.2', 'casebook_effect: 0.2\n    casebook_branching: ^100 %')], None, 'world.complaints.casebook_branching', 'is 100 %: there would have been no end to them'),
    # Stories
    ([('press: 25, delay: 36 h}', 'press: 25, delay: 36 h}\n    shocks: [{at: "2017-04-18 10:00", channel: ^radio}]')], None, 'world.complaints.shocks.0.channel', "found 'radio'; allowed: regulator, operator, social or press"),
    ([('contagion: {regulator: 0.05, operator: 0, social: {low: 0.1, central: 0.4, high: 0.8}, press: 25, delay: 36 h}', '^shocks: [{at: "2017-04-18 10:00"}]')], None, 'world.complaints.shocks', 'breed by complaints.contagion, and there is none'),
    # The silence
    ([('silence: fr-electoral-silence', 'silence: ^fr-electoral-silense')], None, 'world.complaints.silence', "there is no regime 'fr-electoral-silense'; did you mean 'fr-electoral-silence'?"),
    ([('silence: fr-electoral-silence', 'silence: ^uk-pecr')], None, 'world.complaints.silence', "the regime 'uk-pecr' has no rule of silence before a poll; such a rule have: fr-electoral-silence"),
    # The regulator
    ([('reminder: 10,', 'reminder: ^4,')], None, 'world.regulator.thresholds.reminder', 'found 4; more than the 4 of `contact` is wanted'),
    ([('order: 2_500', 'order: ^9')], None, 'world.regulator.thresholds.order', 'found 9; more than the 10 of `reminder`'),
    ([('contact: 4', 'contact: ^0')], None, 'world.regulator.thresholds.contact', 'at least 1'),
    ([('days: mon-fri, at', 'days: ^[], at')], '64:39', 'world.regulator.reviews.days', 'found an empty list; name at least one day'),
    ([('at: "18:00"', 'at: ^"24:00"')], None, 'world.regulator.reviews.at', "for the next day's first minute write 00:00"),
    ([('reviews: {timezone: Europe/Paris', 'reviews: {timezone: ^Europe/Pari')], None, 'world.regulator.reviews.timezone', "did you mean 'Europe/Paris'?"),
    # Reactions
    ([('contact: [objection_first]', 'contact: [^objection]')], None, 'reactions.contact.0', "found 'objection'; did you mean 'objection_first'?"),
    ([('contact: [objection_first]', 'contact: ^[]')], '86:3', 'reactions.contact', 'is empty; at least one is wanted'),
    ([('contact: [objection_first]', 'contact: [objection_first, ^carry_on]')], None, 'reactions.contact.1', "'carry_on' stands alone; found beside it: objection_first"),
    ([('contact: [objection_first]', 'contact: [^stop, suspend]')], None, 'reactions.contact.0', "'stop' stands alone; found beside it: suspend"),
    ([('contact: [objection_first]', 'contact: [objection_first, ^objection_first]')], None, 'reactions.contact.1', "'objection_first' stands twice"),
    ([('  suspend_for: 2 h\n', ''), ('narrow_hours, suspend]', 'narrow_hours, ^suspend]')], None, 'reactions.reminder.2', 'suspend needs reactions.suspend_for, how long'),
    ([('  narrow_call_times: [{days: mon-fri, from: "10:00", to: "12:30"}]\n', ''), ('narrow_hours, suspend]', '^narrow_hours, suspend]')], None, 'reactions.reminder.1', 'narrow_hours needs reactions.narrow_call_times'),
    ([('to: "12:30"', 'to: ^"09:30"')], None, 'reactions.narrow_call_times.0.to', 'closes (09:30) before it opens at 10:00'),
    ([('narrow_call_times: [{days: mon-fri, from: "10:00", to: "12:30"}]', '^narrow_call_times: []')], None, 'reactions.narrow_call_times', 'is empty; at least one is wanted'),
    # Notices, keys and call-backs
    ([('opt_out: end, ', ''), ('[objection_first]', '[carry_on]'), ('reminder: [objection_first, ', 'reminder: ['), ('opt_out_notice: 6 s', 'opt_out_notice: ^6 s')], None, 'message.opt_out_notice', 'needs a notice of objection: message.opt_out is none'),
    ([('opt_out: end, ', ''), ('[objection_first]', '[carry_on]'), ('reminder: [objection_first, ', 'reminder: ['), ('opt_out_key: true', 'opt_out_key: ^true')], None, 'message.opt_out_key', 'needs a notice of objection'),
    ([('opt_out_key: true, ', ''), ('opt_out_key_within: 2 s', 'opt_out_key_within: ^2 s')], None, 'message.opt_out_key_within', 'needs message.opt_out_key: no key is offered'),
    ([('  opting_out: {at_start: 3 %, at_end: 1 %, delay: 2 s}\n', ''), ('opt_out_key: true', 'opt_out_key: ^true')], None, 'message.opt_out_key', 'the world does not say how many press this key: give world.opting_out'),
    ([('amd: {on_machine: leave_message}', 'amd: {on_machine: hang_up}'), ('call_back: true', 'call_back: ^true')], None, 'message.call_back', 'would stand in the voicemail, but amd.on_machine is hang_up'),
    ([('amd: {on_machine: leave_message}', 'amd: {on_machine: hang_up}'), ('voicemail: 45 s, ', ''), ('call_back: true', 'call_back: ^true')], None, 'message.call_back', 'but there is no message.voicemail'),
    # Consent
    ([('to: 2017-04-14 18:00', 'to: ^2017-01-09 08:00')], None, 'world.consent.gathered.to', 'gathering ends (2017-01-09 08:00) before it has begun (2017-01-09 08:00)'),
    ([('to: 2017-04-14 18:00', 'to: ^2017-04-18 08:01')], None, 'world.consent.gathered.to', "gathering ends at 2017-04-18 08:01 UTC, after a campaign's start at 2017-04-18 08:00 UTC"),
    ([('half: {dialing', 'half: {campaign: {start: ^2017-04-14 19:00}, dialing')], None, 'strategies.half.campaign.start', "after a campaign's start at 2017-04-14 17:00 UTC"),
    ([('    until: 2017-04-21 18:00\n', ''), ('withdrawn: 2 %', 'withdrawn: ^2 %')], None, 'world.consent.withdrawn', 'give consent.until'),
    ([('    gathered: {from: 2017-01-09 08:00, to: 2017-04-14 18:00}\n', ''), ('withdrawn: 2 %', 'withdrawn: ^2 %')], None, 'world.consent.withdrawn', 'give consent.gathered'),
    ([('    until: 2017-04-21 18:00\n', ''), ('withdrawn: 2 %', '^withdrawn: {low: 0, central: 0, high: 2 %}')], None, 'world.consent.withdrawn', 'give consent.until'),
    ([('until: 2017-04-21 18:00', 'until: ^2017-04-14 17:59')], None, 'world.consent.until', 'withdrawals end (2017-04-14 17:59) before the last consent (2017-04-14 18:00)'),
    ([('covers_calls: 80 %', 'covers_calls: ^80')], None, 'world.consent.covers_calls', "did you mean '80 %'?"),
    ([('human_odds: {low: 1, central: 1.5, high: 3}', 'human_odds: ^0')], None, 'world.consent.human_odds', 'found 0; more than 0 and at most 1_000'),
    ([('per_consent: 0.50 EUR', 'per_consent: ^0.50 USD')], None, 'prices.per_consent', 'is in USD, but per_line_dialled is in EUR'),
]
# fmt: on


def placed(changes: list[Change], place: str | None) -> tuple[str, str]:
    """The changed text, and the place of the fault: that of the ^, unless given."""
    text = changed(*changes, text=FEEDBACK)
    if place is None:
        lines = text[: text.index("^")].split("\n")
        place = f"{len(lines)}:{len(lines[-1]) + 1}"
    return text.replace("^", ""), place


@pytest.mark.parametrize(("changes", "place", "path", "words"), ERRORS)
def test_errors(
    write: Write, changes: list[Change], place: str | None, path: str, words: str
) -> None:
    text, place = placed(changes, place)
    found = faults_of(write(text))
    faults = [fault for fault in found if fault.path == path]
    assert len(faults) == 1, found
    (fault,) = faults
    assert f"{fault.line}:{fault.column}" == place, str(fault)
    assert words in fault.message
    assert fault.severity == "error"


def test_a_regulator_needs_complaints(write: Write) -> None:
    start = FEEDBACK.index("  complaints:\n")
    end = FEEDBACK.index("  regulator:\n")
    (fault,) = faults_of(write(FEEDBACK[:start] + FEEDBACK[end:]))
    assert (fault.path, fault.severity) == ("world.regulator", "error")
    assert "there is nothing to review" in fault.message


# fmt: off
# The same for warnings, of which each is the only fault.
WARNINGS: list[tuple[list[Change], str | None, str, str]] = [
    ([('casebook_effect: 0.2', 'casebook_effect: 0.00667')], '43:5', 'world.complaints.effects', 'the chance of a complaint would be 134.405 % where these meet: night, repeat, after_opt_out, silence, labelled; it is cut to 100 %'),
    ([('night: {from: "21:00"', 'night: {from: ^"21:10"')], None, 'world.complaints.night.from', '21:10 counts as 21:15: a quarter-hour belongs where its first minute does'),
    ([('silence: fr-electoral-silence', 'opts_out: 0 %'), ('silence: 2', 'silence: ^2')], None, 'world.complaints.effects.silence', 'complaints.silence names no regime'),
    ([('press: 25, delay: 36 h}', 'press: 25, delay: 36 h}\n    shocks: [{at: ^"2017-04-01 10:00"}]')], None, 'world.complaints.shocks.0.at', "lies before the campaign's start, "),
    ([('press: 25, delay: 36 h}', 'press: 25, delay: 36 h}\n    shocks: [{at: ^"2017-07-01 10:00"}]')], None, 'world.complaints.shocks.0.at', 'lies beyond complaints.horizon, after which none count'),
    ([('withdrawn: 2 %', 'withdrawn: 0 %'), ('until: 2017', 'until: ^2017')], None, 'world.consent.until', 'nobody withdraws'),
    ([('narrow_hours, suspend]', 'narrow_hours]'), ('suspend_for: 2 h', 'suspend_for: ^2 h')], None, 'reactions.suspend_for', 'no reaction is suspend'),
    ([('narrow_hours, suspend]', 'suspend]'), ('narrow_call_times', '^narrow_call_times')], None, 'reactions.narrow_call_times', 'no reaction is narrow_hours'),
    ([('narrow_call_times: [{days: mon-fri', '^narrow_call_times: [{days: sat')], None, 'reactions.narrow_call_times', 'none of these windows meets dialing.call_times, so narrow_hours ends all calls'),
    ([('to: "12:30"}]', 'to: "12:30"}, ^{days: mon, from: "12:00", to: "13:00"}]')], '89:68', 'reactions.narrow_call_times.1', 'overlaps window 0 (the first is 0) on mon'),
    ([(', call_back: true', ''), ('lines: 10', 'lines: ^10')], None, 'inbound.lines', 'has no effect: message.call_back is false'),
    ([('lines: 10', 'lines: 0'), ('call_back: true', 'call_back: ^true')], None, 'message.call_back', 'every caller back is blocked: inbound.lines is 0'),
    ([('inbound: {lines: 10}\n', ''), ('call_back: true', 'call_back: ^true')], None, 'message.call_back', 'every caller back is blocked'),
    ([('  households: {share: 30 %}\n', ''), ('household: true', 'household: ^true')], None, 'suppression.household', 'every line is a household of its own'),
    ([('half: {dialing', 'half: {attempts: {lifetime: 2}, dialing')], '94:31', 'strategies.half.attempts.lifetime', '2 attempts are allowed, but no recycle rule makes a second'),
    ([('human: {delay: 1 d}', 'human: {delay: ^82 h}')], None, 'strategies.three-attempts.recycle.human.delay', 'a retry after 82 h cannot happen'),
    ([('half: {dialing', 'half: {recycle: {^human: {delay: 1 h}}, dialing')], None, 'strategies.half.recycle.human', 'has no effect: attempts.lifetime is 1'),
]
# fmt: on


@pytest.mark.parametrize(("changes", "place", "path", "words"), WARNINGS)
def test_warnings(
    write: Write, changes: list[Change], place: str | None, path: str, words: str
) -> None:
    text, place = placed(changes, place)
    (fault,) = load(write(text)).warnings
    assert (f"{fault.line}:{fault.column}", fault.path) == (place, path), str(fault)
    assert words in fault.message


def without(key: str, following: str) -> str:
    """The text without a part of the world, up to the part that follows it."""
    return FEEDBACK[: FEEDBACK.index(f"\n  {key}:") + 1] + FEEDBACK[FEEDBACK.index(following) :]


@pytest.mark.parametrize(
    ("key", "following", "path", "words"),
    [
        ("regulator", "  call_back: {share", "reactions", "the world has no regulator"),
        ("call_back", "  reputation:", "message.call_back", "nobody calls back in this world"),
        ("reputation", "campaign:", "caller_numbers.numbers", "caller numbers have no standing"),
        ("consent", "  households:", "prices.per_consent", "costs nothing"),
    ],
)
def test_parts_that_need_a_world(
    write: Write, key: str, following: str, path: str, words: str
) -> None:
    (fault,) = load(write(without(key, following))).warnings
    assert (fault.path, fault.severity) == (path, "warning")
    assert words in fault.message


def test_the_example_has_no_fault(write: Write) -> None:
    assert load(write(FEEDBACK)).warnings == ()


def test_a_notice_that_a_reaction_brings_may_be_described(write: Write) -> None:
    """`objection_first` needs a notice's length, even of a message without one so far."""
    assert faults_of(write(changed(("opt_out: end, ", ""), text=FEEDBACK))) == ()


def test_objections_that_never_reach_the_dialer(write: Write) -> None:
    """They matter where a line is called again: by a retry, or as a household's other line."""
    text = changed((", refresh: 6 h", ""), text=FEEDBACK)
    found = faults_of(write(text))
    assert {f.path.removeprefix("strategies.") for f in found} == {"suppression.refresh"}
    assert "objections by call-back and complaint never reach the dialer" in found[0].message
    apart = changed((", household: true", ""), text=text)
    (fault,) = faults_of(write(apart))
    assert (fault.line, fault.path) == (82, "suppression.refresh")
    unheard = changed(("    horizon: 30 d", "    opts_out: 0 %"), text=apart)
    (fault,) = faults_of(write(unheard))
    assert "objections by call-back never" in fault.message
    silent = changed(
        ("inbound: {lines: 10}", "inbound: {lines: 10}"), (", call_back: true", ""), text=unheard
    )
    assert [f.path for f in faults_of(write(silent))] == ["inbound.lines"]


def test_an_overlay_need_not_take_inherited_parts_away(write: Write) -> None:
    """A strategy that gives no number, or puts the notice first, may inherit lines and reactions."""
    for overlay in ("call_back: false", "call_back: null", "opt_out: start"):
        text = changed(
            ("half: {dialing", f"half: {{message: {{{overlay}}}, dialing"), text=FEEDBACK
        )
        assert faults_of(write(text)) == (), overlay
    text = changed(("opt_out: end", "opt_out: start"), text=FEEDBACK)
    found = faults_of(write(text))
    assert [f.path for f in found] == ["reactions.contact.0", "reactions.reminder.0"]
    assert "changes nothing: message.opt_out is start already" in found[0].message


def test_contagion_just_below_one(write: Write) -> None:
    """0.15 * 0.05 + 0.24 * 0.4 + 0.01 * press, at the high end 0.24 * 0.8."""

    def with_press(mean: str) -> str:
        return changed(("press: 25, delay", f"press: {mean}, delay"), text=FEEDBACK)

    assert faults_of(write(with_press("80"))) == ()
    assert len(faults_of(write(with_press("80.1")))) == 1
