"""What a search may choose, and the project that a choice makes.

A choice is a table of plain values by name, as `resnet.depth`, which are those of the
project file but for the family in front.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tinycnn.errors import ProjectError
from tinycnn.families import FAMILIES
from tinycnn.project import Project

__all__ = ["Choice", "Space", "Suggest", "apply_choice", "find_space"]

Choice = Mapping[str, Any]
# What is tried where nobody says: small, and each of another idea.
_USUAL = ("tiny_cnn", "ds_cnn", "mobilenet_v1", "mobilenet_v2", "resnet", "squeezenet")
_KNOBS = ("depth", "halvings", "activation", "squeeze_excite")
_SHARES = (0.5, 0.75, 1.0)  # of the project's sides
_STEP = 8  # pixels: sides that halve well
_NARROWEST, _WIDEST = 0.25, 2.0  # of what a family has


class Suggest(Protocol):
    """What of Optuna's trial a space needs."""

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        """One of them."""

    def suggest_float(
        self, name: str, low: float, high: float, *, log: bool = False
    ) -> float:
        """A number between the two."""


@dataclass(frozen=True, slots=True)
class Space:
    """All choices.

    Attributes:
        families: Names of families; empty where the project builds its own network.
        knobs: The values of each knob by family; those of its own by "".
        widths: The narrowest and widest by family, likewise.
        images: Sides, of which there is one where images are not resized.
        channels: Of images.
        rates: The lowest and highest learning rate.
        augment: Whether images are varied; empty leaves it to the project.
        weights: Kinds of weights.
    """

    families: tuple[str, ...]
    knobs: Mapping[str, Mapping[str, tuple[Any, ...]]]
    widths: Mapping[str, tuple[float, float]]
    images: tuple[int, ...]
    channels: tuple[int, ...]
    rates: tuple[float, float]
    augment: tuple[bool, ...]
    weights: tuple[str, ...]

    def choose(self, trial: Suggest) -> dict[str, Any]:
        """The choice that a trial suggests; what has one value is not asked for."""
        one_of = _picker(trial)
        choice: dict[str, Any] = {}
        family = ""
        if self.families:
            family = choice["family"] = one_of("family", self.families)
        prefix = f"{family}." if family else ""
        if family in self.widths:
            low, high = self.widths[family]
            choice["width"] = _between(trial, f"{prefix}width", low, high)
        for knob, values in self.knobs.get(family, {}).items():
            choice[knob] = one_of(f"{prefix}{knob}", values)
        for name, values in (
            ("image_size", self.images),
            ("channels", self.channels),
            ("augment", self.augment),
            ("weights", self.weights),
        ):
            if values:
                choice[name] = one_of(name, values)
        choice["learning_rate"] = _between(trial, "learning_rate", *self.rates)
        return choice


def find_space(project: Project) -> Space:
    """What the project's `[search]` leaves open.

    Raises:
        ProjectError: If its network came in a file, of which nothing is left to choose.
    """
    said, model, dataset = project.search, project.model, project.dataset
    if model.file is not None or model.given is not None:
        raise ProjectError(
            f"search: expected a network that is built, got {model.label}",
            hint="set name or build in [model]",
        )
    families = said.families
    if not families and model.name is not None:
        families = tuple(dict.fromkeys((model.name, *_USUAL)))
    given = {knob: values for knob in _KNOBS if (values := tuple(getattr(said, knob)))}
    knobs: dict[str, Mapping[str, tuple[Any, ...]]] = {"": given}
    widths: dict[str, tuple[float, float]] = {}
    if not families and said.width:
        widths[""] = said.width[0], said.width[-1]
    for name in families:
        has = FAMILIES[name].knobs
        knobs[name] = {
            knob: given.get(knob, has[knob].choices) for knob in _KNOBS if knob in has
        }
        if "width" in has:
            usual = has["width"].default
            assert isinstance(usual, float)
            ends = said.width or (_NARROWEST * usual, _WIDEST * usual)
            widths[name] = max(0.05, ends[0]), min(8.0, ends[-1])
    return Space(
        families,
        knobs,
        widths,
        _find_images(project),
        said.channels or ((dataset.channels,) if dataset.channels else ()),
        (said.learning_rate[0], said.learning_rate[-1]),
        said.augment,
        said.weights,
    )


def _find_images(project: Project) -> tuple[int, ...]:
    said, sides = project.search.image_size, project.dataset.sides
    if said or project.dataset.path is None or sides is None or sides[0] != sides[1]:
        return said
    found = (max(_STEP, round(sides[0] * share / _STEP) * _STEP) for share in _SHARES)
    return tuple(dict.fromkeys((*found, sides[0])))


def apply_choice(project: Project, choice: Choice) -> Project:
    """The project with a choice in the place of what it says.

    Raises:
        ProjectError: If they do not go together.
    """
    table = project.model_dump(exclude_unset=True)
    values = dict(choice)
    if "family" in values:
        table["model"] = {"name": values.pop("family")}
    for key in ("width", *_KNOBS):
        if key in values:
            table["model"][key] = values.pop(key)
    for key in ("image_size", "channels"):
        if key in values:
            table["dataset"][key] = values.pop(key)
    training = table.setdefault("training", {})
    for key in ("learning_rate", "augment"):
        if key in values:
            training[key] = values.pop(key)
    if "weights" in values:
        table.setdefault("quantization", {})["weights"] = values.pop("weights")
    if values:
        raise ProjectError(f"search: not known: {', '.join(values)}")
    try:
        return Project.model_validate(table)
    except ValueError as error:
        said = json.dumps(dict(choice))
        raise ProjectError(f"search: {said} makes no project: {error}") from error


def _picker(trial: Suggest) -> Callable[[str, tuple[Any, ...]], Any]:
    def one_of(name: str, values: tuple[Any, ...]) -> Any:
        if len(values) == 1:
            return values[0]
        return trial.suggest_categorical(name, values)

    return one_of


def _between(trial: Suggest, name: str, low: float, high: float) -> float:
    """Of as many digits as a person would write."""
    if low == high:
        return low
    return float(f"{trial.suggest_float(name, low, high, log=True):.3g}")
