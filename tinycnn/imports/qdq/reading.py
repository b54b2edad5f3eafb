"""An ONNX file as nodes with their settings, and its constants.

Operators that hold scales of their own (QLinearConv) become the float operator between
DequantizeLinear and QuantizeLinear that they stand for.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from tinycnn.errors import InvalidModelError, ToolchainError, UnsupportedModelError
from tinycnn.imports.imported import Source
from tinycnn.imports.qdq.qoperator import expand
from tinycnn.imports.qdq.values import Known, Shape

__all__ = ["Network", "Node", "Put", "load_onnx", "read_network"]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An operator of the graph.

    Attributes:
        kind: Its operator's name, with the domain where it is not ONNX's own.
        name: Its own, or its output's.
        inputs: Names of values; empty of one that is left out.
        outputs: Names of values.
        settings: Its attributes as Python values.
    """

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: Mapping[str, Any]

    def refuse(self, text: str, hint: str | None = None) -> NoReturn:
        """Raise an UnsupportedModelError that names the node."""
        message = f"node '{self.name}' ({self.kind}): {text}"
        raise UnsupportedModelError(message, hint=hint)


@dataclass(frozen=True, slots=True)
class Put:
    """An input of the network: its name, its shape with a batch of 1, and its type."""

    name: str
    shape: Shape
    dtype: str


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A graph of ONNX, its nodes in an order in which they can be computed."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Known]
    inputs: tuple[Put, ...]
    outputs: tuple[str, ...]
    opset: int


def load_onnx(source: Source) -> Any:
    """The model in the file, with the data of files beside it.

    Raises:
        ToolchainError: If onnx is not installed.
        InvalidModelError: If it is no ONNX file that can be read.
    """
    for package in ("onnx", "onnxruntime"):
        if importlib.util.find_spec(package) is None:
            raise ToolchainError(
                f"{source.name}: {package} is not installed",
                hint="pip install 'tinycnn[imports]'",
            )
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        model = onnx.load_model_from_string(source.data)
        if source.path is not None:
            folder = str(Path(source.path).absolute().parent)
            onnx.load_external_data_for_model(model, folder)
        onnx.checker.check_model(model)
    except (DecodeError, ValueError, OSError, onnx.checker.ValidationError) as error:
        line = str(error).strip().splitlines()[0]
        raise InvalidModelError(f"{source.name}: a broken ONNX file: {line}") from error
    return model


def read_network(model: Any) -> Network:
    """The nodes and constants of a model.

    Raises:
        UnsupportedModelError: If an input has an open size or a batch above 1.
    """
    from onnx import numpy_helper

    graph = model.graph
    constants = {t.name: Known(numpy_helper.to_array(t)) for t in graph.initializer}
    nodes = [part for node in graph.node for part in map(_read_node, expand(node))]
    inputs = [_read_input(i) for i in graph.input if i.name not in constants]
    opsets = {o.domain: o.version for o in model.opset_import}
    return Network(
        tuple(nodes),
        constants,
        tuple(inputs),
        tuple(output.name for output in graph.output),
        opsets.get("", 1),
    )


def _read_node(node: Any) -> Node:
    from onnx import TensorProto, helper, numpy_helper

    settings = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    for key, value in settings.items():
        if isinstance(value, bytes):
            settings[key] = value.decode("utf-8", "replace")
        elif isinstance(value, TensorProto):
            settings[key] = numpy_helper.to_array(value)
    kind = (
        node.op_type
        if node.domain in ("", "ai.onnx")
        else f"{node.domain}.{node.op_type}"
    )
    name = node.name or (node.output[0] if node.output else node.op_type)
    return Node(kind, name, tuple(node.input), tuple(node.output), settings)


def _read_input(value: Any) -> Put:
    import onnx

    kind = value.type.tensor_type
    sizes = [d.dim_value if d.HasField("dim_value") else 0 for d in kind.shape.dim]
    if sizes and sizes[0] <= 0:
        sizes[0] = 1
    name = f"input '{value.name}'"
    if min(sizes, default=1) <= 0:
        open_sizes = [d.dim_param or "?" for d in kind.shape.dim]
        raise UnsupportedModelError(
            f"{name}: expected fixed sizes behind the batch, got "
            f"{', '.join(open_sizes)}",
            hint="python -m onnxruntime.tools.make_dynamic_shape_fixed sets them",
        )
    if sizes and sizes[0] != 1:
        raise UnsupportedModelError(
            f"{name}: expected a batch of 1, got {sizes[0]}",
            hint="export the network with a batch of 1",
        )
    dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)).name
    return Put(value.name, tuple(sizes), dtype)
