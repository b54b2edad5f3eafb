from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from tests.conftest import require_module
from tinycnn.datasets.dataset import Dataset, Split


def _split(rng: np.random.Generator, count: int) -> Split:
    """Images of noise with a bright quarter; its corner is the class."""
    labels = np.arange(count) % 4
    images = rng.integers(0, 120, (count, 8, 8, 1), np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(int(label), 2)
        image[4 * row : 4 * row + 4, 4 * column : 4 * column + 4] += 120
    return Split(images, labels)


@pytest.fixture(scope="session")
def corners() -> Dataset:
    """A data set that a tiny network learns in seconds."""
    rng = np.random.default_rng(0)
    names = ("top left", "top right", "bottom left", "bottom right")
    return Dataset("corners", names, _split(rng, 256), _split(rng, 64), _split(rng, 64))


@pytest.fixture(scope="session")
def reference() -> Callable[..., np.ndarray]:
    """Runs an int8 `.tflite` on images of scale 1/255 with the reference kernels."""
    require_module("ai_edge_litert")
    from ai_edge_litert import interpreter

    def run(content: bytes, images: np.ndarray) -> np.ndarray:
        runner = interpreter.Interpreter(
            model_content=content,
            experimental_op_resolver_type=interpreter.OpResolverType.BUILTIN_REF,
            num_threads=1,
        )
        runner.allocate_tensors()
        source, target = runner.get_input_details()[0], runner.get_output_details()[0]
        outputs = []
        for image in images:
            q = (image.astype(np.int16) - 128).astype(np.int8)
            runner.set_tensor(source["index"], q[np.newaxis])
            runner.invoke()
            outputs.append(runner.get_tensor(target["index"])[0])
        return np.array(outputs)

    return run


@pytest.fixture(scope="session")
def networks() -> SimpleNamespace:
    """Builders of small networks that together use every supported layer."""
    from tests.training.networks import BUILDERS, randomized

    return SimpleNamespace(**{b.__name__: partial(randomized, b) for b in BUILDERS})


@pytest.fixture
def images() -> np.ndarray:
    """Random images for `networks`."""
    return np.random.default_rng(5).integers(0, 256, (64, 12, 12, 3), np.uint8)
