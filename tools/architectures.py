"""The families side by side, for the page: `python -m tools.architectures [NAME ...]`.

Builds and converts the usual network of each family, untrained, for 32x32 colour images
of ten classes (LeNet-5 for its own 28x28), and writes what it needs on a Nano 33 BLE
into `tinycnn/explorer/zoo.json`, with the rows of `zoo/results.json` that were trained.
The page has them without TensorFlow, and at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tinycnn.analysis.fit import analyze_tflite, check_fit, find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import read_tflite
from tinycnn.explorer.zoo import ZOO_FILE
from tinycnn.families import FAMILIES
from tinycnn.files import write_whole
from tinycnn.pipeline import Layer, list_layers, untrained_model
from tinycnn.project import load_project, parse_model
from tools.zoo.row import Row, read_results

__all__ = ["describe_network", "main"]

BOARD = "nano33ble"
CLASSES = 10
USUAL_IMAGE = (32, 32, 3)
OWN_IMAGES = {"lenet5": (28, 28, 1), "keras_convnet": (28, 28, 1)}
ZOO = Path(__file__).parents[1] / "zoo"


def main(names: Sequence[str]) -> None:
    """Write the file; with names, renew those families only."""
    known = json.loads(ZOO_FILE.read_text("utf-8")) if ZOO_FILE.exists() else {}
    networks = known.get("networks", {})
    trained = [name for name, family in FAMILIES.items() if not family.is_given]
    for name in names or trained:
        print(name, flush=True)
        networks[name] = describe_network(name)
    found = {
        "board": load_board(BOARD).title,
        "networks": {name: networks[name] for name in FAMILIES if name in networks},
        "trained": list(_list_trained()),
    }
    write_whole(json.dumps(found, indent=1) + "\n", ZOO_FILE)


def describe_network(name: str) -> dict[str, Any]:
    """What the usual network of a family needs, layer by layer."""
    board, image = load_board(BOARD), OWN_IMAGES.get(name, USUAL_IMAGE)
    found = untrained_model(
        parse_model(name, {}), root=Path(), input_shape=image, classes=CLASSES
    )
    analysis = analyze_tflite(found.content, find_objective(board, "speed"))
    graph = read_tflite(found.content)
    makers = {out: op.index for op in graph.ops for out in op.outputs}
    sources = [[makers[i] for i in op.inputs if i in makers] for op in graph.ops]
    layers = list_layers(found.content, analysis)
    return {
        "input": list(image),
        "parameters": analysis.parameters,
        "macs": analysis.macs,
        "arena_bytes": analysis.plan.arena_bytes,
        "flash_bytes": analysis.flash_bytes,
        "milliseconds": round(1000 * sum(analysis.cycles) / board.clock_hz, 2),
        "fits": check_fit(analysis, board).fits,
        "layers": [
            _describe_layer(layer, made)
            for layer, made in zip(layers, sources, strict=True)
        ],
    }


def _describe_layer(layer: Layer, sources: list[int]) -> dict[str, Any]:
    cost = layer.cost
    return {
        "kind": cost.kind,
        "shape": list(cost.output_shape[1:]),
        "parameters": cost.parameters,
        "macs": cost.macs,
        "sees": list(layer.geometry.receptive_field),
        "from": sources,
    }


def _list_trained() -> Iterator[dict[str, Any]]:
    """The projects of the zoo that were trained: which family, and how well it does."""
    for name, row in read_results(ZOO).items():
        model = load_project(ZOO / name).model
        yield {
            "project": name,
            "family": model.label,
            "knobs": dict(model.knobs),
            "dataset": row.dataset,
            **_describe_row(row),
        }


def _describe_row(row: Row) -> dict[str, Any]:
    return {
        "float_accuracy": row.float_correct / row.images,
        "int8_accuracy": row.int8_correct / row.images,
        "parameters": row.parameters,
        "macs": row.macs,
        "arena_bytes": row.arena_bytes,
        "flash_bytes": row.flash_bytes,
        "milliseconds": row.milliseconds,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
