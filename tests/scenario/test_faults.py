# ruff: noqa: E501 - tables of cases
"""Every fault of a scenario: its place, its path, and what it says."""

from __future__ import annotations

import pickle

import pytest

from sim.errors import Fault, ScenarioError, in_order
from sim.loading.load import load
from tests.scenario.example import TEXT, Write, changed, faults_of

# fmt: off

# Each case: what is replaced by what; where the fault is, if no ^ in the new text shows it; the path,
# where @ stands for the answering of the landlines; words of the message.
ERRORS: list[tuple[tuple[str, str], str | None, str, str]] = [
    (('  call_times:', '  ^call_time:'), None, 'dialing.call_time', "unknown key; did you mean 'call_times'? allowed: channels, calls_per_second, ring_timeout"),
    (('  channels: 100', '  ^channels:'), None, 'dialing.channels', 'is empty, but needed: Concurrent calls. Example: 6_000_000'),
    (('  channels: 100\n', ''), '33:1', 'dialing.channels', 'missing: Concurrent calls.'),
    (('message: {duration: 90 s, gate: press-1, voicemail: 45 s}\n', 'x: 1\n'), '1:1', 'message', 'missing: What is played.'),
    (('seed: 7\n', '\n'), '1:1', 'seed', 'missing: Root seed.'),
    (('strategies:\n  as-run: {}', '^strategie:\n  as-run: {}'), None, 'strategie', "unknown key; did you mean 'strategies'? allowed: format"),
    (('{channels: 50}', '{^chanels: 50}'), None, 'strategies.half.dialing.chanels', "did you mean 'channels'?"),
    (('central: 33 %', '^centre: 33 %'), None, '@.human.centre', "unknown key; did you mean 'central'? allowed: low, central, high, shape, source"),
    (('p90: 18 s', '^p9: 18 s'), None, '@.human_ring.p9', "did you mean 'p90'? allowed: law, median, p90, source"),
    (('machine_ring: 20 s', 'machine_ring: {value: 20 s, ^mean: 3 s}'), None, '@.machine_ring.mean', 'unknown key; allowed: law, value, source'),
    (('format: 1', 'format: ^2'), None, 'format', 'found 2; allowed: 1'),
    (('name: example', 'name: ^2017'), None, 'name', 'found 2017; a text is wanted; put it in quotes'),
    (('name: example', 'name: ^a/b'), None, 'name', "found 'a/b'; a name has 1 to 60 letters"),
    (('name: example', 'name: ^""'), None, 'name', 'is empty'),
    (('seed: 7', 'seed: ^-1'), None, 'seed', 'found -1; a whole number is wanted'),
    (('seed: 7', 'seed: ^18446744073709551616'), None, 'seed', 'less than 18_446_744_073_709_551_616'),
    (('lines: 60_000', 'lines: ^100_000_001'), None, 'world.lines', 'found 100000001; at most 100_000_000 is allowed'),
    (('channels: 100', 'channels: ^0'), None, 'dialing.channels', 'found 0; at least 1 is allowed'),
    (('channels: 100', 'channels: ^many'), None, 'dialing.channels', "found 'many'; a whole number is wanted"),
    (('channels: 100', 'channels: ^10.5'), None, 'dialing.channels', 'found 10.5; a whole number'),
    (('channels: 100', 'channels: ^true'), None, 'dialing.channels', 'found true; a whole number'),
    (('channels: 100', '^channels: [1]'), None, 'dialing.channels', 'found a list of 1; a whole number'),
    (('calls_per_second: 4', 'calls_per_second: ^0'), None, 'dialing.calls_per_second', 'found 0; calls per second lies above 0'),
    (('calls_per_second: 4', 'calls_per_second: ^1/0'), None, 'dialing.calls_per_second', 'nothing can be divided by 0'),
    (('calls_per_second: 4', 'calls_per_second: ^"1e99999999"'), None, 'dialing.calls_per_second', 'a number such as 60, 0.7 or 1/3'),
    (('lead_order: random', 'lead_order: ^randum'), None, 'dialing.lead_order', "found 'randum'; did you mean 'random'? allowed: random, file, territory or segment"),
    (('human: {low: 22 %, central: 33 %, high: 45 %}', 'human: ^33'), None, '@.human', "found 33; a share lies between 0 % and 100 %; did you mean '33 %'?"),
    (('human: {low: 22 %, central: 33 %, high: 45 %}', 'human: ^rset'), None, '@.human', "found 'rset'; a share is '33 %' or 0.33"),
    (('human: {low: 22 %, central: 33 %, high: 45 %}', '^human: {low: 42 %, central: 33 %, high: 45 %}'), None, '@.human', 'low <= central <= high'),
    (('human: {low: 22 %, central: 33 %, high: 45 %}', '^human: {low: 2 %, central: 33 %}'), None, '@.human', 'needs both low and high'),
    (('human: {low: 22 %, central: 33 %, high: 45 %}', 'human: {low: 2 %, central: ^133, high: 45 %}'), None, '@.human.central', 'found 133; a share'),
    (('machine_ring: 20 s', 'machine_ring: ^20'), None, '@.machine_ring', 'found 20; a duration is a number with a unit'),
    (('law: lognormal', 'law: ^lognormale'), None, '@.human_ring.law', "found 'lognormale'; did you mean 'lognormal'? a duration law is"),
    (('machine_ring: 20 s', '^machine_ring: {low: 2 s}'), None, '@.machine_ring', 'found a map (low); a duration law is'),
    (('amd: {on_machine', 'amd: {enabled: ^on, on_machine'), None, 'amd.enabled', "found 'on'; true or false is wanted"),
    (('by_hour: us-landline', 'by_hour: ^us-landlin'), None, '@.by_hour', "there is no table 'us-landlin'; did you mean 'us-landline'?"),
    (('frailty: {sd: 1.0}', 'by_attempt: [1.0, ^0]'), None, '@.by_attempt.1', 'found 0; more than 0'),
    (('frailty: {sd: 1.0}', 'by_attempt: [1.0, ^{low: 1, central: 2, high: 2_000}]'), None, '@.by_attempt.1', 'found 2000; more than 0 and at most 1_000'),
    (('frailty: {sd: 1.0}', 'by_attempt: [^{low: 0.5, central: 1, high: 2}]'), None, '@.by_attempt.0', 'is a range; the first attempt is the reference'),
    (('  signalling:', '  hours: {ours: [{days: sat, from: "10:00", to: ^"09:00", odds: 2}]}\n  signalling:'), None, 'world.hours.ours.0.to', 'closes (09:00) no later than it opens (10:00); over midnight write two'),
    (('  signalling:', '  hours: {ours: [{days: sat, from: "10:00", to: "12:00", odds: ^0}]}\n  signalling:'), None, 'world.hours.ours.0.odds', 'found 0; more than 0'),
    (('  signalling:', '  hours: {ours: [{days: all, from: "10:00", to: "12:00", odds: 2}, ^{days: sat, from: "11:00", to: "12:00", odds: 2}]}\n  signalling:'), None, 'world.hours.ours.1', 'overlaps part 0 (the first is 0) on sat'),
    (('  signalling:', '  hours: {^us-mobile: [{days: all, from: "10:00", to: "12:00", odds: 2}]}\n  signalling:'), None, 'world.hours.us-mobile', "a published table is called 'us-mobile'"),
    (('{6 s: 80 %, 30 s: 45 %}', '{6 s: {low: 70 %, central: 80 %, high: 90 %}, ^30 s: {low: 40 %, central: 60 %, high: 95 %}}'), None, 'world.listening.points.30 s', '95 % are still there after 30 s, but fewer than 90 % must be'),
    (('frailty: {sd: 1.0}', 'by_attempt: [^0.5, 1]'), None, '@.by_attempt.0', 'the first attempt is the reference'),
    (('frailty: {sd: 1.0}', 'frailty: {sd: ^6}'), None, '@.frailty.sd', 'found 6; 0 to 5 is allowed'),
    (('frailty: {sd: 1.0}', 'frailty: {sd: 1, cohorts: ^65}'), None, '@.frailty.cohorts', 'at most 64'),
    (('lifetime: 1}', 'lifetime: ^51}'), None, 'attempts.lifetime', 'at most 50'),
    (('lifetime: 1}', 'lifetime: 1, per_day: ^0}'), None, 'attempts.per_day', 'at least 1 is allowed'),
    (('lifetime: 3}', 'lifetime: 3, order: ^fresh-frist}'), None, 'strategies.three-attempts.attempts.order', "found 'fresh-frist'; did you mean 'fresh-first'? allowed: retries-first or fresh-first"),
    (('lifetime: 3}', 'lifetime: 3, order: {retries: ^0, fresh: 1}}'), None, 'strategies.three-attempts.attempts.order.retries', 'at least 1 is allowed'),
    (('lifetime: 3}', 'lifetime: 3, ^order: {retries: 1}}'), None, 'strategies.three-attempts.attempts.order.fresh', 'missing'),
    (('lifetime: 3}', 'lifetime: 3, order: {retries: 1, fresh: 1, ^frsh: 2}}'), None, 'strategies.three-attempts.attempts.order.frsh', "unknown key; did you mean 'fresh'?"),
    (('lifetime: 3}', 'lifetime: 3, order: ^3}'), None, 'strategies.three-attempts.attempts.order', 'found 3; allowed: retries-first or fresh-first, or a map of retries, fresh'),
    (('lifetime: 1}', 'lifetime: 1, min_gap: ^401 d}'), None, 'attempts.min_gap', 'found 401 d; at most 400 d is allowed'),
    (('lifetime: 3}', 'lifetime: 3}\n    caps: [{calls: 2, within: ^401 d}]'), None, 'strategies.three-attempts.caps.0.within', 'found 401 d; at most 400 d is allowed'),
    (('lifetime: 3}', 'lifetime: 3}\n    caps: [{calls: 2, within: 9 h, line_types: [^landlin]}]'), None, 'strategies.three-attempts.caps.0.line_types.0', "did you mean 'landline'?"),
    (('lifetime: 3}', 'lifetime: 3}\n    caps: [{calls: 2, within: 9 h, ^line_types: []}]'), None, 'strategies.three-attempts.caps.0.line_types', 'is empty, so no line is capped'),
    (('delay: 15 min', 'delay: ^0 s'), None, 'strategies.three-attempts.recycle.busy.delay', "found '0 s'; at least 1 ms is allowed"),
    (('0.010 EUR', '^0.010'), None, 'prices.per_line_dialled', 'found 0.01; money is an amount and a currency'),
    (('days: mon-fri, from: "10:00"', 'days: ^weekdays, from: "10:00"'), None, 'dialing.call_times.0.days', "found 'weekdays'; days are mon"),
    (('from: "10:00"', 'from: ^10'), None, 'dialing.call_times.0.from', "found 10; a time of day is '09:00'"),
    (('cutoff: 2017-04-21 20:00', 'cutoff: ^2017-02-30 20:00'), None, 'campaign.cutoff', 'there is no such date and time'),
    (('cutoff: 2017-04-21 20:00', 'cutoff: ^2017-04-21'), None, 'campaign.cutoff', "a moment is '2017-04-21 20:00'"),
    (('cutoff: 2017-04-21 20:00', 'cutoff: ^9999-12-31 23:59'), None, 'campaign.cutoff', 'years from 1970 to 2100'),
    (('cutoff: 2017-04-21 20:00', 'cutoff: ^2017-04-21 20:00:30'), None, 'campaign.cutoff', 'a whole minute'),
    (('  as-run: {}', '  as-run: ^5'), None, 'strategies.as-run', 'found 5; a map of campaign, list, dialing'),
    (('list: {source: white-pages}', '^list: [a]'), None, 'list', 'found a list of 1; a map of source'),
    (('list: {source: white-pages}', 'list: {territories: ^mainland}'), None, 'list.territories', "found 'mainland'; a list is wanted"),
    (('    - {days: mon-fri, from: "10:00", to: "13:00"}', '    - ^3'), None, 'dialing.call_times.0', 'found 3; a map of days, from, to'),
    (('share: 97 %', 'share: 96 %'), '9:3', 'world.territories', 'the shares sum to 96 % + 3 % = 99 %, not 100 %'),
    (('share: 100 %', 'share: 90 %'), '12:3', 'world.line_types', 'the shares sum to 90 %, not 100 %'),
    (('  signalling:', '  ^segments: {a: {share: 10 %}, b: {share: 80 %}}\n  signalling:'), None, 'world.segments', '10 % + 80 % = 90 %'),
    (('human: {low: 22 %, central: 33 %, high: 45 %}', 'human: ^rest'), None, '@.human', "no_answer and human are both 'rest'"),
    (('no_answer: rest', 'no_answer: 27 %'), '15:7', '@', 'sum to 99 %, not 100 %'),
    (('human: {low: 22 %, central: 33 %, high: 45 %}', 'human: 62 %'), '20:20', '@.no_answer', 'nothing is left for the rest: the other four sum to 101 %'),
    (('p90: 18 s', 'p90: ^9 s'), None, '@.human_ring.p90', 'p90 (9 s) is not longer than the median (9 s)'),
    (('longest: 8 s', 'longest: ^1 s'), None, 'world.press_1_delay.longest', 'longest (1 s) is shorter than shortest (2 s)'),
    (('mean: 6 h', 'mean: ^0 s'), None, 'world.voicemail.delay.mean', 'is 0'),
    (('mean: 6 h', 'mean: ^8 d'), None, 'world.voicemail.delay.mean', 'found 8 d; at most 7 d'),
    (('greeting: 10 s', 'greeting: ^61 min'), None, 'world.voicemail.greeting', 'found 61 min; at most 1 h'),
    (('{law: lognormal, median: 9 s, p90: 18 s}', '{law: exponential, ^mean: {low: 1 s, central: 2 s, high: 2 h}}'), None, '@.human_ring.mean', 'found 2 h; at most 1 h'),
    (('{6 s: 80 %, 30 s: 45 %}', '{^6: 80 %, 30 s: 45 %}'), None, 'world.listening.points', 'put it in quotes'),
    (('{6 s: 80 %, 30 s: 45 %}', '{^six: 80 %, 30 s: 45 %}'), None, 'world.listening.points.six', "found 'six'; a duration is"),
    (('{6 s: 80 %, 30 s: 45 %}', '{30 s: 80 %, ^6 s: 45 %}'), None, 'world.listening.points.6 s', '6 s does not come after 30 s'),
    (('{6 s: 80 %, 30 s: 45 %}', '{6 s: 80 %, 30 s: ^80 %}'), None, 'world.listening.points.30 s', '80 % are still there after 30 s, but fewer than 80 % must be (after 6 s)'),
    (('{6 s: 80 %, 30 s: 45 %}', '{6 s: ^100 %, 30 s: 80 %}'), None, 'world.listening.points.6 s', 'found 100 %; more than 0 % and less than 100 %'),
    (('{6 s: 80 %, 30 s: 45 %}', '{6 s: 80 %}'), '27:30', 'world.listening.points', 'has only 1; at least 2 are wanted'),
    (('Indian/Reunion', '^Indian/Reunin'), None, 'world.territories.reunion.timezone', "there is no time zone 'Indian/Reunin'; did you mean 'Indian/Reunion'?"),
    (('Indian/Reunion', '^reunion'), None, 'world.territories.reunion.timezone', "did you mean 'Indian/Reunion'?"),
    (('Indian/Reunion', '^' + 'z' * 5_000), None, 'world.territories.reunion.timezone', "there is no time zone '" + 'z' * 40 + "…'; an IANA name is wanted"),
    (('Indian/Reunion', '^Moon'), None, 'world.territories.reunion.timezone', 'an IANA name is wanted'),
    (('holidays: FR', 'holidays: ^FF'), None, 'world.territories.mainland.holidays', "no public holidays are known for 'FF'; an ISO country code"),
    (('holidays: FR', 'holidays: ^FR-97'), None, 'world.territories.mainland.holidays', "FR has no subdivision '97'"),
    (('{timezone: Europe/Paris, start', '{timezone: ^Europe/Pari, start'), None, 'campaign.timezone', "did you mean 'Europe/Paris'?"),
    (('cutoff: 2017-04-21 20:00', 'cutoff: ^2017-04-18 10:00'), None, 'campaign.cutoff', 'the cutoff 2017-04-18 10:00 does not come after the start 2017-04-18 10:00'),
    (('cutoff: 2017-04-21 20:00', 'cutoff: ^2018-06-21 20:00'), None, 'campaign.cutoff', 'lasts 429 days; at most 400'),
    (('cutoff: 2017-04-21 20:00', 'cutoff: ^2017-10-29 02:30'), None, 'campaign.cutoff', 'happens twice in Europe/Paris, where clocks go back: at 2017-10-29 00:30 UTC and at 2017-10-29 01:30 UTC; write a time that happens once, such as 2017-10-29 01:30 or 2017-10-29 03:30'),
    (('start: 2017-04-18 10:00', 'start: ^2017-03-26 02:30'), None, 'campaign.start', 'it could mean 2017-03-26 00:30 UTC or 2017-03-26 01:30 UTC; write 2017-03-26 01:30 or 2017-03-26 03:30'),
    (('20:00}\nlist', '20:00, territory_cutoffs: {^reunon: 2017-04-20 10:00}}\nlist'), None, 'campaign.territory_cutoffs.reunon', "there is no territory 'reunon'; did you mean 'reunion'?"),
    (('list: {source: white-pages}', 'list: {territories: [^mainlnd]}'), None, 'list.territories.0', "there is no territory 'mainlnd'; did you mean 'mainland'? known: mainland, reunion"),
    (('list: {source: white-pages}', 'list: {line_types: [^mobile]}'), None, 'list.line_types.0', "there is no line type 'mobile'; known: landline"),
    (('list: {source: white-pages}', 'list: {segments: [^x]}'), None, 'list.segments.0', 'the world has no segments'),
    (('list: {source: white-pages}', 'list: {^territories: []}'), None, 'list.territories', 'is empty, so nobody is called'),
    (('to: "13:00"', 'to: ^"09:00"'), None, 'dialing.call_times.0.to', 'closes (09:00) before it opens at 10:00; for a window over midnight write two'),
    (('to: "13:00"', 'to: ^"10:00"'), None, 'dialing.call_times.0.to', 'is empty: it opens and closes at 10:00'),
    (('ring_timeout: 25 s\n  lead', 'ring_timeout: ^11 min\n  lead'), None, 'dialing.ring_timeout', 'found 11 min; at most 10 min'),
    (('at_ring_timeout: 25 s', 'at_ring_timeout: ^11 min'), None, '@.at_ring_timeout', 'at most 10 min'),
    (('duration: 90 s', 'duration: ^61 min'), None, 'message.duration', 'found 61 min; at most 1 h'),
    (('voicemail: 45 s}\n', 'voicemail: ^2 h}\n'), None, 'message.voicemail', 'found 2 h; at most 1 h'),
    (('gate: press-1', 'gate_timeout: ^2 h'), None, 'message.gate_timeout', 'at most 1 h'),
    (('on_machine: leave_message', 'on_machine: leave_message, analysis_time: ^2 h'), None, 'amd.analysis_time', 'at most 1 h'),
    ((', voicemail: 45 s}\n', '}\n'), '42:19', 'amd.on_machine', 'leave_message needs message.voicemail'),
    (('0.010 EUR}', '0.010 EUR, per_attempt: ^1 USD}'), None, 'prices.per_attempt', 'is in USD, but per_line_dialled is in EUR'),
    (('base: as-run', 'base: ^as-rum'), None, 'base', "there is no strategy 'as-rum'; did you mean 'as-run'? known: as-run, half"),
    (('  half:', '  ^half price:'), None, 'strategies.half price', "found the name 'half price'; a name has 1 to 40"),
    (('  half:', '  ^hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh:'), None, 'strategies.hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh', 'a name has 1 to 40'),
    (('    reunion:', '    ^la.reunion:'), None, 'world.territories.la.reunion', "found the name 'la.reunion'"),
    (('  lead_order: random', '  outages: [{from: 2017-04-19 10:00, to: ^2017-04-19 09:00, channels: 0}]'), None, 'dialing.outages.0.to', 'before it has begun (2017-04-19 10:00)'),
    (('  lead_order: random', '  territory_call_times: {^reunon: [{days: all, from: "10:00", to: "11:00"}]}'), None, 'dialing.territory_call_times.reunon', "there is no territory 'reunon'; did you mean 'reunion'?"),
    (('  lead_order: random', '  territory_call_times: {^reunion: []}'), None, 'dialing.territory_call_times.reunion', 'is empty; at least one is wanted'),
    (('  lead_order: random', '  territory_call_times: {reunion: [{days: all, from: "10:00", to: ^"09:00"}]}'), None, 'dialing.territory_call_times.reunion.0.to', 'closes (09:00) before it opens at 10:00'),
    (('  lead_order: random', '  territory_call_times: {^reunion: [{days: sun, from: "10:00", to: "11:00"}]}'), None, 'dialing.territory_call_times.reunion', 'no window is open in reunion during the campaign'),
    (('  lead_order: random', '  changes: [{at: 2017-04-19 10:00, call_times: [{days: all, from: "10:00", to: ^"10:00"}]}]'), None, 'dialing.changes.0.call_times.0.to', 'is empty: it opens and closes at 10:00'),
    (('  lead_order: random', '  carriers: {one: {channels: ^0, calls_per_second: 1}}'), None, 'dialing.carriers.one.channels', 'found 0; at least 1 is allowed'),
    (('  lead_order: random', '  carriers: {one: {channels: 100, calls_per_second: 1, outages: [{from: 2017-04-19 10:00, to: ^2017-04-19 10:00, channels: 0}]}}'), None, 'dialing.carriers.one.outages.0.to', 'the outage ends (2017-04-19 10:00) before it has begun'),
    (('  lead_order: random', '  changes: [{at: 2017-04-19 10:00, message: {duration: ^61 min}}]'), None, 'dialing.changes.0.message.duration', 'found 61 min; at most 1 h'),
    (('  lead_order: random', '  changes: [{at: 2017-04-19 10:00, message: {duration: ^10 s}}]'), None, 'dialing.changes.0.message.duration', 'found 10 s; nobody would be reached from then on, for that takes 30 s (reached_when.live)'),
    (('  lead_order: random', '  changes: [{at: 2017-04-19 10:00, message: {^voice: 10 s}}]'), None, 'dialing.changes.0.message.voice', "unknown key; did you mean 'voicemail'? allowed: duration, voicemail"),
    (('  lead_order: random', '  changes: [{at: 2017-04-19 10:00, amd: {on_machine: ^hang}}]'), None, 'dialing.changes.0.amd.on_machine', "found 'hang'; did you mean 'hang_up'? allowed: hang_up or leave_message"),
    (('  lead_order: random', '  ring: false\n  changes: [{at: 2017-04-19 10:00, amd: {on_machine: ^hang_up}}]'), None, 'dialing.changes.0.amd.on_machine', 'nothing would arrive from then on: dialing.ring is false'),
    (('  lead_order: random', '  changes: [{at: 2017-04-19 10:00, channels: 2}, {at: ^2017-04-19 10:00, channels: 3}]'), None, 'dialing.changes.1.at', 'a second change at 2017-04-19 10:00'),
    (('voters_per_line: {low: 1.0, central: 1.5, high: 2.2, source: assumed}', 'voters_per_line: ^201'), None, 'world.voters_per_line', 'found 201; 0 to 200 is allowed'),
    (('voters_per_line: {low: 1.0, central: 1.5, high: 2.2', '^voters_per_line: {low: 1.0, central: 1.5, high: 300'), None, 'world.voters_per_line', 'found 300; 0 to 200 is allowed'),
    (('electorate: 90_000', 'electorate: ^10_000_000_001'), None, 'world.electorate', 'at most 10_000_000_000 is allowed'),
]
# fmt: on


