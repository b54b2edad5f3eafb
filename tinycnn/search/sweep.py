"""How flash, RAM and time grow with each knob of an untrained network.

All numbers are the compiler's, of networks that do not exist yet: one knob moves at a
time, the others stay as the project says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinycnn.errors import ModelError, ProjectError
from tinycnn.families import FAMILIES
from tinycnn.project import Budgets, Project
from tinycnn.search.space import apply_choice
from tinycnn.search.trial import Cost, count_cost, with_budgets

__all__ = ["KNOBS", "Point", "Sweep", "sweep_knob"]

KNOBS = ("width", "depth", "halvings", "input")
_FACTORS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
_SIDE_FACTORS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
_STEP = 4  # pixels
_MOST_SIDE, _LEAST_SIDE = 512, 4


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a knob.

    Attributes:
        value: Of the knob; of an image its longer side.
        label: As it is shown.
        is_own: Whether the project has it.
        cost: None where such a network cannot be built.
        says: Why not.
    """

    value: float
    label: str
    is_own: bool
    cost: Cost | None
    says: str = ""


@dataclass(frozen=True, slots=True)
class Sweep:
    """All values of a knob that were tried, from the smallest."""

    knob: str
    points: tuple[Point, ...]


def sweep_knob(
    project: Project,
    knob: str,
    *,
    root: Path,
    image_shape: tuple[int, int, int],
    classes: int,
) -> Sweep:
    """What the project's network would need with other values of a knob.

    Args:
        project: Whose network, target and budgets they are.
        knob: One of `KNOBS`.
        root: The project's folder.
        image_shape: Height, width and channels of its images.
        classes: Of its data set.

    Raises:
        ProjectError: If its network has no such knob.
        ToolchainError: If TensorFlow is not installed.
    """
    points = []
    for value, label, shape, changed in _values(project, knob, image_shape):
        cost, says = None, ""
        try:
            made = apply_choice(project, changed)
            # A budget that is exceeded leaves no room for kernels that are fast.
            free = made.model_copy(update={"budgets": Budgets()})
            cost = count_cost(free, root, image_shape=shape, classes=classes)
            cost = with_budgets(cost, made.budgets)
        except (ProjectError, ModelError) as error:
            says = str(error)
        is_own = shape == image_shape and _own(project, knob) in (None, value)
        points.append(Point(value, label, is_own, cost, says))
    return Sweep(knob, tuple(points))


def _values(
    project: Project, knob: str, image_shape: tuple[int, int, int]
) -> Iterator[tuple[float, str, tuple[int, int, int], dict[str, Any]]]:
    if knob == "input":
        for shape in _shapes(image_shape):
            yield max(shape), " x ".join(map(str, shape)), shape, {}
        return
    own, choices = _own(project, knob), _choices(project, knob)
    if own is None and not choices:
        raise ProjectError(
            f"--sweep {knob}: model '{project.model.label}' has no such knob",
            hint=f"knobs: {', '.join(_known(project))}",
        )
    for value in choices:
        yield value, f"{value:g}", image_shape, {knob: value}


def _choices(project: Project, knob: str) -> Sequence[float]:
    """Those of the family, or about what the project has."""
    own, name = _own(project, knob), project.model.name
    has = FAMILIES[name].knobs.get(knob) if name else None
    if has and has.choices:
        return sorted(float(c) if knob == "width" else int(c) for c in has.choices)  # type: ignore[arg-type]
    if own is None:
        return ()
    if knob == "width":
        return [float(f"{own * factor:.3g}") for factor in _FACTORS]
    return sorted({max(1, round(own * factor)) for factor in _FACTORS})


def _own(project: Project, knob: str) -> float | None:
    """What the project's network has, said or by default."""
    said = project.model.knobs.get(knob)
    if said is None and project.model.name:
        has = FAMILIES[project.model.name].knobs.get(knob)
        said = has.default if has else None
    return float(said) if isinstance(said, (int, float)) else None


def _known(project: Project) -> list[str]:
    return [k for k in KNOBS if k == "input" or _own(project, k) is not None]


def _shapes(shape: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    height, width, channels = shape
    found = {shape}
    for factor in _SIDE_FACTORS:
        sides = [
            min(_MOST_SIDE, max(_LEAST_SIDE, round(n * factor / _STEP) * _STEP))
            for n in (height, width)
        ]
        found.add((sides[0], sides[1], channels))
    return sorted(found)
