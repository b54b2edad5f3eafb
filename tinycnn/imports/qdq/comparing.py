"""How far the file's integers are from onnxruntime's, over all, and by operator.

By operator the graph is cut at each QuantizeLinear: onnxruntime gets the integers that
LiteRT had there, so that what differs is this operator's rounding and no other's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import InvalidModelError
from tinycnn.files import scratch_folder
from tinycnn.imports.qdq.qoperator import expand
from tinycnn.imports.qdq.translate import Translation
from tinycnn.imports.qdq.values import Activation, Grid
from tinycnn.reference import load_reference
from tinycnn.reference.every_tensor import with_outputs

__all__ = ["Difference", "Part", "compare_parts", "open_session"]

_GIVEN = "/given"


@dataclass(frozen=True, slots=True)
class Difference:
    """Integers of the file beside those of onnxruntime.

    Attributes:
        count: How many there are.
        unlike: How many differ.
        most: By how many steps at most.
    """

    count: int
    unlike: int
    most: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one QuantizeLinear gives in both, of the same integers.

    Attributes:
        name: Of its output.
        kind: The operator of ONNX before it.
        difference: Of the integers.
        farthest: Of an integer that differs, how far it is from the real number that
            is rounded, in steps; at least 0.5, and hardly more where it is rounding.
    """

    name: str
    kind: str
    difference: Difference
    farthest: float


def open_session(model: Any, *, exact: bool = False) -> Any:
    """The model in onnxruntime, on one core.

    Args:
        model: The model.
        exact: That each node is computed as it stands, in real numbers.

    Raises:
        InvalidModelError: If onnxruntime refuses it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    if exact:
        none = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.graph_optimization_level = none
    try:
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # a class of its own for each reason
        line = str(error).strip().splitlines()[0]
        raise InvalidModelError(f"onnxruntime refuses it: {line}") from error


def difference_of(given: NDArray[Any], wanted: NDArray[Any]) -> Difference:
    """What differs of two arrays of integers."""
    steps = np.abs(given.astype(int) - wanted.astype(int))
    return Difference(
        steps.size, int(np.count_nonzero(steps)), int(steps.max(initial=0))
    )


def compare_parts(
    model: Any, found: Translation, integers: NDArray[np.int8]
) -> list[Part]:
    """Each QuantizeLinear of the graph, in its order.

    Args:
        model: The ONNX model, of one input.
        found: What it became.
        integers: Inputs of the file, a batch.
    """
    names = [*found.tensors]
    numbers = [found.tensors[name].number for name in names]
    rows = _run(with_outputs(found.content, numbers), integers)
    sizes = [found.tensors[name].layout.size for name in names]
    places = np.cumsum(sizes)[:-1]
    columns = np.split(rows[:, -sum(sizes) :], places, axis=1)
    (image,) = found.inputs
    x = found.inputs[image]
    given = {
        name: found.tensors[name].layout.in_onnx(column)
        for name, column in zip(names, columns, strict=True)
    }
    given[image] = x.layout.in_onnx(integers)
    cut, sources, kinds = _cut(model, found.tensors)
    session = open_session(cut, exact=True)
    outputs = sorted(set(sources.values()))
    results = []
    for i in range(len(integers)):
        feeds = {}
        for put in session.get_inputs():
            values = given[put.name.removesuffix(_GIVEN)][i].astype(np.int16)
            if put.type == "tensor(float)":
                real = (values - x.grid.zero_point) * np.float32(x.grid.scale)
                feeds[put.name] = real.astype(np.float32)
            elif put.type == "tensor(uint8)":
                feeds[put.name] = (values + 128).astype(np.uint8)
            else:
                feeds[put.name] = values.astype(np.int8)
        results.append(dict(zip(outputs, session.run(outputs, feeds), strict=True)))
    return [
        _compare_part(
            (name, kinds[name]),
            given[name],
            np.stack([result[source] for result in results]),
            found.tensors[name].grid,
        )
        for name, source in sources.items()
    ]


def _compare_part(
    names: tuple[str, str],
    given: NDArray[np.int8],
    real: NDArray[np.float32],
    grid: Grid,
) -> Part:
    """The file's integers beside the real numbers that QuantizeLinear rounds."""
    steps = real.reshape(given.shape) / np.float32(grid.scale)
    wanted = np.clip(np.rint(steps) + grid.zero_point, -128, 127)
    far = np.abs(given - np.clip(steps + grid.zero_point, -128, 127))
    farthest = far[given != wanted].max(initial=0)
    return Part(*names, difference_of(given, wanted), float(farthest))


def _run(model: bytes, integers: NDArray[np.int8]) -> NDArray[np.int8]:
    with scratch_folder() as folder:
        (folder / "net.tflite").write_bytes(model)
        return load_reference(folder / "net.tflite").run(integers)


def _cut(
    model: Any, tensors: Mapping[str, Activation]
) -> tuple[Any, dict[str, str], dict[str, str]]:
    """The graph whose inputs are all its integers, its outputs what they round.

    Also where each integer comes from, and by which operator.
    """
    import onnx
    from onnx import TensorProto, helper

    nodes = [part for node in model.graph.node for part in expand(node)]
    makers = {name: node for node in nodes for name in node.output}
    constants = {t.name: t for t in model.graph.initializer}
    inputs, kept = [i for i in model.graph.input if i.name not in constants], []
    sources, kinds = {}, {}
    for node in nodes:
        name = node.output[0] if node.output else ""
        if node.op_type == "QuantizeLinear" and name in tensors:
            point = constants.get(node.input[2]) if len(node.input) > 2 else None
            dtype = point.data_type if point is not None else TensorProto.UINT8
            shape = list(tensors[name].shape)
            inputs.append(helper.make_tensor_value_info(name + _GIVEN, dtype, shape))
            if node.input[0] in makers:  # no input of the network
                sources[name] = node.input[0]
                kinds[name] = makers[node.input[0]].op_type
            continue
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        for i, source in enumerate(copy.input):
            if source in tensors:
                copy.input[i] = source + _GIVEN
        kept.append(copy)
    outputs = [
        helper.make_tensor_value_info(source, TensorProto.FLOAT, None)
        for source in sorted(set(sources.values()))
    ]
    graph = helper.make_graph(kept, "cut", inputs, outputs, model.graph.initializer)
    made = helper.make_model(graph, opset_imports=model.opset_import)
    made.ir_version = model.ir_version
    return made, sources, kinds
