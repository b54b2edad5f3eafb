"""Each rung's answers to the test images, as far as the build folder knows them.

From left to right: the float network, its fake-quantized twin, the int8 reference, the
generated C here, then the devices that were validated, WebAssembly among them. A device
is kept by what differs from the reference's outputs, so that a right one costs nothing.
Another kind of device is one line of `_DEVICES`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinycnn.artifacts import BuildFolder, DeviceAnswers, hash_if_there
from tinycnn.compiler import Tensor, read_tflite
from tinycnn.harness import ValidationResult
from tinycnn.pipeline.subject import model_scores
from tinycnn.report.data import Answers
from tinycnn.tasks import as_grid

__all__ = ["gather_answers", "keep_answers", "list_unrun"]

HOST = "C on host"
# What a device is, its rung, and how it gets there; nothing where no one need ask.
_DEVICES = (
    ("wasm", "WebAssembly", "tinycnn validate --device wasm"),
    ("wasm-mvp", "WebAssembly, no SIMD", ""),
    ("sim", "simulated board", "tinycnn validate"),
    ("board", "board", "tinycnn validate --port PORT"),
)
# What devices of this computer call themselves; a program of it has a rung of its own.
_HERE = {"host": None, "WebAssembly with SIMD": "wasm", "WebAssembly": "wasm-mvp"}

Rows = NDArray[np.int8]


def keep_answers(build: BuildFolder, found: ValidationResult) -> None:
    """Add a validation's answers to those that are known of its kind of device.

    Raises:
        TinycnnError: If the file cannot be written.
    """
    kind, base = _kind_of(found), hash_if_there(build.reference_outputs.path)
    if kind is None or base is None:
        return
    reference = build.reference_outputs.read()
    known = build.device_answers.read_if_there() or {}
    last = known.get(kind)
    if last is None or (last.model_sha256, last.base) != (found.model_sha256, base):
        last = DeviceAnswers(found.model_sha256, base, found.device_name, (), {})
    tried, different = set(last.tried), dict(last.different)
    for index, row in zip(found.indices.tolist(), found.outputs, strict=True):
        tried.add(index)
        different.pop(index, None)
        if not np.array_equal(row, reference[index]):
            different[index] = row.tobytes().hex()
    answers = replace(
        last,
        device=found.device_name,
        tried=tuple(sorted(tried)),
        different=different,
    )
    build.device_answers.write({**known, kind: answers})


def gather_answers(build: BuildFolder) -> tuple[Answers, ...]:
    """All rungs of which each image's answer is known, from left to right."""
    graph = read_tflite(build.model.read_bytes())
    output, reference = graph.tensors[graph.outputs[0]], build.reference_outputs.read()
    return tuple(_list_rungs(build, graph.sha256, output, reference))


def list_unrun(build: BuildFolder) -> tuple[tuple[str, str], ...]:
    """The rungs that are missing, and the command that adds each."""
    known = build.device_answers.read_if_there() or {}
    return tuple(
        (label, how) for kind, label, how in _DEVICES if how and kind not in known
    )


def _list_rungs(
    build: BuildFolder, model_sha256: str, output: Tensor, reference: Rows
) -> Iterator[Answers]:
    everything = np.ones(len(reference), bool)
    real = build.float_outputs.read_if_there()
    if real is not None and len(real) == len(reference):
        scores = real.reshape(len(real), -1).astype(np.float64)
        scores = as_grid(scores, output.shape)
        yield Answers("float", scores, everything)
    integers = {
        "fake-quantized": build.twin_outputs.read_if_there(),
        "int8 reference": reference,
        HOST: build.host_outputs.read_if_there(),
    }
    for label, rows in integers.items():
        if rows is not None and rows.size == reference.size:
            flat = rows.reshape(reference.shape)
            yield Answers(label, model_scores(output, flat), everything)
    known, base = (
        build.device_answers.read_if_there() or {},
        hash_if_there(build.reference_outputs.path),
    )
    for kind, label, _ in _DEVICES:
        one = known.get(kind)
        if one is not None and (one.model_sha256, one.base) == (model_sha256, base):
            rows, tried = _restore(one, reference)
            yield Answers(label, model_scores(output, rows), tried)


def _restore(one: DeviceAnswers, reference: Rows) -> tuple[Rows, NDArray[np.bool_]]:
    """A device's outputs, and for which images there are any."""
    rows, tried = reference.copy(), np.zeros(len(reference), bool)
    tried[list(one.tried)] = True
    for index, text in one.different.items():
        rows[index] = np.frombuffer(bytes.fromhex(text), np.int8)
    return rows, tried


def _kind_of(found: ValidationResult) -> str | None:
    """Which rung a device is; None of a program of this computer, which has its own."""
    board = found.device.board
    if board in _HERE:
        return _HERE[board]
    return "sim" if board.startswith("simulated ") else "board"
