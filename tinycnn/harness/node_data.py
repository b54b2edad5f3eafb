"""A profile as node data of Google's Model Explorer: a value on each operator.

Model Explorer shows a `.tflite` as a graph, and colours its nodes by a file of values:
an object of graphs by name, each with `results` by the name of a tensor that the node
writes, and a `gradient` of colours from the least value, 0, to the greatest, 1.
"""

from __future__ import annotations

import json
from collections import Counter

from tinycnn.compiler import Graph, read_tflite
from tinycnn.compiler.reading.flatbuffer import root_table
from tinycnn.harness.profile import Profile

__all__ = ["node_data_to_json"]

_SUBGRAPHS, _NAME = 2, 4  # fields of schema.fbs: of a model, of a subgraph
_USUAL_NAME = "main"
_GRADIENT = (
    {"stop": 0, "bgColor": "#ffffff", "textColor": "#000000"},
    {"stop": 0.5, "bgColor": "#ffd54f", "textColor": "#000000"},
    {"stop": 1, "bgColor": "#c62828", "textColor": "#ffffff"},
)


def node_data_to_json(found: Profile, model: bytes) -> str:
    """The cycles of each operator, as JSON text, ending in a newline.

    Args:
        found: What each operator took.
        model: The `.tflite` file that was profiled.

    Raises:
        ModelError: If the file cannot be read.
    """
    graph = read_tflite(model)
    subgraph = root_table(model, b"TFL3").tables(_SUBGRAPHS, limit=1 << 16)[0]
    keys = _find_keys(graph)
    cycles = {op.index: op.cycles for op in found.operators}
    # What takes no kernel call, as RESHAPE, takes nothing.
    results = {key: {"value": cycles.get(index, 0)} for index, key in keys.items()}
    value = {
        subgraph.string(_NAME) or _USUAL_NAME: {
            "results": results,
            "gradient": list(_GRADIENT),
        }
    }
    return json.dumps(value, indent=2) + "\n"


def _find_keys(graph: Graph) -> dict[int, str]:
    """What Model Explorer finds each operator by: its output's name.

    Its number where it has none, or one that another tensor has, too.
    """
    names = Counter(tensor.name for tensor in graph.tensors)
    first = {op.index: graph.tensors[op.outputs[0]].name for op in graph.ops}
    return {
        index: name if name and names[name] == 1 else str(index)
        for index, name in first.items()
    }
