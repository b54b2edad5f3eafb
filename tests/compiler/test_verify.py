import numpy as np
import pytest

from tests.compiler.cases import CASES
from tinycnn.compiler import Target, compile_tflite
from tinycnn.errors import UnsupportedModelError


@pytest.mark.parametrize("kind", ["RELU_0_TO_1", "RELU_N1_TO_1", "TILE"])
def test_what_tflite_micro_lacks_is_refused_for_it(kind):
    """Without a reference there is nothing to equal."""
    model = CASES[kind](np.random.default_rng(0))
    compile_tflite(model, name="m")

    with pytest.raises(UnsupportedModelError, match=f"{kind}.*no such operator"):
        compile_tflite(model, name="m", numerics="tflm")


def test_a_padding_that_tflite_micro_gets_wrong_is_refused_for_it():
    """Its SPACE_TO_BATCH_ND pads with 0 instead of the zero point."""
    refused = 0
    for seed in range(20):
        model = CASES["SPACE_TO_BATCH_ND"](np.random.default_rng(seed))
        compile_tflite(model, name="m")
        try:
            compile_tflite(model, name="m", numerics="tflm", target=Target())
        except UnsupportedModelError as error:
            assert "pads with 0" in str(error)
            refused += 1

    assert refused > 0
