"""A model in real numbers: what its int8 weights stand for, without any rounding.

In: a graph. Out: its tensors as floats, and how each input number moves one of them.
Every value is kept within what its int8 tensor can hold, as that is what the model was
made for; only the rounding is left out.
"""

from tinycnn.explorer.learned.real.network import RealNetwork

__all__ = ["RealNetwork"]
