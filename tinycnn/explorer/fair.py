"""Test images evenly over the set, to count right answers by.

The examples of a page are picked: a quarter is wrong, a quarter the least sure ones. A
share of right answers that means something needs images that nobody picked.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tinycnn.explorer.exhibit import Exhibit
from tinycnn.explorer.learned.sample import take_sample
from tinycnn.explorer.page import pack_json

__all__ = ["gather_fair"]

SIZE = 200
MOST_BYTES = 1 << 18  # of all inputs together


def gather_fair(exhibit: Exhibit) -> Mapping[str, bytes]:
    """The pieces `fair` and `fair-inputs`; none where nobody knows what is right."""
    if exhibit.made is None or exhibit.examples.task not in ("categorical", "binary"):
        return {}
    room = MOST_BYTES // exhibit.examples.inputs.shape[1]
    sample = take_sample(exhibit, size=max(1, min(SIZE, room)))
    if sample.labels is None:
        return {}
    return {
        "fair": pack_json({"labels": sample.labels.tolist()}),
        "fair-inputs": np.ascontiguousarray(sample.rows).tobytes(),
    }
