"""Times the kit's models on a device: one row each beside TFLite Micro's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from tinycnn.about import __version__
from tinycnn.boards import load_board
from tinycnn.device import PortOptions, open_serial
from tinycnn.errors import DeviceError, ProjectError, TinycnnError
from tinycnn.files import read_whole, write_whole
from tinycnn.probe.kit import KitModel, load_kit, model_path, write_sketch
from tinycnn.probe.put import Placing
from tinycnn.probe.run import is_simulated
from tinycnn.workbench import (
    DeviceChoice,
    ImageChoice,
    Observer,
    bench_file,
    profile,
    validate,
)

__all__ = ["COLUMNS", "Job", "Timed", "list_rows", "time_kit"]

COLUMNS = ("model", "TFLite Micro", "tinycnn", "faster", "equal", "how")

_RESULTS = "timings.json"
_MOST_BYTES = 1 << 20


class Timed(BaseModel):
    """What a model took on a board.

    Attributes:
        name: Of the model in the kit.
        board: What the board calls itself.
        is_simulated: Whether it is the simulated board, whose cycles are estimated.
        images: Inputs that were compared with the reference.
        equal: Those whose every output byte was right.
        cycles: Of an inference, the median.
        operators_cycles: The sum over its operators, measured one by one.
        milliseconds: Of an inference.
        tflm_ms: What TFLite Micro was timed at on a board of this kind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    model_sha256: str
    board: str
    board_id: str
    is_simulated: bool
    cache_on: bool | None
    generator: str
    numerics: str
    clock_hz: int
    images: int
    equal: int
    cycles: int
    operators_cycles: int
    milliseconds: float
    tflm_ms: float

    @property
    def how(self) -> Literal["estimated", "measured"]:
        """What the time is."""
        return "estimated" if self.is_simulated else "measured"


class _Results(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["tinycnn kit"] = "tinycnn kit"
    tinycnn: str
    rows: tuple[Timed, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """Where to time, and on how many inputs.

    Attributes:
        port: Of the board; None: the simulated board, or whichever is found to flash.
        flash: Put each model on the board first; else the one that it has is timed.
        images: Inputs to compare.
    """

    port: str | None
    options: PortOptions
    flash: bool = False
    images: int = 32


def time_kit(
    folder: Path, job: Job, observer: Observer
) -> tuple[tuple[Timed, ...], tuple[TinycnnError, ...]]:
    """Time the models of the kit in `folder`; all rows so far, and what went wrong.

    Each row is kept as soon as it is there; a model that fails leaves the others be.

    Raises:
        ProjectError: If there is no kit, or its results are broken.
        DeviceError: If the board runs none of the models and nothing is flashed.
    """
    rows = _read_results(folder)
    failed = []
    for model in _choose(job):
        try:
            row = _time(folder, model, job, observer)
        except TinycnnError as error:
            failed.append(error)
            continue
        same = (row.name, row.is_simulated)
        rows = (*(r for r in rows if (r.name, r.is_simulated) != same), row)
        kept = _Results(tinycnn=__version__, rows=rows)
        write_whole(kept.model_dump_json(indent=2) + "\n", folder / _RESULTS)
    return rows, tuple(failed)


def _choose(job: Job) -> tuple[KitModel, ...]:
    """All models; without flashing on a port, the one that the board has."""
    models = load_kit().model
    if job.port is None or job.flash:
        return models
    with open_serial(job.port, job.options) as device:
        info = device.info()
    found = tuple(model for model in models if model.sha256 == info.model_sha256)
    if not found:
        text = f"{job.port}: expected a model of the kit, got {info.model}"
        raise DeviceError(text, hint="--flash puts each there, or upload a sketch")
    return found


def _time(folder: Path, model: KitModel, job: Job, observer: Observer) -> Timed:
    path = model_path(folder, model)
    if job.flash:
        job = replace(job, port=_put(path, model, job, observer))
    choice = DeviceChoice("sim", job.port, job.options)
    images = ImageChoice(job.images)
    with bench_file(
        path, images=images, numerics=model.numerics, observer=observer
    ) as subject:
        result = validate(subject, choice, observer)
        found = profile(subject, choice, observer)
    info = result.device
    cycles = int(np.median(result.cycles))
    return Timed(
        name=model.name,
        model_sha256=model.sha256,
        board=info.board,
        board_id=info.board_id,
        is_simulated=is_simulated(info),
        cache_on=info.cache_on,
        generator=info.generator,
        numerics=info.numerics,
        clock_hz=info.clock_hz,
        images=result.images,
        equal=result.images - result.different,
        cycles=cycles,
        operators_cycles=found.cycles,
        milliseconds=round(cycles / info.clock_hz * 1e3, 3),
        tflm_ms=model.tflm_ms,
    )


def _put(path: Path, model: KitModel, job: Job, observer: Observer) -> str:
    """Flash a model; where the board is then."""
    content = read_whole(path, hint="make the kit again: tinycnn probe kit")
    board = load_board(load_kit().board)
    project = write_sketch(content, model, board, path.parents[1] / "sketches")
    placing = Placing(board, "arduino", job.port, job.options)
    return placing.put(project, model.sha256, observer)


def _read_results(folder: Path) -> tuple[Timed, ...]:
    missing = [m for m in load_kit().model if not model_path(folder, m).is_file()]
    if missing:
        text = f"{folder}: expected a kit, got no {model_path(folder, missing[0]).name}"
        raise ProjectError(text, hint="make one: tinycnn probe kit FOLDER --models DIR")
    path = folder / _RESULTS
    if not path.is_file():
        return ()
    content = read_whole(path, hint="remove it", max_bytes=_MOST_BYTES)
    try:
        return _Results.model_validate_json(content).rows
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        key = ".".join(map(str, first["loc"])) or "file"
        text = f"{path}: {key}: expected rows of tinycnn probe time: {first['msg']}"
        raise ProjectError(text, hint="remove it, and time the models again") from error


def list_rows(rows: Sequence[Timed]) -> Iterator[tuple[str, ...]]:
    """A line for each row, in COLUMNS and the kit's order."""
    titles = {model.name: model.title for model in load_kit().model}
    for name, title in titles.items():
        for row in rows:
            if row.name == name:
                yield (
                    title,
                    f"{row.tflm_ms:,.0f} ms",
                    f"{row.milliseconds:,.1f} ms",
                    f"{row.tflm_ms / row.milliseconds:.1f}x",
                    f"{row.equal} of {row.images}",
                    row.how,
                )