def placed(change: tuple[str, str], place: str | None) -> tuple[str, str]:
    """The changed text, and the place of the fault: that of the ^, unless given."""
    text = changed(change)
    if place is None:
        lines = text[: text.index("^")].split("\n")
        place = f"{len(lines)}:{len(lines[-1]) + 1}"
    return text.replace("^", ""), place


@pytest.mark.parametrize(("change", "place", "path", "words"), ERRORS)
def test_errors(
    write: Write, change: tuple[str, str], place: str | None, path: str, words: str
) -> None:
    text, place = placed(change, place)
    path = path.replace("@", "world.line_types.landline.answering")
    faults = [fault for fault in faults_of(write(text)) if fault.path == path]
    assert len(faults) == 1, faults_of(write(text))
    (fault,) = faults
    assert f"{fault.line}:{fault.column}" == place, str(fault)
    assert words in fault.message
    assert fault.severity == "error"
    assert str(fault).startswith(f"s.yaml:{place}: {path}: ")


# fmt: off
# The same, with several warnings for each change.
WARNINGS: list[tuple[tuple[str, str], list[tuple[str | None, str, str]]]] = [
    (('lifetime: 3}', 'lifetime: 1}'), [('51:15', 'strategies.three-attempts.recycle.no_answer', 'has no effect: attempts.lifetime is 1'), ('51:40', 'strategies.three-attempts.recycle.busy', 'has no effect')]),
    (('attempts: {lifetime: 1}', 'attempts: {lifetime: ^2}'), [(None, 'attempts.lifetime', '2 attempts are allowed, but no recycle rule makes a second')]),
    (('delay: 4 h', 'delay: ^82 h'), [(None, 'strategies.three-attempts.recycle.no_answer.delay', 'a retry after 82 h cannot happen: the campaign lasts 82 h')]),
    (('lifetime: 3}', 'lifetime: 3, per_day: ^3}'), [(None, 'strategies.three-attempts.attempts.per_day', 'cannot bind: attempts.lifetime is 3')]),
    (('lifetime: 3}', 'lifetime: 3}\n    caps: [{calls: ^3, within: 9 h}]'), [(None, 'strategies.three-attempts.caps.0.calls', 'cannot bind: attempts.lifetime is 3')]),
    (('lifetime: 3}', 'lifetime: 3}\n    caps: [{calls: 2, within: ^30 min}]'), [(None, 'strategies.three-attempts.caps.0.within', "cannot bind: a line's calls are 15 min apart at least, so no more than 2 start within 30 min")]),
    (('lifetime: 3}', 'lifetime: 3, min_gap: ^15 min}'), [(None, 'strategies.three-attempts.attempts.min_gap', 'has no effect: each retry waits 15 min or longer')]),
    (('lifetime: 3}', 'lifetime: 3, min_gap: ^82 h}'), [(None, 'strategies.three-attempts.attempts.min_gap', 'no line is dialled again 82 h after its first call: the campaign lasts 82 h')]),
    (('busy: {delay: 15 min}}', '^failed: {delay: 15 min}}'), [(None, 'strategies.three-attempts.recycle.failed', 'has no effect: no line type has `answering.failed`')]),
    (('attempts: {lifetime: 1}', 'attempts: {lifetime: 1, order: ^fresh-first}'), [(None, 'attempts.order', 'has no effect: attempts.lifetime is 1')]),
    (('attempts: {lifetime: 1}', 'attempts: {lifetime: 1, min_gap: ^1 h}'), [(None, 'attempts.min_gap', 'has no effect: attempts.lifetime is 1')]),
    (('prices:', 'reached_when: {live: ^91 s}\nprices:'), [(None, 'reached_when.live', '91 s is longer than the message (90 s)')]),
    (('to: "13:00"', 'to: "14:30"'), [('40:7', 'dialing.call_times.1', 'overlaps window 0 (the first is 0) on mon, tue, wed, thu, fri')]),
    (('lead_order: random', 'on_holidays: ^closed'), [(None, 'dialing.on_holidays', 'has no effect in reunion: no `holidays`')]),
    (('lead_order: random', 'outages: [^{from: 2017-04-21 10:00, to: 2017-04-22 09:00, channels: 0}]'), [(None, 'dialing.outages.0', 'lies partly outside the campaign')]),
    (('lead_order: random', 'outages: [^{from: 2017-04-21 20:00, to: 2017-04-22 09:00, channels: 0}]'), [(None, 'dialing.outages.0', 'lies wholly outside the campaign')]),
    (('lead_order: random', 'changes: [{at: ^2017-04-21 20:00, channels: 9}]'), [(None, 'dialing.changes.0.at', 'lies outside the campaign')]),
    (('lead_order: random', 'changes: [{at: 2017-04-20 20:00, call_times: [^{days: sat, from: "10:00", to: "11:00"}]}]'), [(None, 'dialing.changes.0.call_times.0', 'is never open during the campaign (10:00 to 11:00)')]),
    (('lead_order: random', 'changes: [{at: 2017-04-20 20:00, ^message: {voicemail: 45 s}}]'), [(None, 'dialing.changes.0.message', 'has no effect: it is so already')]),
    (('lead_order: random', 'changes: [{at: 2017-04-20 20:00, ^amd: {on_machine: leave_message}}]'), [(None, 'dialing.changes.0.amd', 'has no effect: it is so already')]),
    (('lead_order: random', 'carriers: {one: {channels: 40, calls_per_second: 9}, two: {channels: 59, calls_per_second: 9}}'), [('34:13', 'dialing.channels', 'the carriers have 99 channels together: more do nothing')]),
    (('lead_order: random', 'carriers: {one: {channels: 100, calls_per_second: 4}, ^two: {channels: 1, calls_per_second: 1}}'), [(None, 'dialing.carriers.two', 'gets no call: one takes all that the dialer makes')]),
    (('lead_order: random', 'carriers: {one: {channels: 100, calls_per_second: 4, outages: [^{from: 2017-04-21 20:00, to: 2017-04-22 09:00, channels: 0}]}}'), [(None, 'dialing.carriers.one.outages.0', 'lies wholly outside the campaign')]),
    (('lead_order: random', 'changes: [^{at: 2017-04-20 20:00}]'), [(None, 'dialing.changes.0', 'changes nothing')]),
    (('20:00}\nlist', '20:00, territory_cutoffs: {reunion: ^2017-04-21 22:01}}\nlist'), [(None, 'campaign.territory_cutoffs.reunion', "after the campaign's cutoff (2017-04-21 18:00 UTC) and has no effect")]),
    (('20:00}\nlist', '20:00, territory_cutoffs: {reunion: ^2017-04-18 12:00}}\nlist'), [(None, 'campaign.territory_cutoffs.reunion', 'nobody in reunion is called')]),
    (('high: 45 %', 'high: 62 %'), [('20:20', '@.no_answer', 'the highs of the other four sum to 101 %')]),
    (('amd: {on_machine', 'amd: {enabled: false, on_machine'), [('42:35', 'amd.on_machine', 'has no effect: amd.enabled is false')]),
    (('  ring_timeout: 25 s', '  ring_timeout: ^20 s'), [(None, 'dialing.ring_timeout', 'the dialer gives up after 20 s: by then no machines have picked up on landline lines')]),
    (('  ring_timeout: 25 s', '  ring_timeout: ^2900 ms'), [(None, 'dialing.ring_timeout', 'by then fewer than 2 % of people have'), (None, 'dialing.ring_timeout', 'by then no machines have')]),
    (('amd: {on_machine: leave_message}\nmessage: {duration: 90 s, gate: press-1, voicemail: 45 s}', 'amd: {on_machine: hang_up}\nmessage: {duration: 90 s, gate: press-1, voicemail: ^45 s}'), [(None, 'message.voicemail', 'has no effect: amd.on_machine is hang_up')]),
    (('gate: press-1, voicemail', 'gate_timeout: ^5 s, voicemail'), [(None, 'message.gate_timeout', 'has no effect: message.gate is none')]),
    (('channels: 100', 'channels: ^561'), [(None, 'dialing.channels', 'at 4 calls a second no more than 560 channels are ever in use, were every call as long as 140 s')]),
    (('electorate: 90_000', 'electorate: 89_999'), [('8:3', 'world.voters_per_line', '60_000 lines with 1.5 voters each have 90_000 voters behind them, more than the electorate of 89_999')]),
    (('to: "20:00"}', 'to: "20:00"}\n    - ^{days: sat, from: "10:00", to: "12:00"}'), [(None, 'dialing.call_times.2', 'is never open during the campaign (10:00 to 12:00)')]),
    (('holidays: FR}', 'electorate: 90_001}'), [('7:15', 'world.electorate', 'sum to 90_001')]),
]
# fmt: on


