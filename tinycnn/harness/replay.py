"""Replays mistakes on a reference, as long as there is time.

In: mistakes, and the images to replay. Out: the answers that each would have given.
Trials of one model share a run, since most of a short run is its start.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from tinycnn.errors import InvalidModelError, ToolchainError
from tinycnn.harness.mistakes import Given, Indices, Mistake, Rows, Trial

__all__ = ["Replayed", "Replayer", "Run"]

Run = Callable[[bytes, str, Rows], Rows]
"""A model's outputs on a reference of a name: one row of bytes an image, in and out."""

_Key = tuple[bytes, str]
_Waiting = tuple[Mistake, Rows]
_MOST_ROWS = 2048
_MOST_RUN_S = 4.0
_WORKERS = 2


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
        run: Runs a model on a reference, in any thread; may refuse it.
        deadline: When to stop, by the monotonic clock, in seconds.
        left_out: How many mistakes there was no time for.
        start_s: What a run takes beside its images, in seconds.
        image_s: What one image takes, in seconds.
    """

    given: Given
    run: Run
    deadline: float
    left_out: int = 0
    start_s: float = 0.0
    image_s: float = math.inf

    def reproduces(self, picked: Indices) -> bool:
        """Whether the reference gives again what was expected; its pace is measured."""
        given, begun = self.given, time.monotonic()
        self.run(given.model, given.numerics, given.inputs[picked[:1]])
        self.start_s = time.monotonic() - begun
        again = self._run((given.model, given.numerics), given.inputs[picked])
        return np.array_equal(again, given.expected[picked])

    def replay(self, mistakes: Iterable[Mistake], picked: Indices) -> list[Replayed]:
        """The answers of all mistakes that can be made, as far as there is time."""
        done: list[Replayed] = []
        waiting: dict[_Key, list[_Waiting]] = {}
        for mistake in mistakes:
            made = mistake.replay(self.given, picked)
            if isinstance(made, np.ndarray):
                done.append(Replayed(mistake, made))
            elif made is not None and not self._is_no_mistake(made, picked):
                key = made.model, made.reference
                group = waiting.setdefault(key, [])
                group.append((mistake, made.inputs))
                if len(group) * len(picked) >= self._affordable():
                    done += self._replay_group(key, waiting.pop(key))
        groups = sorted(waiting.items(), key=lambda item: -len(item[1]))
        with ThreadPoolExecutor(_WORKERS) as pool:  # most at once, then other models
            for found in pool.map(lambda group: self._replay_group(*group), groups):
                done += found
        return [r for r in done if r.answers.shape[1] == self.given.got.shape[1]]

    def _is_no_mistake(self, trial: Trial, picked: Indices) -> bool:
        given = self.given
        if (trial.model, trial.reference) != (given.model, given.numerics):
            return False
        return np.array_equal(trial.inputs, given.inputs[picked])

    def _affordable(self) -> float:
        """Images of one run, so that time is left for others."""
        seconds = min((self.deadline - time.monotonic()) / 2, _MOST_RUN_S)
        return min(seconds / self.image_s, _MOST_ROWS)

    def _replay_group(self, key: _Key, group: list[_Waiting]) -> list[Replayed]:
        """The answers to all trials of one model, in one run."""
        if time.monotonic() > self.deadline:
            self.left_out += len(group)
            return []
        try:
            answers = self._run(key, np.concatenate([rows for _, rows in group]))
        except (InvalidModelError, ToolchainError):
            return []  # a mistake that no reference makes
        parts = np.split(answers, len(group))
        return [Replayed(m, part) for (m, _), part in zip(group, parts, strict=True)]

    def _run(self, key: _Key, rows: Rows) -> Rows:
        begun = time.monotonic()
        answers = self.run(*key, rows)
        took_s = time.monotonic() - begun
        image_s = max(took_s - self.start_s, 0.02 * took_s) / len(rows)
        self.image_s = max(min(self.image_s, image_s), 1e-9)
        return answers
