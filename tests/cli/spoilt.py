"""Programs that are wrong behind the compiler's back."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.compiler.models import image_model
from tinycnn.analysis.fit import find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import compile_tflite

__all__ = ["spoil_weights"]


def spoil_weights(program: Path) -> bool:
    """Change the dense layer's weights in a program of `image_model(1)`.

    Returns:
        Whether they are in it, as a Cortex-M4's kernels take them.
    """
    objective = find_objective(load_board("nano33ble"))
    compilation = compile_tflite(image_model(1), name="net", objective=objective)
    arrays = compilation.program.arrays
    dense = next(array for array in arrays if array.name == "net_op2_weights")
    whole = np.ascontiguousarray(dense.values, "<i4").tobytes()
    content = program.read_bytes()
    program.write_bytes(content.replace(whole, bytes(byte ^ 8 for byte in whole)))
    return whole in content
