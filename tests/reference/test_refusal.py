"""What interpreters print is boiled down to one line that says where."""

import pytest

from tinycnn.reference.refusal import MAX_CHARACTERS, boil_down, shorten

LITERT_TENSORS = (
    "quantized_dimension must be in range [0, 1). Was 3.Tensor 33 has invalid "
    "quantization parameters.quantized_dimension must be in range [0, 1). Was 3.Tensor "
    "36 has invalid quantization parameters."
)
LITERT_OPERATOR = (
    "tflite/kernels/kernel_util.cc:322 scale_diff / output_scale <= 0.02 was not true."
    "Node number 0 (FULLY_CONNECTED) failed to prepare.\nFailed to apply the default "
    "TensorFlow Lite delegate indexed at 0."
)
LITERT_SHAPES = (
    "Given shapes, [1,4] and [1,3], are not broadcastable."
    "Node number 0 (ADD) failed to prepare."
)
TFLM = (
    "tensorflow/lite/micro/kernels/softmax_common.cc:103 output->params.zero_point != "
    "-128 (0 != -128)\nNode SOFTMAX (number 2) failed to prepare with status 1\n"
)


@pytest.mark.parametrize(
    ("printed", "line"),
    [
        (
            LITERT_TENSORS,
            "tensor 33 and 1 more: quantized_dimension must be in range [0, 1). Was 3",
        ),
        (
            LITERT_OPERATOR,
            "op 0 (FULLY_CONNECTED): scale_diff / output_scale <= 0.02 was not true",
        ),
        (
            LITERT_SHAPES,
            "op 0 (ADD): Given shapes, [1,4] and [1,3], are not broadcastable",
        ),
        (TFLM, "op 2 (SOFTMAX): output->params.zero_point != -128 (0 != -128)"),
        (
            "Didn't find op for builtin opcode 'TILE' version '3'. An older version of "
            "this builtin might be supported.\nRegistration failed.",
            "it has no operator TILE of version 3",
        ),
        ("Could not open ''.\n", "Could not open ''"),
        ("", "no reason given"),
    ],
)
def test_the_place_comes_first(printed: str, line: str) -> None:
    """Operator or tensor, then what is wrong with it, without sources of others."""
    assert boil_down(printed) == line


def test_a_line_is_of_200_characters_at_most() -> None:
    """Whatever an interpreter says."""
    line = shorten("many words\n" * 90)

    assert len(line) == MAX_CHARACTERS == 200
    assert line.startswith("many words many")
    assert line.endswith("...")
