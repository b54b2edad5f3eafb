"""From symptom to cause: which likely mistake reproduces what a device answered?

Inputs, the reference's outputs and the device's go in; the mistakes that explain the
differences come out, with exact counts. All are replayed for a few images; those that
hit are confirmed on all that are kept. A mistake is named only if it gives most of the
differing answers byte for byte, and chance would not.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tinycnn.errors import InvalidModelError
from tinycnn.harness.explanation import Diagnosis, Explanation
from tinycnn.harness.likelihood import count_answers, weigh_hits
from tinycnn.harness.mistakes import Given, Indices, Mistake, list_mistakes
from tinycnn.harness.replay import Replayed, Replayer, Run

__all__ = ["diagnose"]

_SAMPLE = 8  # images that all mistakes are replayed for
_KEPT = 100  # differing, and equal, images that likely ones are confirmed on
_LEAST_SHARE = 0.5
_LEAST_BITS = 12.0
_SAID = 3
_LIKELY = 12


@dataclass(frozen=True, slots=True)
class _Candidate:
    mistake: Mistake
    explanation: Explanation
    bits: float

    @property
    def rank(self) -> tuple[float, float]:
        found = self.explanation
        return (
            found.differing_explained / max(found.differing_tried, 1),
            found.images_explained / max(found.images_tried, 1),
        )


def diagnose(given: Given, run: Run, *, budget_s: float = 10.0) -> Diagnosis | None:
    """The mistakes that explain a device's differing answers.

    Args:
        given: What the device was given and what it answered.
        run: Runs a model on a reference.
        budget_s: Time for all replays.

    Returns:
        None if nothing differs, or the reference does not answer as it did before.
    """
    differing, started = given.differing, time.monotonic()
    if not len(differing):
        return None
    sample = _spread(differing, _SAMPLE)
    replayer = Replayer(given, run, deadline=started + 0.6 * budget_s)
    try:
        if not replayer.reproduces(sample):
            return None
    except InvalidModelError:
        return None
    screened = replayer.replay(list_mistakes(given), sample)
    tried, left_out = len(screened), replayer.left_out
    families = Counter(r.mistake.family for r in screened)
    seen = count_answers(given, (r.answers for r in screened))
    likely = _pick_likely(given, sample, screened)
    replayer.deadline = started + budget_s
    kept = _pick_images(given, replayer, len(likely))
    confirmed = replayer.replay([r.mistake for r in likely], kept)
    names = {r.mistake.name for r in confirmed}
    rest = [r for r in likely if r.mistake.name not in names]  # there was no time
    candidates = [_judge(given, kept, r, seen) for r in confirmed]
    candidates += [_judge(given, sample, r, seen) for r in rest]
    return Diagnosis(_choose(candidates, families), tried, left_out)


def _spread(places: Indices, count: int) -> Indices:
    """At most `count` of `places`, evenly spread."""
    if len(places) <= count:
        return places
    return places[np.linspace(0, len(places) - 1, count).astype(np.intp)]


def _hits(given: Given, picked: Indices, replayed: Replayed) -> list[bool]:
    equal = (replayed.answers == given.got[picked]).all(axis=1)
    return [bool(hit) for hit in equal]


def _pick_likely(
    given: Given, sample: Indices, screened: Sequence[Replayed]
) -> list[Replayed]:
    """Those worth another look: they hit a quarter of the sample."""
    counts = [sum(_hits(given, sample, replayed)) for replayed in screened]
    order = sorted(range(len(screened)), key=lambda i: -counts[i])
    likely = [screened[i] for i in order if 4 * counts[i] >= len(sample)]
    return likely[:_LIKELY]


def _pick_images(given: Given, replayer: Replayer, mistakes: int) -> Indices:
    """Images to confirm on: as many, differing and equal, as there is time for."""
    left_s = replayer.deadline - time.monotonic()
    images = left_s / 2 / replayer.image_s / max(mistakes, 1)
    count = int(min(max(images / 2, _SAMPLE), _KEPT))
    equal = np.setdiff1d(np.arange(len(given.got)), given.differing)
    picked = [_spread(given.differing, count), _spread(equal, count)]
    return np.sort(np.concatenate(picked))


def _judge(
    given: Given, picked: Indices, replayed: Replayed, seen: Counter[bytes]
) -> _Candidate:
    hits = _hits(given, picked, replayed)
    differs = (given.expected[picked] != given.got[picked]).any(axis=1)
    mistake = replayed.mistake
    explanation = Explanation(
        name=mistake.name,
        explanation=mistake.explanation,
        hint=mistake.hint,
        differing_explained=int((differs & hits).sum()),
        differing_tried=int(differs.sum()),
        images_explained=sum(hits),
        images_tried=len(picked),
    )
    return _Candidate(mistake, explanation, weigh_hits(given, picked, hits, seen))


def _choose(
    candidates: Sequence[_Candidate], families: Counter[str]
) -> tuple[Explanation, ...]:
    """The best of what chance does not explain; one a family, several if equal.

    What was fitted to the answers yields to what explains them without.
    """
    credible = [
        c
        for c in candidates
        if c.rank[0] >= _LEAST_SHARE
        and c.bits >= _LEAST_BITS + _price(c.mistake, families)
    ]
    best = max((c.rank for c in credible), default=None)
    credible = [c for c in credible if c.rank == best]
    fixed = [c for c in credible if not c.mistake.choice_bits]
    equal: dict[str, Explanation] = {}
    for candidate in fixed or credible:
        equal.setdefault(candidate.mistake.family, candidate.explanation)
    return tuple(equal.values())[:_SAID]


def _price(mistake: Mistake, families: Counter[str]) -> float:
    """Bits of choosing one mistake among its family, or one order of all labels."""
    return math.log2(families[mistake.family]) + mistake.choice_bits
