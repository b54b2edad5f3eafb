"""One choice, from nothing to its accuracy: what it costs, then what it learns.

An untrained network is compiled first, and never trained where it is over a limit or
was already. What comes out depends on nothing but the project, the choice, its number
and the trials before: the same on any computer of the same versions.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tinycnn.analysis.fit import analyze, check_fit
from tinycnn.boards import load_board
from tinycnn.compiler import Graph, read_tflite
from tinycnn.datasets import Dataset, load_dataset
from tinycnn.errors import DatasetError, ModelError, ProjectError, TinycnnError
from tinycnn.files import scratch_folder
from tinycnn.pipeline import untrained_model
from tinycnn.pipeline.firmware import compile_project
from tinycnn.pipeline.subject import model_inputs, model_scores
from tinycnn.project import Budgets, Project
from tinycnn.reference import load_reference
from tinycnn.search.space import Choice, apply_choice
from tinycnn.tasks import accuracy_of

__all__ = ["Cost", "Found", "Task", "count_cost", "is_dominated", "run_trial"]
__all__ += ["with_budgets"]

_RUNGS = (4, 2)  # of the epochs, a quarter and a half: where a trial may end
_MARGIN = 0.02  # of accuracy, by which a cheaper network must be better
_CALIBRATION = 512  # images


@dataclass(frozen=True, slots=True)
class Cost:
    """What an untrained network needs, by the compiler.

    Attributes:
        flash_bytes: Constants and code, an estimate of a few percent.
        ram_bytes: The arena and the harness.
        arena_bytes: Of the tensors alone.
        latency_ms: Of an inference, predicted; None where the core is not modelled.
        macs: Multiply-accumulates.
        parameters: Weights and biases.
        graph: A digest of operators and shapes.
        layers: Kind, output and bytes of weights of each operator.
        over: By limit, used / limit - 1; above 0 is too much.
    """

    flash_bytes: int
    ram_bytes: int
    arena_bytes: int
    latency_ms: float | None
    macs: int
    parameters: int
    graph: str
    layers: tuple[tuple[str, str, int], ...]
    over: Mapping[str, float]

    @property
    def fits(self) -> bool:
        """Whether it is within all limits."""
        return all(share <= 0 for share in self.over.values())

    @property
    def effort(self) -> float:
        """What is to be small: milliseconds, or else millions of multiplications."""
        return self.macs / 1e6 if self.latency_ms is None else self.latency_ms


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a trial.

    Attributes:
        number: Of the trial.
        choice: What was tried.
        state: "over" a limit, "refused", "pruned", "trained", or "same" as another.
        accuracy: Of the int8 network on validation images; 0 where it was not trained.
        curve: The float network's accuracy on them after each epoch.
        cost: None where it could not be built.
        says: Why it ended as it did, in a few words.
        seconds: It took.
    """

    number: int
    choice: dict[str, Any]
    state: str
    accuracy: float = 0.0
    curve: tuple[float, ...] = ()
    cost: Cost | None = None
    says: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> Found:
        """The same again."""
        values = dict(table)
        if values.get("cost"):
            cost = dict(values["cost"])
            cost["layers"] = tuple(map(tuple, cost["layers"]))
            values["cost"] = Cost(**cost)
        values["curve"] = tuple(values.get("curve", ()))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Task:
    """All that a trial is computed from.

    Attributes:
        folder: The project's.
        project: As its file says.
        number: Of the trial.
        choice: What is tried.
        before: The trials that may be compared with.
        data_folders: Where published data sets may lie.
    """

    folder: Path
    project: Project
    number: int
    choice: dict[str, Any]
    before: Sequence[Found] = ()
    data_folders: Sequence[Path] = field(default_factory=tuple)


