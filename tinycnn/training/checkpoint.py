"""The state of a training after an epoch, on disk, to go on from after a stop.

A plain `.npz` without pickled objects. Its key says what is being trained; a file with
another key, or a torn one, is as good as none.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.training.film import Film
from tinycnn.training.weights import read_arrays, write_arrays

__all__ = ["Checkpoint", "Epoch", "State"]

_Values = tuple[NDArray[Any], ...]
_PARTS = ("weights", "best_weights", "optimizer")


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one pass over the training images gave; accuracies are shares in [0, 1]."""

    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """All that the next epoch depends on, and the best so far."""

    epochs: tuple[Epoch, ...]
    best: int
    best_weights: _Values
    weights: _Values
    optimizer: _Values
    film: Film = field(default_factory=Film)

    def after(
        self,
        epoch: Epoch,
        weights: _Values,
        optimizer: _Values,
        filters: NDArray[Any] | None = None,
    ) -> State:
        """The state after one more epoch; `filters` are the first layer's weights."""
        is_best = (
            self.best < 0 or epoch.val_accuracy >= self.epochs[self.best].val_accuracy
        )
        return State(
            (*self.epochs, epoch),
            len(self.epochs) if is_best else self.best,
            weights if is_best else self.best_weights,
            weights,
            optimizer,
            self.film.add(len(self.epochs) + 1, filters),
        )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file for the state of the training that `key` names."""

    path: Path
    key: str

    def save(self, state: State) -> None:
        """Write `state`, whole or not at all."""
        facts = {
            "key": self.key,
            "epochs": [asdict(epoch) for epoch in state.epochs],
            "best": state.best,
            "film": state.film.epochs,
        }
        arrays: dict[str, Any] = {"facts": np.array(json.dumps(facts))}
        for part in _PARTS:
            for number, value in enumerate(getattr(state, part)):
                arrays[f"{part}_{number:04}"] = value
        for number, frame in enumerate(state.film.frames):
            arrays[f"film_{number:04}"] = frame
        write_arrays(self.path, arrays)

    def load(self) -> State | None:
        """The state that was saved under the same key, if there is one."""
        try:
            arrays = read_arrays(self.path)
            facts = json.loads(str(arrays["facts"]))
            if facts["key"] != self.key:
                return None
            parts = {
                part: tuple(
                    arrays[name]
                    for name in sorted(arrays)
                    if name.startswith(f"{part}_")
                )
                for part in (*_PARTS, "film")
            }
            epochs = tuple(Epoch(**epoch) for epoch in facts["epochs"])
            film = Film(tuple(facts.get("film", ())), parts.pop("film"))
            return State(epochs, facts["best"], **parts, film=film)
        except Exception:  # of many kinds; whichever it is, training starts anew
            return None

    def remove(self) -> None:
        """Forget the training."""
        self.path.unlink(missing_ok=True)
