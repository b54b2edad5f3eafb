"""What a network learned: each patch gives its value, each count is a count."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compiler.models import add_conv
from tests.compiler.tflite_builder import ModelBuilder
from tests.explorer.exhibits import lenet_model, make_exhibit
from tests.harness.mistaken import run_reference
from tests.observer import Log
from tinycnn.analysis.geometry import trace_fields
from tinycnn.compiler import read_tflite
from tinycnn.explorer import Exhibit
from tinycnn.explorer.learned import gather_learned
from tinycnn.explorer.learned.confusion import limit_images
from tinycnn.explorer.learned.embedding import find_hidden, project_to_plane
from tinycnn.explorer.learned.patches import COUNT
from tinycnn.explorer.learned.small import shrink
from tinycnn.explorer.learned.spread import Spread
from tinycnn.reference.every_tensor import Tensors, run_every_tensor


@pytest.fixture(scope="module")
def exhibit() -> Exhibit:
    """A small LeNet."""
    return make_exhibit(lenet_model())


@pytest.fixture(scope="module")
def pieces(exhibit: Exhibit) -> dict[str, bytes]:
    """What the page is given."""
    return dict(gather_learned(exhibit, Log()))


@pytest.fixture(scope="module")
def told(pieces: dict[str, bytes]) -> dict[str, Any]:
    """Its JSON."""
    return dict(json.loads(pieces["learned"]))


def _run(exhibit: Exhibit, images: NDArray[np.uint8]) -> Tensors:
    rows = (images.astype(np.int16) - 128).astype(np.int8).reshape(len(images), -1)
    graph = read_tflite(exhibit.content)

    def run(model: bytes, rows: NDArray[np.int8]) -> NDArray[np.int8]:
        found = np.asarray(run_reference(model, "litert", rows)).view(np.int8)
        return found.reshape(len(rows), -1)

    return run_every_tensor(exhibit.content, graph, rows, run)


def test_a_patch_alone_gives_its_value(
    exhibit: Exhibit, told: dict[str, Any], pieces: dict[str, bytes]
) -> None:
    """Whatever is beside it: the value that is said is that of the patch's pixels."""
    graph = read_tflite(exhibit.content)
    fields, images = trace_fields(graph), exhibit.examples.images
    indices = exhibit.examples.indices
    assert images is not None
    assert indices is not None
    noise = np.random.default_rng(5).integers(0, 256, images.shape, np.uint8)
    start, seen = 0, 0
    for name, layer in told["patches"].items():
        tensor, side = int(name[1:]), layer["of"]
        assert layer["side"] == side  # so small that none is shrunk
        size = side[0] * side[1] * images.shape[3]
        for channel, places in enumerate(layer["places"]):
            others = noise[: len(places)].copy()
            for k, (image, row, column) in enumerate(places):
                top, left = (
                    _first(field, at, wide, whole)
                    for field, at, wide, whole in zip(
                        fields[tensor],
                        (row, column),
                        side,
                        images.shape[1:3],
                        strict=True,
                    )
                )
                window = np.s_[top : top + side[0], left : left + side[1]]
                cut = np.frombuffer(pieces["learned-patches"], np.uint8, size, start)
                others[k][window] = cut.reshape(*side, images.shape[3])
                assert (others[k][window] == images[indices.index(image)][window]).all()
                start += size
            maps = _run(exhibit, others)[tensor][:, 0, :, :, channel]
            got = [int(maps[k, r, c]) for k, (_, r, c) in enumerate(places)]
            assert got == layer["values"][channel]
            seen += len(got)
    assert seen == COUNT * (4 + 6)
    assert start == len(pieces["learned-patches"])


def _first(field: Any, at: int, wide: int, whole: int) -> int:
    """Where a patch begins: the window's place, moved into the image."""
    start = field.start + at * field.distance
    return int(min(max(round(start), 0), whole - wide))


def test_the_best_are_the_best(exhibit: Exhibit, told: dict[str, Any]) -> None:
    """Of each image the largest value, and of those the nine largest."""
    assert exhibit.examples.images is not None
    for tensor, maps in _run(exhibit, exhibit.examples.images).items():
        layer = told["patches"].get(f"t{tensor}")
        if layer is None:
            continue
        largest = maps.reshape(len(maps), -1, maps.shape[-1]).max(axis=1)
        best = -np.sort(-largest.astype(int), axis=0)[:COUNT].T
        assert layer["values"] == best.tolist()


def test_each_value_is_counted(exhibit: Exhibit, told: dict[str, Any]) -> None:
    """The spread of a tensor is that of all its values, of all images."""
    assert exhibit.examples.images is not None
    for tensor, values in _run(exhibit, exhibit.examples.images).items():
        steps, counts = np.unique(values, return_counts=True)
        spread = np.zeros(256, int)
        spread[steps.astype(int) + 128] = counts
        assert told["spread"][f"t{tensor}"] == spread.tolist()


