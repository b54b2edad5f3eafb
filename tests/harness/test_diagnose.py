"""Planted firmware mistakes are named, each by its name; innocents are not blamed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compiler.models import (
    one_sigmoid_model,
    reshape_model,
    residual_model,
    two_sided_model,
)
from tests.conftest import require_module
from tests.harness.mistaken import (
    OUTPUT,
    SHAPE,
    Rows,
    dense_model,
    give,
    picture_model,
    run_reference,
)
from tinycnn.compiler import read_tflite
from tinycnn.device import TensorInfo
from tinycnn.harness import Diagnosis
from tinycnn.harness.diagnose import diagnose
from tinycnn.harness.mistakes import Given

Pictures = NDArray[np.int8]
MODEL = picture_model()


def run(rows: NDArray[np.generic], model: bytes = MODEL) -> Rows:
    """What correct firmware answers to whatever lies in its input."""
    flat = np.ascontiguousarray(rows).reshape(len(rows), -1)
    return run_reference(model, "litert", flat.view(np.int8))


def feed(change: Callable[[Pictures], NDArray[np.generic]]) -> Callable[..., Rows]:
    """Firmware that feeds something else than the picture."""
    return lambda x, right: run(change(x.reshape(-1, *SHAPE)))


def pixels(x: Pictures) -> NDArray[np.int64]:
    """The pixels of pictures, 0 to 255."""
    return x.astype(np.int64) + 128


def crop(x: Pictures) -> Pictures:
    """The middle 6 x 6 of 8 x 8, to nearest pixels: centre of each of the 8."""
    places = [1, 2, 2, 3, 4, 5, 5, 6]
    return x[:, places][:, :, places]


def moved(x: Pictures) -> Pictures:
    """One column to the right; black comes in."""
    return np.concatenate([np.full_like(x[:, :, :1], -128), x[:, :, :-1]], axis=2)


def rgb_565(x: Pictures) -> Pictures:
    """Packed into 16 bits and unpacked by replication, as display libraries do."""
    r, g, b = np.moveaxis(pixels(x), -1, 0)
    word = (r >> 3) << 11 | (g >> 2) << 5 | b >> 3
    r, g, b = word >> 11, word >> 5 & 63, word & 31
    wide = r << 3 | r >> 2, g << 2 | g >> 4, b << 3 | b >> 2
    return (np.stack(wide, axis=-1) - 128).astype(np.int8)


def swap_pairs(x: Pictures) -> NDArray[np.uint16]:
    """The bytes of each 16-bit word in the other order."""
    return x.reshape(len(x), -1).view("<u2").byteswap()


def truncate(count: int, rest: int | None, x: Pictures) -> Pictures:
    """Only `count` bytes are copied into the input, which held what it held."""
    buffer, fed = np.full(192, rest or 0, np.int8), []
    for row in x.reshape(len(x), -1):
        buffer[:count] = row[:count]
        fed.append(buffer.copy())
        if rest is None:
            buffer = row.copy()
    return np.array(fed)


def late(x: Rows, right: Rows) -> Rows:
    """Each answer comes one image late."""
    return np.concatenate([right[-1:], right[:-1]])


PLANTED: dict[str, Callable[[Rows, Rows], Rows]] = {
    "128 forgotten, or subtracted twice": feed(lambda x: pixels(x).astype(np.uint8)),
    "pixels cut off at 127": feed(lambda x: np.minimum(pixels(x), 127).astype(np.int8)),
    "pixels halved": feed(lambda x: (pixels(x) >> 1).astype(np.int8)),
    "scale 1/255 forgotten": feed(
        lambda x: np.where(pixels(x) > 0, 127, -128).astype(np.int8)
    ),
    "pixels of -1 to 1": feed(
        lambda x: np.maximum(2 * pixels(x) - 255 - 128, -128).astype(np.int8)
    ),
    "scale 1/255 applied twice": feed(
        lambda x: np.full_like(x, -128) + (pixels(x) >= 128).astype(np.int8)
    ),
    "no image: zeros": feed(np.zeros_like),
    "colours of 16 bits": feed(rgb_565),
    "inverted": feed(lambda x: (127 - pixels(x)).astype(np.int8)),
    "red and blue swapped": feed(lambda x: x[..., [2, 1, 0]]),
    "channels first": feed(lambda x: np.moveaxis(x, 3, 1)),
    "rows and columns swapped": feed(lambda x: np.swapaxes(x, 1, 2)),
    "turned by 90 degrees, to the left": feed(
        lambda x: np.flip(np.swapaxes(x, 1, 2), 1)
    ),
    "mirrored": feed(lambda x: np.flip(x, 2)),
    "upside down": feed(lambda x: np.flip(x, 1)),
    "turned by 180 degrees": feed(lambda x: np.flip(x, (1, 2))),
    "cropped to its middle 75.0%": feed(crop),
    "moved by +0 rows, +1 columns": feed(moved),
    "bytes of 16-bit words swapped": feed(swap_pairs),
    "only the first 64 bytes arrive": feed(partial(truncate, 64, 0)),
    "only the first 100 bytes arrive": feed(partial(truncate, 100, -128)),
    "only the first 128 bytes arrive": feed(partial(truncate, 128, None)),
    "uint8 and int8 of the output mixed up": lambda x, right: right ^ np.int8(-128),
    "labels in reverse": lambda x, right: right[:, ::-1],
    "labels moved by one": lambda x, right: right[:, [5, 0, 1, 2, 3, 4]],
    "labels in another order": lambda x, right: right[:, [3, 0, 5, 1, 2, 4]],
    "stale input": late,
    "answer of the following image": lambda x, right: np.roll(right, -1, axis=0),
    "constant answer": lambda x, right: np.full_like(right, 21),
    "ReLU left out": lambda x, right: run(x, picture_model(faults="relu")),
    "bias left out": lambda x, right: run(x, picture_model(faults="bias")),
    "softmax left out": lambda x, right: run(x, picture_model(faults="softmax")),
    "per-channel scales of dense layers ignored": lambda x, right: run(
        x, picture_model(faults="scales")
    ),
}


def ask(answer: Callable[[Rows, Rows], Rows], **options: Any) -> Diagnosis:
    """The diagnosis of a device that answers so."""
    found = diagnose(give(answer, **options), run_reference)
    assert found is not None
    return found


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_named(name: str) -> None:
    """It is the only cause, and explains every image but the first."""
    found = ask(PLANTED[name])

    (only,) = found.explanations
    assert only.name == name
    assert only.differing_tried > 30
    assert only.differing_explained >= only.differing_tried - 1
    assert only.images_explained >= only.images_tried - 1
    assert found.lines[0].startswith(f"cause: {name}: explains ")
    assert found.left_out == 0


def test_another_model_is_named() -> None:
    """Older weights are found among the files beside the model."""
    older = {"older.tflite": picture_model(seed=7), "broken.tflite": b"no model"}

    found = ask(lambda x, right: run(x, older["older.tflite"]), others=older)

    assert [e.name for e in found.explanations] == ["another model: older.tflite"]


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("tflm", "rounding of TFLite Micro"),
        ("litert-optimized", "rounding of LiteRT's optimized kernels"),
    ],
)
def test_another_rounding_is_named(reference: str, name: str) -> None:
    """Few images differ, by one, and they are those that the other rounding tells."""
    if reference == "tflm":
        require_module("tflite_micro")
    model = dense_model()

    found = ask(
        lambda x, right: run_reference(model, reference, x), model=model, count=400
    )

    (only,) = found.explanations
    assert only.name == name
    assert only.differing_explained == only.differing_tried
    assert only.images_explained == only.images_tried > only.differing_tried


def test_a_mistake_that_happens_at_times_is_named() -> None:
    """All differing images are explained, of all images these."""
    mirrored = PLANTED["mirrored"]

    found = ask(
        lambda x, right: np.where(
            (np.arange(len(x)) % 3 == 0)[:, None], mirrored(x, right), right
        )
    )

    (only,) = found.explanations
    assert only.name == "mirrored"
    assert (only.differing_explained, only.differing_tried) == (14, 14)
    assert (only.images_explained, only.images_tried) == (14, 40)
    assert only.shares == (
        "explains 14 of 14 differing images that were replayed, 14 of 40 with equal "
        "ones"
    )


def test_mistakes_that_explain_equally_are_both_named() -> None:
    """On symmetrical pictures upside down is turned by 180 degrees."""

    def answer(x: Rows, right: Rows) -> Rows:
        return run(x.reshape(-1, *SHAPE)[:, ::-1])

    given = give(answer)
    half = given.inputs.reshape(-1, *SHAPE)[:, :, :4]
    pictures = np.concatenate([half, half[:, :, ::-1]], axis=2).reshape(40, -1)
    right = run(pictures)
    given = replace(given, inputs=pictures, expected=right, got=answer(pictures, right))

    found = diagnose(given, run_reference)

    names = [e.name for e in found.explanations]
    assert names == ["upside down", "turned by 180 degrees"]


def flip_bits(x: Rows, right: Rows) -> Rows:
    """A bit of each answer is flipped."""
    chance = np.random.default_rng(1)
    got = right.copy()
    places = chance.integers(0, right.shape[1], len(right))
    bits = np.left_shift(1, chance.integers(0, 8, len(right))).astype(np.uint8)
    got[np.arange(len(right)), places] ^= bits.view(np.int8)
    return got


def add_noise(x: Rows, right: Rows) -> Rows:
    """Outputs are off by one here and there."""
    chance = np.random.default_rng(2)
    return right + (chance.random(right.shape) < 0.05).astype(np.int8)


def answer_at_random(x: Rows, right: Rows) -> Rows:
    """Answers have nothing to do with the images."""
    return np.random.default_rng(3).integers(-128, 128, right.shape, dtype=np.int8)


def shuffle_images(x: Rows, right: Rows) -> Rows:
    """Answers are those of other images, without order."""
    return right[np.random.default_rng(4).permutation(len(right))]


def shuffle_outputs(x: Rows, right: Rows) -> Rows:
    """Each answer's outputs are in an order of its own."""
    return np.random.default_rng(5).permuted(right, axis=1)


