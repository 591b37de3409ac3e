"""Malformed files of facts, each made from its seed alone."""

from __future__ import annotations

import copy
import random
from typing import Any

from tests.fuzz.scenarios import _spoil, written

SOUND: dict[str, Any] = {
    "opt_out_notice": "start",
    "how_to_object": True,
    "opt_out_key": False,
    "opt_out_key_within": "2 s",
    "gate": "press-1",
    "identification": {"caller_name": True, "phone_number": False},
    "caller_numbers": ["+33162000000", "+12022243121"],
    "abandoned_share": "3 %",
    "abandoned_within": "2 s",
    "data_notice": True,
    "proof_of_consent": False,
    "duties": {"registration": True},
}
"""A file without fault."""
NUMBERS = ("+33", "+", "call me", "+331", "0262 26 20 00", "01 62 00 00 00", "+999 1 62 00 00 00")
"""Numbers that are none, or not those of one country."""


def malformed_facts(seed: int) -> tuple[str, str]:
    """The text of a file, and what was done to it, for people."""
    chance = random.Random(f"facts {seed}")
    data = copy.deepcopy(SOUND)
    how = [_spoil(chance, data) for _ in range(chance.choice([0, 0, 1, 1, 2, 3]))]
    if chance.random() < 0.2:
        data["caller_numbers"] = [chance.choice(NUMBERS)]
        how.append(f"numbers {data['caller_numbers']}")
    text = written(data, flow=chance.random() < 0.3)
    if chance.random() < 0.15:
        cut = chance.randrange(len(text))
        text, how = text[:cut], [*how, f"cut at {cut}"]
    return text, "; ".join(how)