def test_bytes_without_signs_are_counted_too() -> None:
    """Steps from 0 on; real numbers have none."""
    spread = Spread()
    spread.count(3, np.array([[0, 7, 255]], np.uint8))
    spread.count(4, np.array([[-128, 127, 127]], np.int8))
    spread.count(5, np.array([0.5], np.float32))
    told = spread.tell()
    assert {name: np.flatnonzero(counts).tolist() for name, counts in told.items()} == {
        "t3": [0, 7, 255],
        "t4": [0, 255],
    }


def test_the_plane_shows_most_of_the_spread(told: dict[str, Any]) -> None:
    """No other direction has more than its first: numpy's own covariance says so."""
    rows = np.random.default_rng(1).normal(size=(40, 6)) * [5, 1, 3, 1, 1, 1]
    points, shares = project_to_plane(rows)
    values = np.sort(np.linalg.eigvalsh(np.cov(rows.T)))[::-1]
    assert shares == pytest.approx((values / values.sum())[:2])
    assert np.abs(points).max(axis=0) == pytest.approx([1, 1])
    assert len(told["plane"]["points"]) == told["images"] == 12
    assert told["plane"]["answers"] is not None
    assert sorted(told["plane"]["indices"]) == [*range(12)]


def test_a_convolution_can_be_the_last_layer() -> None:
    """Of one place, before the softmax; one that only weighs channels is not."""
    for is_last in (True, False):
        b = ModelBuilder()
        x = b.tensor((1, 8, 8, 3), scale=1 / 255, zero_point=-128)
        maps = add_conv(b, x, (6, 3, 3, 3), (1, 8, 8, 6))
        mean = b.tensor((1, 1, 1, 6), scale=0.02, zero_point=-128)
        axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
        b.op("MEAN", [maps, axes], [mean], keepDims=True)
        pixel = add_conv(b, mean, (6, 1, 1, 6), (1, 1, 1, 6), seed=1)
        weighed = b.tensor((1, 8, 8, 6), scale=0.02, zero_point=-128)
        if not is_last:
            b.op("MUL", [maps, pixel], [weighed])
        graph = read_tflite(b.build([x], [pixel if is_last else weighed]))
        assert find_hidden(graph) == (mean if is_last else None)


def test_a_plane_of_one_direction() -> None:
    """Points on a line, or all alike, have no second direction."""
    line, shares = project_to_plane(np.arange(5)[:, None])
    assert line[:, 1].tolist() == [0] * 5
    assert shares == [1.0, 0.0]
    assert project_to_plane(np.ones((4, 3)))[0].tolist() == [[0, 0]] * 4


def test_scales_are_those_of_the_file(exhibit: Exhibit, told: dict[str, Any]) -> None:
    """One a filter, of a file with one for all, too."""
    graph = read_tflite(exhibit.content)
    quant = graph.tensors[graph.ops[0].inputs[1]].quant
    assert quant is not None
    expected = np.resize(quant.scale, 4)
    assert told["filters"] == {
        "tensor": f"t{graph.ops[0].outputs[0]}",
        "scales": pytest.approx(expected.tolist()),
    }


def test_images_are_made_small_by_means() -> None:
    """Blocks of unlike sizes, too: 3 rows become 2."""
    image = np.array([[0, 10], [20, 30], [40, 50]], np.uint8)[None, :, :, None]
    assert [*shrink(image, (2, 1))] == [5, 35]
    assert shrink(image, (3, 2)) == image.tobytes()


def test_pictures_of_mistakes_have_an_end() -> None:
    """Many mistakes: fewer images each, never none."""
    many = {f"{i},0": list(range(12)) for i in range(1, 300)}
    limited = limit_images(many, (96, 96, 3))
    assert {len(cell) for cell in limited.values()} == {1}
    few = {"0,1": [4, 5], "1,0": [6]}
    assert limit_images(few, (28, 28, 1)) == few


def test_without_pictures_there_are_no_patches() -> None:
    """A lone file whose inputs are made by chance."""
    pieces = _gather_lone(indices=None)
    told = json.loads(pieces["learned"])
    assert told["patches"] is None
    assert "learned-patches" not in pieces
    assert told["plane"]["side"] is None


def test_rows_of_a_file_are_pictures(pieces: dict[str, bytes]) -> None:
    """The same patches and small images as of a project with those images."""
    found = _gather_lone()
    for name in ("learned-patches", "learned-images"):
        assert found[name] == pieces[name]


def _gather_lone(**changes: Any) -> dict[str, bytes]:
    made = make_exhibit(lenet_model())
    examples = replace(made.examples, images=None, **changes)
    return dict(gather_learned(replace(made, examples=examples), Log()))


def test_without_labels_nothing_is_confused() -> None:
    """Nobody knows what is true: answers alone."""
    made = make_exhibit(lenet_model())
    pieces = gather_learned(
        replace(made, examples=replace(made.examples, labels=None)), Log()
    )
    told = json.loads(pieces["learned"])
    assert told["confusion"] is None
    assert told["plane"]["labels"] is None
    assert len(told["plane"]["answers"]) == 12
