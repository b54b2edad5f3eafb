"""Pictures made to excite: each gives what is said of it, and more than noise does."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compiler.models import add_conv, conv_model, residual_model
from tests.compiler.tflite_builder import ModelBuilder
from tests.explorer.exhibits import joined_model, lenet_model, make_exhibit
from tests.harness.mistaken import run_reference
from tests.observer import Log
from tinycnn.artifacts import BuildFolder
from tinycnn.compiler import Graph, read_tflite
from tinycnn.explorer.learned.dreams import choose_targets, search, watched_tensors
from tinycnn.explorer.learned.dreams.ascent import climb
from tinycnn.explorer.learned.dreams.search import Search
from tinycnn.explorer.learned.dreams.targets import Target
from tinycnn.explorer.learned.entry import Entry, find_entry
from tinycnn.explorer.learned.extremes import Extremes
from tinycnn.explorer.learned.gather import gather_learned
from tinycnn.explorer.learned.real import RealNetwork
from tinycnn.reference.every_tensor import Tensors, run_every_tensor

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module", autouse=True)
def steps() -> Iterator[None]:
    """As many as a page has them made of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "STEPS", 160)
        yield


def _give(model: bytes, pictures: Pixels) -> Tensors:
    """All that the int8 reference makes of pictures."""
    rows = (pictures.astype(np.int16) - 128).astype(np.int8)
    return _run(model, rows.reshape(len(rows), -1))


def _run(model: bytes, rows: NDArray[np.int8]) -> Tensors:
    def run(model: bytes, rows: NDArray[np.int8]) -> NDArray[np.int8]:
        found = np.asarray(run_reference(model, "litert", rows)).view(np.int8)
        return found.reshape(len(rows), -1)

    graph = read_tflite(model)
    return run_every_tensor(model, graph, rows, run)


def _entry_of(model: bytes) -> tuple[Graph, Entry]:
    graph = read_tflite(model)
    entry = find_entry(graph)
    assert entry is not None
    return graph, entry


def _values(given: Tensors, target: Target) -> NDArray[Any]:
    """The largest of a channel, or a score, by picture."""
    values = given[target.tensor]
    rows = values.reshape(len(values), -1, values.shape[-1])
    return np.asarray(rows[..., target.number].max(axis=1).astype(int))


def _search(model: bytes) -> Search:
    graph, entry = _entry_of(model)
    shapes = {t: graph.tensors[t].shape for t in watched_tensors(graph)}
    extremes = {tensor: Extremes.of(shape[-1]) for tensor, shape in shapes.items()}
    network = entry.network(graph)
    targets = choose_targets(graph, network.tensors, extremes)
    usual = np.zeros(entry.picture.shape[1:], np.uint8)
    return Search(graph, network, entry.picture, usual, targets)


def _find(model: bytes, build: BuildFolder | None = None) -> Pixels:
    return _search(model).find(build, lambda done, total: None)


@pytest.fixture(scope="module")
def told() -> tuple[dict[str, Any], bytes]:
    """What the page is given of a small LeNet."""
    pieces = gather_learned(make_exhibit(lenet_model()), Log())
    return json.loads(pieces["learned"])["dreams"], pieces["learned-dreams"]


def test_each_gives_what_is_said(told: tuple[dict[str, Any], bytes]) -> None:
    """The pixels in the page, by the int8 reference."""
    facts, pixels = told
    model, start = lenet_model(), 0
    exhibit = make_exhibit(model)
    assert exhibit.examples.images is not None
    assert exhibit.examples.indices is not None
    real = _give(model, exhibit.examples.images)
    seen = []
    for one in facts["pictures"]:
        size = one["side"][0] * one["side"][1]
        both = np.frombuffer(pixels, np.uint8, 2 * size, start)
        start += 2 * size
        target = Target(one["kind"], int(one["tensor"][1:]), one["number"], 0)
        best = _values(real, target)
        assert one["best"] == best.max()
        assert one["image"] == exhibit.examples.indices[best.argmax()]
        if one["side"] == [12, 12]:
            given = _give(model, both.reshape(2, 12, 12, 1))
            assert _values(given, target).tolist() == [one["value"], one["best"]]
            seen.append(one["kind"])
    noise = np.frombuffer(pixels, np.uint8, 144, start).reshape(1, 12, 12, 1)
    first = Target("class", int(facts["pictures"][0]["tensor"][1:]), 0, 0)
    assert _values(_give(model, noise), first)[0] == facts["noise"]["value"]
    assert start + 144 == len(pixels)
    assert seen.count("class") == 5
    assert len(facts["pictures"]) == 5 + 3 + 3


def _exceeds_noise(model: bytes) -> list[bool]:
    """Of each target, whether its picture beats the best of 300 random ones."""
    sought, entry = _search(model), _entry_of(model)[1]
    found = sought.find(None, lambda done, total: None)
    shape = (300, *entry.picture.shape[1:])
    chance = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    ours, random = (_run(model, entry.to_rows(x)) for x in (found, chance))
    return [
        bool(_values(ours, target)[i] >= _values(random, target).max())
        for i, target in enumerate(sought.targets)
    ]


def test_each_excites_more_than_chance() -> None:
    """All of them; and where slopes have the wrong sign, nearly none."""
    assert all(_exceeds_noise(lenet_model()))


