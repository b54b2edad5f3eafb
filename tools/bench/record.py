"""The networks of the benchmark, what others reached on them and what we aim at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tinycnn.compiler import Numerics
from tinycnn.errors import TinycnnError
from tinycnn.pipeline import untrained_model
from tinycnn.project import ModelSettings

__all__ = ["CLOCK_HZ", "CODE_LIMIT", "NETWORKS", "SPARE_ARENA", "STACK_LIMIT"]
__all__ += ["MissingFileError", "Network", "Tflm", "load_network"]

CLOCK_HZ = 64_000_000  # of the nRF52840
CODE_LIMIT, STACK_LIMIT = 15_000, 1_024  # bytes of any network
SPARE_ARENA = 1.25  # how far above its goal an arena may be unless optimized for RAM


class MissingFileError(TinycnnError):
    """A network's file is not there, which is said but is no failure."""

    exit_code = 0


@dataclass(frozen=True, slots=True)
class Tflm:
    """TFLite Micro with CMSIS-NN: millions of cycles, and bytes.

    Attributes:
        mcycles: Of an inference, built by GCC with -O3 and with -Os.
        arena_bytes: What it uses of its arena.
        code_bytes: Without the `.tflite`, with -O3 and with -Os.
    """

    mcycles: tuple[float, float]
    arena_bytes: int
    code_bytes: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Network:
    """A network; None where nothing is published or aimed at.

    Attributes:
        name: What to call it.
        source: A file in the folder of models, or a family's model for 28x28 digits.
        tflm: What TFLite Micro takes.
        best_mcycles: The best published on a Cortex-M4.
        goal_mcycles: What we aim at.
        goal_arena_bytes: Likewise, when optimized for RAM.
        numerics: The reference to equal.
    """

    name: str
    source: str
    tflm: Tflm
    best_mcycles: float | None = None
    goal_mcycles: float | None = None
    goal_arena_bytes: int | None = None
    numerics: Numerics = "litert"


# TFLite Micro: built with GCC 12.2 from its sources of August 2026, one inference, by
# the same kind of meter: a Cortex-M4 without wait states.
# Best published: MLPerf Tiny, closed division, STM32L4R5ZI at 120 MHz, latency times
# clock; X-CUBE-AI 9.0 in round 1.2, for AD Plumerai 2023.05 in round 1.1.
NETWORKS = (
    Network(
        "KWS",
        "mlperf_kws_dscnn.tflite",
        Tflm((9.50, 11.5), 22_820, (91_620, 46_028)),
        best_mcycles=5.18,
        goal_mcycles=3.8,
        goal_arena_bytes=9_500,
    ),
    Network(
        "IC",
        "mlperf_resnet8_cifar10.tflite",
        Tflm((36.7, 54.0), 54_996, (90_544, 43_160)),
        best_mcycles=19.8,
        goal_mcycles=10,
        goal_arena_bytes=36_000,
    ),
    Network(
        "VWW",
        "mlperf_vww_96.tflite",
        Tflm((30.4, 35.8), 100_708, (91_620, 46_028)),
        best_mcycles=10.7,
        goal_mcycles=6.0,
        goal_arena_bytes=37_500,
    ),
    Network(
        "AD",
        "mlperf_ad01_autoenc.tflite",
        Tflm((0.726, 1.20), 2_580, (35_948, 22_708)),
        best_mcycles=0.486,
        goal_mcycles=0.38,
        goal_arena_bytes=768,
    ),
    # LiteRT refuses this file: its bias tensors name a wrong quantized dimension.
    Network(
        "person_detect",
        "tflm_person_detect.tflite",
        Tflm((28.7, 33.6), 82_308, (77_684, 41_180)),
        numerics="tflm",
    ),
    Network(
        "LeNet-5",
        "lenet5",
        Tflm((2.94, 4.10), 9_268, (66_064, 33_272)),
        goal_mcycles=0.8,
        goal_arena_bytes=4_900,
    ),
    Network(
        "listing 8.1",
        "keras_convnet",
        Tflm((9.05, 13.4), 30_308, (74_224, 39_544)),
        goal_mcycles=3.0,
    ),
)


def load_network(network: Network, folder: Path | None) -> bytes:
    """The `.tflite` of `network`: read, or made with weights as they are drawn.

    Cycles do not depend on the weights of our kernels, nor the drawn ones on anything.

    Raises:
        MissingFileError: If its file is not in `folder`.
        ToolchainError: If one that is made needs TensorFlow, which is not installed.
    """
    if not network.source.endswith(".tflite"):
        settings = ModelSettings(name=network.source)
        shape = (28, 28, 1)
        return untrained_model(
            settings, root=Path(), input_shape=shape, classes=10
        ).content
    path = folder and folder / network.source
    if path is None or not path.is_file():
        raise MissingFileError(
            f"expected {network.source} in the folder of models, got none",
            hint="--models FOLDER, or TINYCNN_MODELS",
        )
    return path.read_bytes()