@pytest.mark.parametrize(("change", "expected"), WARNINGS)
def test_warnings(
    write: Write, change: tuple[str, str], expected: list[tuple[str | None, str, str]]
) -> None:
    faults = load(write(placed(change, expected[0][0])[0])).warnings
    assert len(faults) == len(expected), faults
    for fault, (where, key, words) in zip(faults, expected, strict=True):
        _, place = placed(change, where)
        path = key.replace("@", "world.line_types.landline.answering")
        assert (f"{fault.line}:{fault.column}", fault.path) == (place, path), str(fault)
        assert words in fault.message
        assert f": warning: {path}: " in str(fault)


def test_the_example_has_no_fault(write: Write) -> None:
    loaded = load(write(TEXT))
    assert loaded.warnings == ()
    assert list(loaded.scenario.strategies) == ["as-run", "half", "three-attempts"]


def test_all_faults_at_once_in_order(write: Write) -> None:
    text = changed(
        ("seed: 7", "seed: x"),
        ("share: 97 %", "share: 95 %"),
        ("Indian/Reunion", "Indian/Reunin"),
        ("channels: 100", "channels: 0"),
        ("duration: 90 s", "duration: 2 h"),
        ("base: as-run", "base: is-run"),
        ("{channels: 50}", "{chanels: 50}"),
        ("lifetime: 3}", "lifetime: 1}"),
    )
    found = [(f.line, f.path, f.severity) for f in faults_of(write(text))]
    assert found == [
        (4, "seed", "error"),
        (9, "world.territories", "error"),
        (11, "world.territories.reunion.timezone", "error"),
        (34, "dialing.channels", "error"),
        (43, "message.duration", "error"),
        (45, "base", "error"),
        (48, "strategies.half.dialing.chanels", "error"),
        (51, "strategies.three-attempts.recycle.no_answer", "warning"),
        (51, "strategies.three-attempts.recycle.busy", "warning"),
    ]


