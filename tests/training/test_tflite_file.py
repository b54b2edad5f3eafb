import numpy as np

from tests.conftest import require_module

require_module("ai_edge_litert")


def test_equal_constants_share_an_aligned_buffer() -> None:
    """Weights that are used twice are in the file once, at a multiple of 16 bytes."""
    from ai_edge_litert import schema_py_generated as schema

    from tinycnn.training.tflite_file import TfliteFile

    file = TfliteFile()
    x = file.tensor("image", (1, 100), (1 / 255, -128))
    y = file.tensor("sum", (1, 100), (0.5, 3))
    values = np.arange(100, dtype=np.int8)
    first, second = (file.constant(n, values, np.array([0.1])) for n in ("a", "b"))
    file.operator("ADD", [x, first], y, {"fusedActivationFunction": 1})
    file.operator("ADD", [x, second], y, {})
    content = file.content([x], [y])
    model = schema.ModelT.InitFromPackedBuf(content)

    assert content[4:8] == b"TFL3"
    assert len(model.buffers) == 2
    assert content.index(values.tobytes()) % 16 == 0
    graph = model.subgraphs[0]
    assert [t.name for t in graph.tensors] == [b"image", b"sum", b"a", b"b"]
    assert graph.tensors[1].quantization.zeroPoint.tolist() == [3]
    assert [op.builtinOptions.fusedActivationFunction for op in graph.operators] == [
        1,
        0,
    ]
