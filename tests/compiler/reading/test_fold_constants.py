import math
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tests.compiler.executor import Executor
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import Graph, lower_graph, plan_memory, read_tflite, run_passes
from tinycnn.compiler.operators import OPERATORS
from tinycnn.errors import InvalidModelError, UnsupportedModelError

INT32, INT64 = schema.TensorType.INT32, schema.TensorType.INT64


def constant(b: ModelBuilder, values: Any, dtype: str = "int32") -> int:
    """Adds an integer constant."""
    data = np.array(values, dtype)
    return b.tensor(data.shape, dtype, data=data)


def interpret(model: bytes, x: np.ndarray) -> np.ndarray:
    """The reference's first output."""
    kernels = OpResolverType.BUILTIN_REF
    interpreter = Interpreter(
        model_content=model, experimental_op_resolver_type=kernels, num_threads=1
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def flatten_model(shape: tuple[int, ...], dtype: str = "int32") -> bytes:
    """Keras' Flatten of an image whose batch is not known when it is converted."""
    b = ModelBuilder()
    x = b.tensor(shape, scale=0.1)
    sizes, batch = b.tensor((len(shape),), dtype), b.tensor((), dtype)
    target, y = b.tensor((2,), "int32"), b.tensor((1, math.prod(shape)), scale=0.1)
    out_type = INT32 if dtype == "int32" else INT64
    b.op("SHAPE", [x], [sizes], outType=out_type)
    bounds = [constant(b, [v]) for v in (0, 1, 1)]
    b.op("STRIDED_SLICE", [sizes, *bounds], [batch], shrinkAxisMask=1)
    if dtype == "int64":
        small = b.tensor((), "int32")
        b.op("CAST", [batch], [small], inDataType=INT64, outDataType=INT32)
        batch = small
    b.op("PACK", [batch, constant(b, -1)], [target], valuesCount=2, axis=0)
    b.op("RESHAPE", [x, target], [y])
    return b.build([x], [y])


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_the_chain_of_a_dynamic_batch_folds_away(
    dtype: str, executor: Executor
) -> None:
    """SHAPE, STRIDED_SLICE, CAST and PACK leave a RESHAPE, equal to the reference."""
    model = flatten_model((1, 3, 4, 2), dtype)
    graph = run_passes(read_tflite(model))
    program = lower_graph(graph, plan_memory(graph), name="case")
    x = np.arange(-12, 12, dtype=np.int8).reshape(1, 3, 4, 2)

    assert [op.kind for op in graph.ops] == ["RESHAPE"]
    assert executor.run(program, x[None]) == [interpret(model, x).tobytes()]


def of(
    kind: str,
    shape: tuple[int, ...],
    *inputs: Any,
    dtype: str = "int32",
    **options: Any,
) -> Any:
    """A case: operator, declared output shape, inputs."""
    return pytest.param(kind, shape, inputs, dtype, options, id=kind)


MATRIX = [[1, 2, 3], [4, 5, 6]]
CASES = [
    of("ADD", (3,), [1, 2, 2**31 - 1], [5]),
    of("SUB", (2,), [7, -(2**31)], [9, 1]),
    of("MUL", (), 2**30, 6),
    of("FLOOR_DIV", (4,), [7, -7, 7, -7], [2, 2, -2, -2]),
    of("MAXIMUM", (2,), [1, 9], [4]),
    of("MINIMUM", (2,), [1, 9], [4]),
    of("REDUCE_PROD", (2,), MATRIX, [-1], keepDims=False),
    of("REDUCE_PROD", (1, 3), MATRIX, [0], keepDims=True),
    of("GATHER", (2, 2), MATRIX, [2, 0], axis=1),
    of("GATHER", (3,), MATRIX, 1, axis=0),
    of("SLICE", (1, 2), MATRIX, [1, 0], [1, 2]),
    of("STRIDED_SLICE", (2,), MATRIX, [0, 1], [2, 9], [1, 2], shrinkAxisMask=2),
    of("STRIDED_SLICE", (2, 2), MATRIX, [0, 2], [2, -9], [1, -2]),
    of("TILE", (4, 3), MATRIX, [2, 1]),
    of("FILL", (2, 3), [2, 3], 7),
    of("CONCATENATION", (2, 6), MATRIX, MATRIX, axis=-1),
    of("PACK", (2, 2, 3), MATRIX, MATRIX, axis=1, valuesCount=2),
    of("UNPACK", (2,), [[1], [2]], axis=1, num=1),
    of("RESHAPE", (3, 2), MATRIX, [-1, 2]),
    of("EXPAND_DIMS", (2, 1, 3), MATRIX, 1),
    of("SQUEEZE", (2,), [[1], [2]], squeezeDims=[1]),
    of("CAST", (2,), [3, -4], dtype="int64", inDataType=INT32, outDataType=INT64),
    of("SHAPE", (2,), MATRIX, dtype="int64", outType=INT64),
]


@pytest.mark.parametrize(("kind", "shape", "inputs", "dtype", "options"), CASES)
def test_folded_values_are_the_reference_s(
    kind: str, shape: tuple[int, ...], inputs: Any, dtype: str, options: dict[str, Any]
) -> None:
    """What is computed on import is what the interpreter computes."""
    b = ModelBuilder()
    x, y = b.tensor((1, 4), scale=0.1), b.tensor((4,), scale=0.1)
    result = b.tensor(shape, dtype)
    b.op(kind, [constant(b, values) for values in inputs], [result], **options)
    b.op("RESHAPE", [x, constant(b, [4])], [y])
    folded = read_tflite(b.build([x], [y])).tensors[result].data
    expected = interpret(b.build([x], [result]), np.zeros((1, 4), np.int8))

    assert folded.shape == expected.shape
    assert folded.dtype == expected.dtype
    assert folded.tolist() == expected.tolist()


def test_every_foldable_operator_is_compared() -> None:
    """No operator folds untested."""
    assert {case.values[0] for case in CASES} == {
        kind for kind, operator in OPERATORS.items() if operator.fold
    }


def fold(kind: str, shape: tuple[int, ...], *inputs: Any, **options: Any) -> Graph:
    """Reads a model in which one operator works on constants."""
    b = ModelBuilder()
    x, y = b.tensor((1, 4), scale=0.1), b.tensor((4,), scale=0.1)
    result = b.tensor(shape, "int32")
    b.op(kind, [constant(b, values) for values in inputs], [result], **options)
    b.op("RESHAPE", [x, result], [y])
    return read_tflite(b.build([x], [y]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("FLOOR_DIV", (1,), [4], [0]), "division by 0"),
        (("PACK", (2,), [4], [4, 5]), "all input arrays must have the same shape"),
        (("GATHER", (1,), [4], [-1]), r"indices \[-1\]"),
        (("TILE", (1,), [4], [1, 1]), r"multiples \[1, 1\]"),
    ],
)
def test_contradictions_are_named(arguments: tuple[Any, ...], message: str) -> None:
    """An operator that no constants could satisfy is an error of the file."""
    with pytest.raises(
        InvalidModelError,
        match=r"op 0 .* constants that it can compute with: " + message,
    ):
        fold(*arguments)


def test_large_results_do_not_fold() -> None:
    """A few bytes of file cannot ask for gigabytes."""
    with pytest.raises(UnsupportedModelError, match="operator FILL is not supported"):
        fold("FILL", (1,), [2**30, 2**30], 1)


def test_what_folds_only_is_refused_on_activations() -> None:
    """GATHER of an activation has no kernel."""
    b = ModelBuilder()
    x, y = b.tensor((1, 4), scale=0.1), b.tensor((1, 1), scale=0.1)
    b.op("GATHER", [x, constant(b, [2])], [y], axis=1)

    with pytest.raises(
        UnsupportedModelError, match="op 0: operator GATHER is not supported on act"
    ):
        read_tflite(b.build([x], [y]))


def test_a_reshape_must_give_the_shape_it_was_told() -> None:
    """A declared shape that contradicts the computed one is an error of the file."""
    b = ModelBuilder()
    x, y = b.tensor((1, 4), scale=0.1), b.tensor((2, 2), scale=0.1)
    b.op("RESHAPE", [x, constant(b, [4, 1])], [y])

    with pytest.raises(
        InvalidModelError, match=r"expected an output of shape \[4, 1\], got \(2, 2\)"
    ):
        read_tflite(b.build([x], [y]))
