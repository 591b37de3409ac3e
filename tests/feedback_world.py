"""A small scenario in which everything acts back: two strategies, hundreds of complaints."""

from __future__ import annotations

TEXT = """\
format: 1
name: acting-back
question: What follows?
seed: 23
world:
  lines: 4_000
  electorate: 32_000
  voters_per_line: 1.5
  territories:
    mainland: {share: 90 %, timezone: Europe/Paris, holidays: FR}
    reunion: {share: 10 %, timezone: Indian/Reunion, holidays: FR-974}
  line_types:
    landline:
      share: 100 %
      answering:
        invalid: 3 %
        busy: 4 %
        no_answer: rest
        machine: 32 %
        human: 33 %
        at_ring_timeout: 25 s
        human_ring: {law: lognormal, median: 9 s, p90: 18 s}
        machine_ring: 20 s
  signalling: {invalid: 3 s, busy: 3 s}
  listening: {law: survival, points: {6 s: 80 %, 19 s: 55 %, 60 s: 25 %}}
  press_1: 50 %
  press_1_delay: {law: uniform, shortest: 2 s, longest: 8 s}
  voicemail: {greeting: 10 s, heard: 60 %, delay: {law: exponential, mean: 6 h}, shared: 30 %}
  consent:
    share: 40 %
    covers_calls: 80 %
    gathered: {from: 2023-01-09 08:00, to: 2023-04-14 18:00}
    withdrawn: 20 %
    until: 2023-04-21 18:00
  registers: {bloctel: 10 %}
  opposition: 15 %
  households: {share: 30 %}
  opting_out: {at_start: 30 %, at_end: 20 %, delay: 2 s}
  complaints:
    per_million: {low: 4_000, central: 16_000, high: 80_000}
    casebook_effect: 0.2
    effects:
      unanswered: 0.05
      voicemail: 0.5
      consented: 0.1
      opposed: 2
      night: 5
      meal: 1.5
      repeat: 2
      after_opt_out: 5
      objection_first: 0.8
      silence: 2
      labelled: 1.3
      blocked: 9
    night: {from: "17:30", to: "08:00"}
    meals: [{from: "12:00", to: "14:00"}]
    delay: {law: exponential, mean: 9 h}
    channels: {regulator: 15 %, operator: 60 %, social: 24 %, press: 1 %}
    contagion: {regulator: 0.05, operator: 0, social: 0.4, press: 25, delay: 12 h}
    opts_out: 70 %
    horizon: 30 d
  regulator:
    reviews: {timezone: Europe/Paris, days: all, at: "16:00"}
    registration: 1 h
    thresholds: {contact: 2, reminder: 8, order: 40}
  call_back: {share: 30 %, delay: 3 h, handling: 70 s, opts_out: 30 %, redials: 50 %, redial_delay: 5 min, tries: 4}
  reputation: {update: 1 h, allowed_per_day: 75, short_call: 2, report: 20, label_at: 150, half_life: 4 d, labelled_odds: 0.4}
campaign: {timezone: Europe/Paris, start: 2023-04-19 10:00, cutoff: 2023-04-22 12:00}
dialing:
  channels: 20
  calls_per_second: 1/30
  ring_timeout: 25 s
  lead_order: random
  call_times: [{days: all, from: "10:00", to: "18:00"}]
attempts: {lifetime: 2}
recycle: {busy: {delay: 15 min}, no_answer: {delay: 1 h}, human: {delay: 5 h}}
amd: {on_machine: leave_message, analysis_time: 2 s, human_as_machine: 5 %, machine_as_human: 5 %}
message: {duration: 45 s, gate: press-1, voicemail: 30 s, opt_out: end, opt_out_notice: 6 s, opt_out_key: true, opt_out_key_within: 2 s, call_back: true}
suppression: {key_press: 1 min, household: true, refresh: 6 h}
inbound: {lines: 1}
caller_numbers: {numbers: 12}
reactions:
  contact: [objection_first]
  reminder: [objection_first, narrow_hours, suspend]
  order: [stop]
  suspend_for: 2 h
  narrow_call_times: [{days: all, from: "10:00", to: "12:30"}]
prices: {per_line_dialled: 0.010 EUR, per_consent: 0.50 EUR}
regimes: [fr-cnil-political, fr-consumer-2023]
base: as-run
strategies:
  as-run: {}
  consenting:
    enforce: {fr-cnil-political: [prior-consent-strict]}
    recycle: {human: null}
check: {scale: 100 %}
"""  # noqa: E501 – a scenario is read by people in one piece