def test_a_wrong_sign_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what should climb falls."""
    right = RealNetwork.pull_back

    def wrong(*args: Any) -> dict[int, Any]:
        return {tensor: -slope for tensor, slope in right(*args).items()}

    monkeypatch.setattr(RealNetwork, "pull_back", wrong)
    assert sum(_exceeds_noise(lenet_model())) <= 3


def test_what_is_not_needed_stays_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of classes are darker where the mean image is black and counts."""
    monkeypatch.setattr(search, "STEPS", 60)
    pulled = _find(lenet_model())[:5]
    monkeypatch.setitem(search.COSTS, "class", (1.0, 0.0))
    free = _find(lenet_model())[:5]
    assert pulled.mean() < 0.85 * free.mean()


def test_what_was_found_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the model changes, or the file is broken; the same seed, the same bytes."""
    monkeypatch.setattr(search, "STEPS", 10)
    build = BuildFolder(tmp_path)
    model, other = lenet_model(), lenet_model(side=16)
    first = _find(model, build)
    climbs = []

    def counted(*args: Any) -> Pixels:
        climbs.append(1)
        return climb(*args)

    monkeypatch.setattr(search, "climb", counted)
    assert (_find(model, build) == first).all()
    assert climbs == []
    build.dreams.path.write_text("{")
    assert (_find(model, build) == first).all()
    assert len(climbs) == 4
    assert _find(other, build).shape[1] == 16
    assert len(climbs) == 8


def _tell(model: bytes) -> dict[str, Any]:
    pieces = gather_learned(make_exhibit(model), Log())
    return dict(json.loads(pieces["learned"])["dreams"])


def test_what_is_no_picture_has_none() -> None:
    """Two channels: it says so."""
    told = _tell(conv_model())
    assert "whose one input is a picture" in told["missing"]
    assert told["pictures"] == []


def test_a_picture_in_real_numbers_becomes_int8() -> None:
    """Its pixels are those of the tensor behind; values are the reference's."""
    model = residual_model()
    pieces = gather_learned(make_exhibit(model), Log())
    facts = json.loads(pieces["learned"])["dreams"]
    graph, entry = _entry_of(model)
    assert (entry.given.dtype, entry.picture.dtype) == ("float32", "int8")
    start = 0
    for one in facts["pictures"]:
        size = math.prod(one["side"]) * 3
        if one["kind"] == "class":
            pixels = np.frombuffer(pieces["learned-dreams"], np.uint8, 2 * size, start)
            rows = entry.to_rows(pixels.reshape(2, 9, 7, 3))
            given = _run(model, rows)
            assert (entry.to_pixels(rows).ravel() == pixels).all()
            held = given[entry.picture.id].astype(int).ravel() + 128
            assert (held == pixels).all()
            target = Target("class", int(one["tensor"][1:]), one["number"], 0)
            assert _values(given, target).tolist() == [one["value"], one["best"]]
        start += 2 * size
    assert len(graph.inputs) == 1
    assert sum(one["kind"] == "class" for one in facts["pictures"]) == 4


def test_a_picture_of_uint8_is_one() -> None:
    """Its bytes are the pixels; what is given is the reference's."""
    b = ModelBuilder()
    x = b.tensor((1, 8, 8, 1), "uint8", scale=1 / 255, zero_point=0)
    inner = b.tensor((1, 8, 8, 1), scale=1 / 255, zero_point=-128)
    b.op("QUANTIZE", [x], [inner])
    model = b.build([x], [add_conv(b, inner, (4, 3, 3, 1), (1, 8, 8, 4), scale=0.03)])
    entry = _entry_of(model)[1]
    pixels = np.arange(64, dtype=np.uint8).reshape(1, 8, 8, 1)
    rows = entry.to_rows(pixels)
    assert rows.tobytes() == pixels.tobytes()
    assert (entry.to_pixels(rows) == pixels).all()
    assert _exceeds_noise(model) == [True, True, True]


def test_scores_are_no_shares() -> None:
    """Without softmax an answer is not so many per cent."""
    of = {make: _tell(make())["pictures"] for make in (lenet_model, joined_model)}
    shares = {m: [p["share"] for p in found] for m, found in of.items()}
    assert all(0 <= share <= 1 for share in shares[lenet_model][:5])
    assert set(shares[joined_model]) == {None}


def test_an_unknown_operator_is_named() -> None:
    """What lies before it is shown all the same."""
    told = _tell(_unknown_model())
    assert told["missing"].startswith("What lies behind RESIZE_BILINEAR has none")
    assert {one["kind"] for one in told["pictures"]} == {"channel"}


def _unknown_model() -> bytes:
    b = ModelBuilder()
    x = b.tensor((1, 8, 8, 1), scale=1 / 255, zero_point=-128)
    y = add_conv(b, x, (4, 3, 3, 1), (1, 8, 8, 4), scale=0.03)
    wide = b.tensor((1, 16, 16, 4), scale=0.03, zero_point=-128)
    size = b.tensor((2,), "int32", data=np.array([16, 16], np.int32))
    b.op("RESIZE_BILINEAR", [y, size], [wide], halfPixelCenters=True)
    mean = b.tensor((1, 4), scale=0.03, zero_point=-128)
    axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
    b.op("MEAN", [wide, axes], [mean])
    return b.build([x], [mean])