def run_trial(
    task: Task, on_epoch: Callable[[int, float], None] = lambda epoch, accuracy: None
) -> Found:
    """Compile the untrained network, and train it if it is worth it.

    Args:
        task: What to try.
        on_epoch: Told the number and the validation accuracy of each epoch.

    Raises:
        DatasetError: If the data set cannot be had.
        ToolchainError: If TensorFlow is not installed.
    """
    start = time.monotonic()

    def found(state: str, **more: Any) -> Found:
        seconds = round(time.monotonic() - start, 1)
        return Found(task.number, task.choice, state, seconds=seconds, **more)

    try:
        project = apply_choice(task.project, task.choice)
        dataset = _load(project, task)
        cost = count_cost(
            project,
            task.folder,
            image_shape=dataset.image_shape,
            classes=len(dataset.class_names),
        )
    except DatasetError:
        raise
    except (ProjectError, ModelError) as error:
        return found("refused", says=str(error))
    if not cost.fits:
        over = [
            f"{name} {share:+.0%}" for name, share in cost.over.items() if share > 0
        ]
        return found("over", cost=cost, says=", ".join(over))
    twin = _find_same(task, cost)
    if twin is not None:
        says = f"as trial {twin.number}"
        return found(
            "same", cost=cost, accuracy=twin.accuracy, curve=twin.curve, says=says
        )
    try:
        accuracy, curve, rival = _train(project, dataset, task, cost, on_epoch)
    except TinycnnError as error:
        return found("refused", cost=cost, says=str(error))
    if rival is not None:
        says = f"trial {rival.number} costs no more and was better after {len(curve)}"
        return found(
            "pruned", cost=cost, curve=curve, accuracy=curve[-1], says=f"{says} epochs"
        )
    return found("trained", cost=cost, curve=curve, accuracy=accuracy)


def count_cost(
    project: Project, root: Path, *, image_shape: tuple[int, int, int], classes: int
) -> Cost:
    """What the project's untrained network needs.

    Args:
        project: Whose network, target and budgets they are.
        root: The project's folder.
        image_shape: Height, width and channels of what it takes.
        classes: That it tells apart.

    Raises:
        ProjectError: If images and network do not suit each other.
        ModelError: If it uses something unsupported.
        ToolchainError: If TensorFlow is not installed.
    """
    model = untrained_model(
        project.model, root=root, input_shape=image_shape, classes=classes
    )
    file = read_tflite(model.content)
    analysis = analyze(compile_project(project, model.content), file=file)
    board = load_board(project.target.board)
    fit, cycles = check_fit(analysis, board), sum(analysis.cycles)
    latency = 1e3 * cycles / board.clock_hz if cycles else None
    taken = fit.ram_free_bytes - fit.ram_spare_bytes
    cost = Cost(
        flash_bytes=analysis.flash_bytes,
        ram_bytes=analysis.ram_bytes,
        arena_bytes=analysis.plan.arena_bytes,
        latency_ms=None if latency is None else round(latency, 3),
        macs=analysis.macs,
        parameters=analysis.parameters,
        graph=_digest(file),
        layers=tuple(
            (
                cost.kind,
                " x ".join(map(str, cost.output_shape[1:])),
                cost.constant_bytes,
            )
            for cost in analysis.costs
        ),
        over={
            f"{board.name}'s flash": _share(analysis.flash_bytes, fit.flash_free_bytes),
            f"{board.name}'s RAM": _share(taken, fit.ram_free_bytes),
        },
    )
    return with_budgets(cost, project.budgets)


def with_budgets(cost: Cost, budgets: Budgets) -> Cost:
    """What it needs, held to budgets, too."""
    limits = {
        "flash_bytes": (cost.flash_bytes, budgets.flash_bytes),
        "ram_bytes": (cost.ram_bytes, budgets.ram_bytes),
        "arena_bytes": (cost.arena_bytes, budgets.arena_bytes),
        "latency_ms": (cost.latency_ms or 0, budgets.latency_ms),
    }
    shares = {
        name: _share(used, limit)
        for name, (used, limit) in limits.items()
        if limit is not None
    }
    return replace(cost, over={**shares, **cost.over})


def _share(used: float, limit: float) -> float:
    return round(used / limit - 1, 4)