def test_a_fault_hides_none_beside_it(write: Write) -> None:
    """A wrong value in one territory, line type or section, and wrong rules in those around it."""
    text = changed(
        ("mainland: {share: 97 %", "mainland: {share: 97 x"),
        ("timezone: Indian/Reunion}", "timezone: Indian/Reunio, holidays: XX}"),
        ("by_hour: us-landline", "by_hour: us-landlin"),
        ("no_answer: rest", "no_answer: 1 %"),
        ("p90: 18 s", "p90: 8 s"),
        ("  signalling: {invalid: 2 s", "  signalling: {busi: 3 s, invalid: 2 h"),
        ("channels: 100", "channels: many"),
        ('to: "13:00"', 'to: "10:00"'),
        ("ring_timeout: 25 s\n  lead", "ring_timeout: 0 s\n  lead"),
        ("base: as-run", "base: as-rum\nregimes: [uk-pec]"),
        ("cutoff: 2017-04-21 20:00", "cutoff: 2017-04-17 20:00"),
    )
    answering = "world.line_types.landline.answering"
    assert {fault.path for fault in faults_of(write(text))} == {
        "world.territories.mainland.share",
        "world.territories.reunion.timezone",
        "world.territories.reunion.holidays",
        f"{answering}.by_hour",
        answering,
        f"{answering}.human_ring.p90",
        "world.signalling.busi",
        "world.signalling.invalid",
        "dialing.channels",
        "dialing.call_times.0.to",
        "dialing.ring_timeout",
        "base",
        "regimes.0",
        "campaign.cutoff",
    }


