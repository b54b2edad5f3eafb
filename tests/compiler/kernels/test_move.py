"""Moves to overlapping places, at any distance and of any size."""

import ctypes

import numpy as np
import pytest

from tests.compiler.executor import Executor


@pytest.mark.parametrize("distance", [-64, -16, -12, -4, -3, 0, 2, 4, 8, 20, 100])
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 64, 99])
def test_all_bytes_arrive_and_no_others_change(
    distance: int, size: int, executor: Executor
) -> None:
    """As if the tensor had been copied somewhere else first."""
    memory = np.random.default_rng(size).integers(-128, 128, 320).astype(np.int8)
    begin = -memory.ctypes.data % 4 + 104
    expected = memory.copy()
    expected[begin + distance :][:size] = memory[begin:][:size]

    executor.library.tcnn_move_s8(
        ctypes.byref(ctypes.c_int32(size)),
        ctypes.c_void_p(memory.ctypes.data + begin),
        ctypes.c_void_p(memory.ctypes.data + begin + distance),
    )

    assert np.array_equal(memory, expected)
