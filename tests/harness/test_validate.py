"""Validation on a real host program: verdict, differences, identity, wrong input."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tinycnn.device import Counters, Device, Inference, open_host
from tinycnn.errors import DeviceError, TinycnnError
from tinycnn.harness import Identity, ValidationResult, validate

SHA256 = "c001d00d" + 56 * "0"

Rows = NDArray[np.int8]


def make_images(count: int) -> Rows:
    """Random inputs of the counting model."""
    chance = np.random.default_rng(3)
    return chance.integers(-128, 128, (count, 4), dtype=np.int8)


def reference_of(images: Rows) -> Rows:
    """What the counting model answers: input + 1, then the number of runs."""
    runs = np.arange(1, len(images) + 1, dtype="<u4").view(np.int8).reshape(-1, 4)
    return np.concatenate([images + np.int8(1), runs], axis=1)


@pytest.fixture
def device(counting_host: Path) -> Iterator[Device]:
    """The counting model in a host process."""
    with open_host(counting_host) as opened:
        yield opened


def run(device: Device, images: Rows, expected: object) -> ValidationResult:
    """A validation with a made-up reference."""
    return validate(
        device,
        images,
        expected,  # type: ignore[arg-type]
        identity=Identity(SHA256),
        reference="the sum",
    )


def test_equal_outputs_are_equal(device: Device) -> None:
    """Outputs that are all the reference's give the verdict equal."""
    images = make_images(300)
    expected = reference_of(images)

    result = run(device, images, expected)

    assert (result.equal, result.images, result.different) == (True, 300, 0)
    assert np.array_equal(result.outputs, expected)
    assert (result.reference, result.model_sha256) == ("the sum", SHA256)
    assert (result.device.model, result.counters.exchanges) == ("counting", 302)
    assert result.images_per_second == pytest.approx(300 / result.seconds)
    assert (result.device_accuracy, result.reference_accuracy) == (None, None)


def test_one_different_byte_is_found(device: Device) -> None:
    """A difference of one in one byte names the image and both outputs."""
    images = make_images(50)
    expected = reference_of(images)
    expected[17, 2] ^= 1

    result = run(device, images, expected)

    assert (result.equal, result.different) == (False, 1)
    (difference,) = result.differences
    assert difference.index == 17
    assert difference.expected == tuple(expected[17].tolist())
    assert difference.got == tuple(reference_of(images)[17].tolist())


def test_all_differences_are_counted_and_some_listed(device: Device) -> None:
    """Of many differences the first hundred are listed."""
    images = make_images(150)

    result = run(device, images, reference_of(images) + np.int8(1))

    assert (result.different, len(result.differences)) == (150, 100)
    assert [d.index for d in result.differences] == list(range(100))


def test_reference_is_computed_while_the_device_works(device: Device) -> None:
    """Batches come from another thread, the next one before the last is used up."""
    images = make_images(90)
    expected = reference_of(images)
    threads = []
    progress: list[tuple[int, int]] = []
    second_batch = threading.Event()

    def batches() -> Iterator[Rows]:
        for start in range(0, 90, 30):
            threads.append(threading.current_thread().name)
            if start == 30:
                second_batch.set()
            yield expected[start : start + 30]

    def on_progress(done: int, total: int) -> None:
        assert second_batch.wait(10)
        progress.append((done, total))

    result = validate(
        device,
        images,
        batches(),
        identity=Identity(SHA256),
        reference="x",
        on_progress=on_progress,
    )

    assert result.equal
    assert threading.current_thread().name not in threads
    assert progress == [(done, 90) for done in range(1, 91)]


@pytest.mark.parametrize("at", [1, 7, 50])
@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (KeyboardInterrupt(), "interrupted"),
        (DeviceError("sim: went\naway"), "sim: went away"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
)
def test_what_was_compared_before_a_stop_is_a_result(
    device: Device, at: int, error: BaseException, ended: str
) -> None:
    """Also at the last image: how many, of how many, and why no more."""
    images, parts = make_images(300), list[ValidationResult]()
    expected = reference_of(images[:50])
    expected[0, 0] ^= 1

    def stop(done: int, total: int) -> None:
        if done == at:
            raise error

    with pytest.raises(type(error)):
        validate(
            device,
            images,
            expected,
            identity=Identity(SHA256),
            reference="x",
            labels=np.zeros(300, int),
            indices=np.arange(50),
            on_progress=stop,
            on_stop=parts.append,
        )

    (part,) = parts
    assert (part.images, part.total, part.different) == (at, 300, 1)
    assert (part.is_partial, part.ended) == (True, ended)
    assert part.device_accuracy is not None
    assert (len(part.cycles), len(part.micros)) == (at, at)


def test_images_are_asked_for_in_any_order(device: Device) -> None:
    """Each row belongs to the image that `indices` names; so does a difference."""
    images, indices = make_images(9), np.array([7, 2, 8, 0])
    expected = reference_of(images[indices])
    expected[2, 1] ^= 1

    result = validate(
        device,
        images,
        expected,
        identity=Identity(SHA256),
        reference="x",
        labels=np.argmax(images[:, :4] + np.int8(1), axis=1),
        indices=indices,
        order="random",
        seed=5,
    )

    assert result.indices.tolist() == [7, 2, 8, 0]
    assert np.array_equal(result.outputs, reference_of(images[indices]))
    assert [d.index for d in result.differences] == [8]
    assert (result.order, result.seed, result.total) == ("random", 5, 9)
    assert (result.images, result.is_partial) == (4, True)