def test_a_fault_in_a_territory_or_a_line_type_hides_no_other_there(write: Write) -> None:
    """What each rule reads of them is sound; what is not, it never asks for."""
    text = changed(
        ("{share: 97 %, timezone: Europe/Paris,", "{share: 80 %, timezone: EST, x: 1,"),
        ("timezone: Indian/Reunion}", "timezon: Indian/Reunion, holidays: XX}"),
        ("machine_ring: 20 s", "machine_ring: x"),
        ("by_hour: us-landline", "by_hour: us-landlin"),
        ("no_answer: rest", "no_answer: 1 %"),
        ("p90: 18 s", "p90: 8 s"),
        ("at_ring_timeout: 25 s", "at_ring_timeout: 0 s"),
        ("frailty: {sd: 1.0}", "frailty: {sd: 6}\n        by_attempt: [2]"),
    )
    territories, answering = "world.territories", "world.line_types.landline.answering"
    assert {fault.path for fault in faults_of(write(text))} == {
        territories,  # 80 % + 3 %: every share is sound
        f"{territories}.mainland.timezone",
        f"{territories}.mainland.x",
        f"{territories}.reunion.timezon",
        f"{territories}.reunion.timezone",
        f"{territories}.reunion.holidays",
        answering,
        f"{answering}.machine_ring",
        f"{answering}.by_hour",
        f"{answering}.human_ring.p90",
        f"{answering}.at_ring_timeout",
        f"{answering}.frailty.sd",
        f"{answering}.by_attempt.0",
    }


