"""Random one-operator models, each from a seed; every draw is valid for the reference.

One file a family; its `CASES` maps operators to functions from a generator to a model.
"""

from tests.compiler.cases import (
    conv,
    elementwise,
    fully_connected,
    movement,
    pool,
    quantize,
    reduce,
    resize,
    softmax,
)
from tests.compiler.cases.draw import Draw, draw_inputs, draw_rows

__all__ = ["CASES", "Draw", "draw_inputs", "draw_rows"]

CASES: dict[str, Draw] = {
    **conv.CASES,
    **elementwise.CASES,
    **fully_connected.CASES,
    **movement.CASES,
    **pool.CASES,
    **quantize.CASES,
    **reduce.CASES,
    **resize.CASES,
    **softmax.CASES,
}
