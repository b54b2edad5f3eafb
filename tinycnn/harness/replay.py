"""Replays mistakes on a reference, as long as there is time.

In: mistakes, and the images to replay. Out: the answers that each would have given.
Trials of one model share a run, since most of a short run is its start.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from tinycnn.choices import Numerics
from tinycnn.errors import InvalidModelError, ToolchainError
from tinycnn.harness.mistakes import Given, Indices, Mistake, Rows, Trial

__all__ = ["Replayed", "Replayer", "Run"]

Run = Callable[[bytes, Numerics, Rows], Rows]
"""A model's outputs on a reference: one row of bytes an image, in and out."""

_Key = tuple[bytes, Numerics]
_MOST_ROWS = 2048
_MOST_RUN_S = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """A mistake and the answers that it gives for the chosen images."""

    mistake: Mistake
    answers: Rows


@dataclass(slots=True, eq=False)
class Replayer:
    """A reference that mistakes are replayed on.

    Attributes:
        given: What the device was given and answered.
        run: Runs a model on a reference; may refuse it.
        deadline: When to stop, by the monotonic clock, in seconds.
        left_out: How many mistakes there was no time for.
        image_s: What one image takes, in seconds.
    """

    given: Given
    run: Run
    deadline: float
    left_out: int = 0
    image_s: float = 0.0
    _waiting: dict[_Key, list[tuple[Mistake, Rows]]] = field(default_factory=dict)

    def reproduces(self, picked: Indices) -> bool:
        """Whether the reference gives again what was expected; its pace is measured."""
        begun, given = time.monotonic(), self.given
        again = [self.run(given.model, given.numerics, given.inputs[picked[:1]])]
        started = time.monotonic()
        again += [self.run(given.model, given.numerics, given.inputs[picked])]
        took_s = time.monotonic() - started
        self.image_s = max(took_s - (started - begun), 0.02 * took_s) / len(picked)
        return np.array_equal(again[1], given.expected[picked])

    def replay(self, mistakes: Iterable[Mistake], picked: Indices) -> list[Replayed]:
        """The answers of all mistakes that can be made, as far as there is time."""
        done: list[Replayed] = []
        for mistake in mistakes:
            made = mistake.replay(self.given, picked)
            if isinstance(made, np.ndarray):
                done.append(Replayed(mistake, made))
            elif made is not None and not self._is_no_mistake(made, picked):
                key = made.model, made.numerics
                waiting = self._waiting.setdefault(key, [])
                waiting.append((mistake, made.inputs))
                if len(waiting) * len(picked) >= self._affordable():
                    done += self._flush(key)
        for key in list(self._waiting):
            done += self._flush(key)
        return [r for r in done if r.answers.shape[1] == self.given.got.shape[1]]

    def _is_no_mistake(self, trial: Trial, picked: Indices) -> bool:
        given = self.given
        if (trial.model, trial.numerics) != (given.model, given.numerics):
            return False
        return np.array_equal(trial.inputs, given.inputs[picked])

    def _affordable(self) -> float:
        """Images of one run, so that time is left for others."""
        seconds = min((self.deadline - time.monotonic()) / 2, _MOST_RUN_S)
        return min(seconds / max(self.image_s, 1e-9), _MOST_ROWS)

    def _flush(self, key: _Key) -> list[Replayed]:
        waiting = self._waiting.pop(key)
        if time.monotonic() > self.deadline:
            self.left_out += len(waiting)
            return []
        try:
            answers = self.run(*key, np.concatenate([rows for _, rows in waiting]))
        except (InvalidModelError, ToolchainError):
            return []  # a mistake that no reference makes
        parts = np.split(answers, len(waiting))
        return [Replayed(m, part) for (m, _), part in zip(waiting, parts, strict=True)]
