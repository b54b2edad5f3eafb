"""One validation and one profile for whatever lies on the bench."""

from __future__ import annotations

import itertools
import os
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import conv_model
from tests.device.fake_board import SHA256, FakeBoard, Line, served
from tests.observer import Log
from tinycnn.analysis.fit import analyze
from tinycnn.boards import load_board
from tinycnn.compiler import compile_tflite
from tinycnn.errors import DeviceError, ProjectError
from tinycnn.harness import Identity, Profile, ValidationResult
from tinycnn.reference import Reference, ReferenceIdentity
from tinycnn.workbench import (
    DeviceChoice,
    Subject,
    bench_file,
    profile,
    read_model,
    validate,
)


def plus_one(batches: list[int]) -> Reference:
    """That of the fake board: each byte plus 1, then the number of runs."""
    runs = itertools.count(1)

    def run_rows(rows: Sequence[bytes]) -> list[bytes]:
        batches.append(len(rows))
        return [
            bytes((byte + 1) & 255 for byte in row[:4]) + struct.pack("<I", next(runs))
            for row in rows
        ]

    return Reference(ReferenceIdentity("plus one", "1", "none", 1), run_rows)


Found = ValidationResult | Profile


def make_subject(reference: Reference, keep: Callable[[Found], None]) -> Subject:
    """Thirty-five inputs of the fake board's model."""

    def never(kind: object) -> Path:
        raise AssertionError("nothing is built where there is a port")

    compilation = compile_tflite(conv_model(), name="m")
    return Subject(
        inputs=np.random.default_rng(0).integers(-128, 128, (35, 100), np.int8),
        reference=lambda: reference,
        analysis=analyze(compilation),
        board=load_board("nano33ble"),
        program=never,
        identity=lambda choice: Identity(SHA256.hex()),
        keep=keep,
    )


def test_what_is_found_is_kept() -> None:
    """Outputs against the reference's, which comes in batches; then each operator."""
    kept: list[Found] = []
    batches: list[int] = []
    board = FakeBoard(steps=1)
    subject = make_subject(plus_one(batches), kept.append)
    with served(Line(board)) as url:
        result = validate(subject, DeviceChoice(port=url), Log())
    with served(Line(board)) as url:
        found = profile(subject, DeviceChoice(port=url), Log())

    assert (result.equal, result.images) == (True, 35)
    assert batches == [16, 19]
    assert [op.cycles for op in found.operators] == [0]
    assert kept == [result, found]


def test_another_device_is_refused_and_nothing_is_kept() -> None:
    """By what the subject says of it."""
    kept: list[Found] = []
    subject = replace(
        make_subject(plus_one([]), kept.append),
        identity=lambda choice: Identity("ab" * 32),
    )
    board = FakeBoard()
    for run in (validate, profile):
        with (
            served(Line(board)) as url,
            pytest.raises(DeviceError, match="expected model abab"),
        ):
            run(subject, DeviceChoice(port=url), Log())

    assert (kept, board.runs) == ([], 0)


def test_cycles_of_other_cores_are_not_estimated() -> None:
    """Before anything is built."""
    pico = replace(make_subject(plus_one([]), lambda _: None), board=load_board("pico"))
    with pytest.raises(ProjectError, match="estimated, got cortex-m0plus") as caught:
        profile(pico, DeviceChoice(), Log())

    assert caught.value.hint == "measure on the board itself: --port"


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """With what could be given."""
    with pytest.raises(ProjectError, match=r"no\.tflite: cannot be read: ") as caught:
        read_model(tmp_path / "no.tflite")

    assert caught.value.hint == "give a .tflite file or a project"


@pytest.mark.parametrize("content", [None, b"", b"no array"])
def test_inputs_that_are_no_array_are_one_line(
    tmp_path: Path, content: bytes | None
) -> None:
    """Nor is a pipe waited for."""
    model, inputs = tmp_path / "m.tflite", tmp_path / "x.npy"
    model.write_bytes(conv_model())
    if content is None:
        os.mkfifo(inputs)
    else:
        inputs.write_bytes(content)

    with (
        pytest.raises(ProjectError, match=r"x\.npy: cannot be read: ") as caught,
        bench_file(model, inputs=inputs, observer=Log()),
    ):
        pass

    assert caught.value.hint == "save an array with numpy.save"