def test_a_fault_of_the_base_strategy_is_reported_once_even_if_all_override_it(
    write: Write,
) -> None:
    text = changed(
        ("  as-run: {}", "  as-run: {dialing: {channels: 1}}"), ("channels: 100", "channels: x")
    )
    text = changed(
        ("  three-attempts:", "  three-attempts:\n    dialing: {channels: 2}"), text=text
    )
    assert [str(f).split(": found")[0] for f in faults_of(write(text))] == [
        "s.yaml:34:13: dialing.channels"
    ]


def test_a_base_strategy_may_be_incomplete(write: Write) -> None:
    text = changed(
        ("  channels: 100\n", ""),
        ("  as-run: {}", "  as-run: {dialing: {channels: 1}}"),
        ("  three-attempts:", "  three-attempts:\n    dialing: {channels: 2}"),
    )
    strategies = load(write(text)).scenario.strategies
    assert [s.dialing.channels for s in strategies.values()] == [1, 50, 2]


def test_what_an_overlay_lacks_is_missed_there(write: Write) -> None:
    text = changed(
        ("message: {duration: 90 s, gate: press-1, voicemail: 45 s}\n", ""),
        ("amd: {on_machine: leave_message}\n", ""),
        ("  as-run: {}", "  as-run: {message: {duration: 1 min}}"),
    )
    assert [f"{f.line}:{f.column} {f.path}" for f in faults_of(write(text))] == [
        "46:3 strategies.half.message",
        "47:3 strategies.three-attempts.message",
    ]