def dirty_inputs(x: Rows, right: Rows) -> Rows:
    """A byte of each image is broken on the way."""
    chance = np.random.default_rng(6)
    broken = x.copy()
    broken[np.arange(len(x)), chance.integers(0, 192, len(x))] ^= np.int8(64)
    return run(broken)


def break_one(x: Rows, right: Rows) -> Rows:
    """One output of one image is off by one."""
    got = right.copy()
    got[17, 2] += 1
    return got


@pytest.mark.parametrize(
    "fault",
    [
        flip_bits,
        add_noise,
        answer_at_random,
        shuffle_images,
        shuffle_outputs,
        dirty_inputs,
        break_one,
    ],
)
@pytest.mark.parametrize("count", [18, 40])
def test_nothing_is_blamed_for_what_chance_did(
    fault: Callable[[Rows, Rows], Rows], count: int
) -> None:
    """Noise and random faults are unexplained."""
    found = ask(fault, count=count)

    assert found.explanations == ()
    assert found.lines[0].startswith("cause: unexplained by ")
    assert found.tried > 100


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_blamed_where_few_answers_are_possible(seed: int) -> None:
    """One of two saturated answers, at random: mistakes hit half of them by chance."""
    chance = np.random.default_rng(seed)
    answers = np.array([[127, -128], [-128, 127]], np.int8)
    pick = chance.integers(0, 2, 60)
    given = give(lambda x, right: right, count=60)
    given = replace(
        given,
        expected=answers[pick],
        got=answers[np.where(chance.random(60) < 0.3, 1 - pick, pick)],
        output=replace(OUTPUT, shape=(1, 2), bytes=2),
    )

    def run_two(model: bytes, reference: str, rows: Rows) -> Rows:
        known = {
            row.tobytes(): answers[p] for row, p in zip(given.inputs, pick, strict=True)
        }
        other = [answers[row.astype(int).sum() % 2] for row in rows]
        return np.array(
            [known.get(r.tobytes(), o) for r, o in zip(rows, other, strict=True)]
        )

    assert diagnose(given, run_two).explanations == ()


