import numpy as np
import pytest

from tests.compiler.cases import CASES
from tinycnn.compiler import compile_tflite
from tinycnn.errors import UnsupportedModelError


@pytest.mark.parametrize("kind", ["RELU_0_TO_1", "RELU_N1_TO_1", "TILE"])
def test_what_tflite_micro_lacks_is_refused_for_it(kind: str) -> None:
    """Without a reference there is nothing to equal."""
    model = CASES[kind](np.random.default_rng(0))
    compile_tflite(model, name="m")

    with pytest.raises(UnsupportedModelError, match=f"{kind}.*no such operator"):
        compile_tflite(model, name="m", numerics="tflm")