def test_the_overlay_is_blamed_for_what_it_breaks(write: Write) -> None:
    text = changed(("{channels: 50}", "{channels: 50}, campaign: {start: 2017-04-22 10:00}"))
    (fault,) = faults_of(write(text))
    assert (fault.line, fault.column, fault.path) == (48, 53, "strategies.half.campaign.start")
    assert "the cutoff 2017-04-21 20:00 does not come after the start" in fault.message


def test_windows_that_never_open(write: Write) -> None:
    text = changed(
        ('{days: mon-fri, from: "10:00", to: "13:00"}', '{days: mon, from: "10:00", to: "13:00"}'),
        ('{days: mon-fri, from: "14:00", to: "20:00"}', '{days: sat, from: "14:00", to: "20:00"}'),
    )
    faults = faults_of(write(text))
    assert [f.path for f in faults] == ["dialing.call_times"] * 2
    assert "no window is open in mainland during the campaign" in faults[0].message
    assert "2017-04-18 12:00 to 2017-04-21 22:00 there" in faults[1].message
    # Easter Monday is in the campaign's reach once it begins on the day before.
    early = changed(("start: 2017-04-18 10:00", "start: 2017-04-16 10:00"), text=text)
    (warned,) = faults_of(write(early))  # from Sunday to Friday there is no Saturday
    assert (warned.severity, warned.path) == ("warning", "dialing.call_times.1")
    closed = changed(("lead_order: random", "on_holidays: closed"), text=early)
    assert [f.message[:35] for f in faults_of(write(closed)) if f.severity == "error"] == [
        "no window is open in mainland durin"
    ]


def test_offsets_of_seconds_are_refused(write: Write) -> None:
    text = changed(
        ("Indian/Reunion", "Africa/Monrovia"),
        ("start: 2017-04-18", "start: 1971-04-18"),
        ("cutoff: 2017-04-21", "cutoff: 1971-04-25"),
    )
    (fault,) = faults_of(write(text))
    assert (fault.line, fault.column) == (11, 37)
    assert "differs from UTC by -2670 s" in fault.message


def test_error_object() -> None:
    one, two = Fault("a", 9, 1, "x", "m"), Fault("a", 2, 1, "", "n", "warning")
    error = ScenarioError([one, two, one])
    assert error.faults == (two, one) == in_order([two, one])
    assert (error.errors, error.warnings) == ((one,), (two,))
    assert str(error) == "a:2:1: warning: n\na:9:1: x: m"
    assert pickle.loads(pickle.dumps(error)).faults == error.faults