@pytest.mark.parametrize(
    "model",
    [residual_model(), two_sided_model(), reshape_model(), one_sigmoid_model()],
    ids=["float", "two of uint8", "vector", "one value"],
)
def test_all_kinds_of_tensors_are_replayed(model: bytes) -> None:
    """Answers of the image before are found for each."""
    graph = read_tflite(model)
    fed, answered = (
        [
            TensorInfo(t.dtype, t.shape, t.scale if t.quant else 0.0, 0, t.bytes)
            for t in (graph.tensors[i] for i in ids)
        ]
        for ids in (graph.inputs, graph.outputs)
    )
    chance = np.random.default_rng(0)
    rows = chance.random((24, sum(t.bytes for t in fed) // 4)).astype(np.float32)
    inputs = rows.view(np.int8)
    right = run_reference(model, "litert", inputs)
    one = fed[0] if len(fed) == 1 else None
    given = Given(model, "litert", inputs, right, late(inputs, right), one, answered[0])

    found = diagnose(given, run_reference)

    assert [e.name for e in found.explanations] == ["stale input"]


def test_equal_answers_need_no_explanation() -> None:
    """Nor can a reference that answers otherwise now explain anything."""
    given = give(lambda x, right: right)

    assert diagnose(given, run_reference) is None
    differing = replace(given, got=given.got[::-1])
    assert diagnose(differing, lambda model, reference, rows: rows[:, :6]) is None


def test_time_ends_the_search() -> None:
    """What there was no time for is counted."""

    def run_slowly(model: bytes, reference: str, rows: Rows) -> Rows:
        time.sleep(0.05 + 0.002 * len(rows))
        return run_reference(model, reference, rows)

    started = time.monotonic()
    found = diagnose(give(dirty_inputs), run_slowly, budget_s=0.5)

    assert time.monotonic() - started < 3
    assert found.left_out > 0
    assert "; no time for " in found.lines[0]
