"""How much speaks for a mistake: the improbability, in bits, of its hits by chance.

A replayed mistake hits an image if it gives the device's answer, byte for byte. Chance
does so, too, where few answers are possible. Two innocents are held against each hit:
- another fault, of which nothing is known, gives some answer other than the right one:
  each as often as it is seen among all answers of device, reference and replays;
- noise changes as many values, by as much at most, anywhere.
The likelier of the two counts. What was searched for costs what there was to choose of.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from tinycnn.harness.mistakes import Given, Indices, Rows

__all__ = ["count_answers", "weigh_hits"]


def count_answers(given: Given, replayed: Iterable[Rows]) -> Counter[bytes]:
    """How often each answer is seen."""
    seen: Counter[bytes] = Counter()
    for rows in (given.expected, given.got, *replayed):
        seen.update(row.tobytes() for row in rows)
    return seen


def weigh_hits(
    given: Given, picked: Indices, hits: Sequence[bool], seen: Counter[bytes]
) -> float:
    """Bits of evidence for a mistake; below about 10 it may be chance.

    Args:
        given: What the device was given and answered.
        picked: The images that were replayed.
        hits: Whether the mistake gives the device's answer, for each of them.
        seen: What other answers there are.
    """
    differs = (given.expected[picked] != given.got[picked]).any(axis=1)
    hit = np.array(hits, bool) & differs
    bits = sum(_weigh(given, int(i), seen) for i in picked[hit])
    bits -= math.log2(math.comb(int(differs.sum()), int(hit.sum())))
    if all(hits):  # it also tells which images differ
        bits += math.log2(math.comb(len(picked), int(differs.sum())))
    return bits


def _weigh(given: Given, image: int, seen: Counter[bytes]) -> float:
    """Bits of a hit at a differing image."""
    expected, got = given.expected[image], given.got[image]
    possible = seen.total() - seen[expected.tobytes()]
    by_fault = math.log2(possible / seen[got.tobytes()])
    distance = np.abs(expected.astype(np.int64) - got)
    changed = int(np.count_nonzero(distance))
    ways = math.comb(len(distance), changed)
    by_noise = math.log2(ways) + changed * math.log2(2 * int(distance.max()))
    return min(by_fault, by_noise)