def is_dominated(
    curve: Sequence[float], cost: Cost, epochs: int, rivals: Sequence[Found]
) -> Found | None:
    """The trial beside which this one is not worth going on; None if it is.

    After a quarter and after half of the epochs: one that costs no more of anything,
    was trained to its end, and was better by two points at the same age.
    """
    done = len(curve)
    if done not in {max(1, epochs // part) for part in _RUNGS} or done == epochs:
        return None
    for rival in rivals:
        if rival.state != "trained" or rival.cost is None or len(rival.curve) < done:
            continue
        costs_no_more = (
            rival.cost.effort <= cost.effort
            and rival.cost.flash_bytes <= cost.flash_bytes
            and rival.cost.ram_bytes <= cost.ram_bytes
        )
        if costs_no_more and max(rival.curve[:done]) > max(curve) + _MARGIN:
            return rival
    return None


def _load(project: Project, task: Task) -> Dataset:
    """The data set; its test images stay where they are."""
    return load_dataset(
        project.dataset,
        seed=project.seed,
        root=task.folder,
        folders=task.data_folders,
    )


def _find_same(task: Task, cost: Cost) -> Found | None:
    """An earlier trial of the same network, image and recipe."""
    ignored = ("width", "depth", "halvings", "family")

    def recipe(choice: Choice) -> dict[str, Any]:
        return {name: v for name, v in choice.items() if name not in ignored}

    for other in task.before:
        is_same = other.cost is not None and other.cost.graph == cost.graph
        is_trained = other.state == "trained"
        if is_trained and is_same and recipe(other.choice) == recipe(task.choice):
            return other
    return None


def _train(
    project: Project,
    dataset: Dataset,
    task: Task,
    cost: Cost,
    on_epoch: Callable[[int, float], None],
) -> tuple[float, tuple[float, ...], Found | None]:
    """The int8 accuracy on validation images, the curve, and who ended it early."""
    from tinycnn.models import build_from_settings
    from tinycnn.models.backend import keras, pin_threads
    from tinycnn.training.convert import convert_model
    from tinycnn.training.fit import Hooks, train_model
    from tinycnn.training.quantize import calibrate, quantize_model

    epochs = task.project.search.epochs
    recipe = project.training.model_copy(
        update={"epochs": epochs, "tensorboard": False, "patience": None}
    )
    curve: list[float] = []
    rivals: list[Found] = []

    def after_epoch(epoch: Any) -> None:
        curve.append(round(float(epoch.val_accuracy), 5))
        on_epoch(len(curve), curve[-1])
        rival = is_dominated(curve, cost, epochs, task.before)
        if rival is not None:
            rivals.append(rival)
            raise _NotWorthIt

    keras.backend.clear_session()
    pin_threads(recipe.threads)
    model = build_from_settings(
        project.model,
        root=task.folder,
        input_shape=dataset.image_shape,
        classes=len(dataset.class_names),
        seed=project.seed,
    )
    hooks = Hooks(after_epoch=after_epoch)
    try:
        train_model(model, dataset, recipe, seed=project.seed, hooks=hooks)
    except _NotWorthIt:
        return 0.0, tuple(curve), rivals[0]
    settings = project.quantization
    twin = quantize_model(
        model,
        per_channel_dense=settings.per_channel_dense,
        ternary=settings.weights == "ternary",
    )
    calibrate(twin, dataset.train.images[:_CALIBRATION], ranges=settings.ranges)
    return _score(convert_model(twin), project, dataset), tuple(curve), None


def _score(content: bytes, project: Project, dataset: Dataset) -> float:
    """The share of validation images that the int8 network answers right."""
    graph, split = read_tflite(content), dataset.validation
    image, output = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    with scratch_folder() as folder:
        path = folder / "net.tflite"
        path.write_bytes(content)
        reference = load_reference(path, project.target.numerics)
        outputs = reference.run(model_inputs(image, split.images))
    return round(float(accuracy_of(model_scores(output, outputs), split.labels)), 5)


def _digest(graph: Graph) -> str:
    """Of operators, options and shapes, whatever the weights."""
    digest = hashlib.sha256()
    for op in graph.ops:
        shapes = [graph.tensors[t].shape for t in (*op.inputs, *op.outputs) if t >= 0]
        attrs = [item for item in vars_of(op.attrs) if item[0] != "quantization"]
        digest.update(repr((op.kind, op.inputs, op.outputs, shapes, attrs)).encode())
    return digest.hexdigest()[:16]


def vars_of(attrs: object) -> list[tuple[str, str]]:
    """The options of an operator as text, in a fixed order."""
    names = getattr(attrs, "__dataclass_fields__", {})
    return [(name, repr(getattr(attrs, name))) for name in sorted(names)]


class _NotWorthIt(Exception):
    """A trial ends before its last epoch."""