class Shuffling:
    """A device whose answers come in another order than they were asked for."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.name, self.info = device.name, device.info

    @property
    def counters(self) -> Counters:
        """Those of the device."""
        return self._device.counters

    def infer_many(
        self, images: Iterable[tuple[int, Rows]]
    ) -> Iterator[tuple[int, Inference]]:
        """Of three images the last comes first."""
        answers = list(self._device.infer_many(images))
        for start in range(0, len(answers), 3):
            yield from answers[start : start + 3][::-1]


@pytest.mark.parametrize("stop_at", [1, 3, 5, 99])
def test_answers_may_come_in_any_order(device: Device, stop_at: int) -> None:
    """Rows stay in the order of asking; of a part those that are missing are left."""
    images, parts = make_images(8), list[ValidationResult]()
    expected = reference_of(images)

    def stop(done: int, total: int) -> None:
        if done == stop_at:
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        parts += [
            validate(
                Shuffling(device),
                images,
                (expected[i : i + 2] for i in range(0, 8, 2)),
                identity=Identity(SHA256),
                reference="x",
                on_progress=stop,
                on_stop=parts.append,
            )
        ]

    (found,) = parts
    rows = {1: [2], 3: [0, 1, 2], 5: [0, 1, 2, 4, 5], 99: list(range(8))}[stop_at]
    assert found.indices.tolist() == rows
    assert np.array_equal(found.outputs, expected[rows])
    assert (found.equal, found.is_partial) == (True, stop_at != 99)


def test_a_stop_before_the_first_image_is_no_result(device: Device) -> None:
    """Nothing was compared."""
    parts = list[ValidationResult]()
    with pytest.raises(TinycnnError):
        validate(
            device,
            make_images(3),
            [],
            identity=Identity(SHA256),
            reference="x",
            on_stop=parts.append,
        )

    assert parts == []


def test_another_model_is_refused_before_the_first_image(device: Device) -> None:
    """A device with another model gets no image; the message has both hashes."""
    images = make_images(3)
    wanted = "ab" * 32

    with pytest.raises(DeviceError, match=f"expected model {wanted}, got {SHA256}"):
        validate(device, images, images, identity=Identity(wanted), reference="x")

    assert device.infer(images[0]).output[4:].tolist() == [1, 0, 0, 0]


def test_accuracies_are_of_device_and_reference(device: Device) -> None:
    """The top answers of both are held against the labels."""
    images = np.array([[9, 0, 0, 0], [0, 9, 0, 0], [0, 0, 9, 0], [0, 0, 0, 9]], np.int8)
    expected = reference_of(images)
    expected[3, 0] = 100

    result = validate(
        device,
        images,
        expected,
        identity=Identity(SHA256),
        reference="x",
        labels=np.array([0, 1, 0, 3]),
    )

    assert (result.device_accuracy, result.reference_accuracy) == (0.75, 0.5)


@pytest.mark.parametrize(
    ("images", "expected", "message"),
    [
        (make_images(0), make_images(0), "images: expected at least one, got none"),
        (np.zeros((2, 5), np.int8), make_images(2), "its images are of 4 bytes, got 5"),
        (make_images(2), make_images(2), "2 outputs of 8 bytes, got 2 or more of 4"),
        (make_images(2), np.zeros((3, 8), np.int8), "got 3 or more of 8"),
        (make_images(2), np.zeros((1, 8), np.int8), "expected 2 outputs, got 1"),
    ],
)
def test_wrong_number_or_size_is_refused(
    device: Device, images: Rows, expected: Rows, message: str
) -> None:
    """Images and outputs that do not belong together are an error."""
    with pytest.raises(TinycnnError, match=message):
        run(device, images, expected)


def test_wrong_number_of_labels_is_refused(device: Device) -> None:
    """There must be one label an image."""
    images = make_images(2)
    with pytest.raises(TinycnnError, match="labels: expected 2, got 3"):
        validate(
            device,
            images,
            reference_of(images),
            identity=Identity(SHA256),
            reference="x",
            labels=np.zeros(3, np.int64),
        )


def test_failure_of_the_reference_is_its_own_error(device: Device) -> None:
    """An error in the reference's thread comes out as it is."""

    def batches() -> Iterator[Rows]:
        yield reference_of(make_images(1))
        raise TinycnnError("interpreter: died")

    with pytest.raises(TinycnnError, match="interpreter: died"):
        run(device, make_images(2), batches())


def test_device_that_dies_names_the_image(device: Device) -> None:
    """An error in the middle says at which image it was."""
    images = make_images(50)

    def batches() -> Iterator[Rows]:
        yield reference_of(images)[:2]
        device.close()
        yield reference_of(images)[2:]

    with pytest.raises(DeviceError, match=r"^image \d+: host process .*: ended with"):
        run(device, images, batches())
