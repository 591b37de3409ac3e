"""A resolved scenario as the YAML that stands beside each run."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from sim.document.writing import written_quickly
from sim.scenario.load import Loaded

if TYPE_CHECKING:
    from ruamel.yaml.nodes import ScalarNode
    from ruamel.yaml.representer import SafeRepresenter


def resolved_text(loaded: Loaded) -> str:
    """The resolved scenario as YAML: loading it again gives an equal scenario."""
    text = written_quickly(loaded.resolved)
    return written_slowly(loaded.resolved) if text is None else text


def written_slowly(data: Any) -> str:
    """Any plain data as YAML in blocks, by the library that defines what is written."""
    from ruamel.yaml import YAML  # late: few scenarios need it

    yaml: Any = YAML(typ="safe", pure=True)  # its attributes are declared too narrowly
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    yaml.allow_unicode = True
    yaml.width = 1_000_000
    yaml.representer.add_representer(str, _text)
    stream = StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def _text(representer: SafeRepresenter, text: str) -> ScalarNode:
    """Text; in quotes where it holds a colon, since older readers of YAML take 10:00 for 600."""
    style = '"' if ":" in text else None
    return representer.represent_scalar("tag:yaml.org,2002:str", text, style)
