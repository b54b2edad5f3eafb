import importlib

import pytest

from tests.conftest import require_module
from tinycnn.errors import UnsupportedModelError

require_module("ai_edge_litert")
schema = importlib.import_module("ai_edge_litert.schema_py_generated")


def _file(kind: str) -> bytes:
    """A file of one RELU that reads and writes tensors of type `kind`."""
    from tinycnn.training.tflite_file import _packed

    model, graph, op = schema.ModelT(), schema.SubGraphT(), schema.OperatorT()
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.RELU
    graph.tensors = []
    for name in (b"serving_input", b"net_1/act_1/Relu;net_1/act_1/Add"):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, [1, 4], kind
        graph.tensors.append(tensor)
    op.inputs, op.outputs = [0], [1]
    graph.inputs, graph.outputs, graph.operators = [0], [1], [op]
    empty, data = schema.BufferT(), schema.BufferT()
    data.data = list(range(100))
    model.buffers, model.operatorCodes = [empty, data], [code]
    model.subgraphs, model.version = [graph], 3
    return _packed(model)


def test_float_operator_is_refused_by_name() -> None:
    """An operator that was left in float is an error that names it."""
    from tinycnn.training.tflite_file import check_is_int8

    check_is_int8(_file(schema.TensorType.INT8))
    with pytest.raises(
        UnsupportedModelError,
        match=r"op 0 \(RELU\): expected int8 tensor 'serving_input', got float32",
    ):
        check_is_int8(_file(schema.TensorType.FLOAT32))


def test_tensors_get_the_names_of_their_layers() -> None:
    """The converter's joined names become the layer's; data and identifier stay."""
    from tinycnn.training.tflite_file import rename_tensors

    content = rename_tensors(_file(schema.TensorType.INT8), ["act"])
    model = schema.ModelT.InitFromPackedBuf(content)

    names = [tensor.name for tensor in model.subgraphs[0].tensors]
    assert names == [b"image", b"act"]
    assert content[4:8] == b"TFL3"
    assert list(model.buffers[1].data) == list(range(100))
    assert content.index(bytes(range(100))) % 16 == 0
