import math
from typing import Any

import numpy as np
import pytest

from tinycnn.compiler.ir.graph import QuantParams, Tensor
from tinycnn.compiler.operators.lookup.tables import (
    abs_table,
    hard_swish_table,
    leaky_relu_table,
    logistic_table,
    relu_table,
    tanh_table,
)

X = Tensor(0, "x", (1,), "int8", QuantParams((0.05,), (-7,)))
REALS = 0.05 * (np.arange(-128, 128) + 7)


def output(scale: float, zero_point: int) -> Tensor:
    """A tensor of this quantization."""
    return Tensor(1, "y", (1,), "int8", QuantParams((scale,), (zero_point,)))


@pytest.mark.parametrize(
    ("compute", "exact", "y"),
    [
        (logistic_table, lambda v: 1 / (1 + np.exp(-v)), output(1 / 256, -128)),
        (tanh_table, np.tanh, output(1 / 128, 0)),
        (hard_swish_table, lambda v: v * np.clip(v + 3, 0, 6) / 6, output(0.05, -100)),
        (abs_table, np.abs, output(0.03, -128)),
        (
            lambda x, y: leaky_relu_table(x, y, 0.2),
            lambda v: np.where(v < 0, 0.2 * v, v),
            output(0.04, -90),
        ),
        (
            lambda x, y: relu_table(x, y, (-128, 100)),
            lambda v: np.clip(v, 0, 228 * 0.02),
            output(0.02, -128),
        ),
    ],
)
def test_tables_are_their_function_to_one_step(
    compute: Any, exact: Any, y: Tensor
) -> None:
    """Each output is next to the real-valued one."""
    expected = np.clip(exact(REALS) / y.scale + y.zero_point, -128, 127)

    assert np.abs(np.array(compute(X, y)) - expected).max() <= 1.5


def test_a_logistic_saturates_without_an_exception() -> None:
    """The exponential of a large scale is infinite."""
    x = Tensor(0, "x", (1,), "int8", QuantParams((1e30,), (0,)))
    table = logistic_table(x, output(1 / 256, -128))

    assert set(table) == {-128, 0, 127}


def test_abs_of_equal_scales_is_not_rounded() -> None:
    """The distance from the zero point itself, saturated."""
    table = abs_table(X, output(X.scale, 0))

    assert table[:3] == (121, 120, 119)
    assert table[-1] == 127
    assert math.isclose(X.scale, 0.05)
