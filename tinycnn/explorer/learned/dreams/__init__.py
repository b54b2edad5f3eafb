"""Pictures that excite a class or a channel: found by gradients, checked in int8.

In: a model, and what its test images give. Out: pictures made to excite, the value that
the reference really gives for each, and those of real images and of noise beside it.
"""

from tinycnn.explorer.learned.dreams.gather import gather_dreams
from tinycnn.explorer.learned.dreams.targets import choose_targets, watched_tensors

__all__ = ["choose_targets", "gather_dreams", "watched_tensors"]
