"""The networks of the benchmark, what others reached on them and what we aim at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tinycnn.compiler import Numerics
from tinycnn.errors import TinycnnError
from tinycnn.pipeline import untrained_model
from tinycnn.project import ModelSettings

__all__ = ["CLOCK_HZ", "CODE_LIMIT", "FLASH_WAIT", "NETWORKS", "STACK_LIMIT"]
__all__ += ["MissingFileError", "Network", "Published", "Tflm", "load_network"]

CLOCK_HZ = 64_000_000  # of the nRF52840
FLASH_WAIT = 2  # cycles that a word of data read from its flash waits
CODE_LIMIT, STACK_LIMIT = 20_000, 1_024  # bytes of any network


class MissingFileError(TinycnnError):
    """A network's file is not there, which is said but is no failure."""

    exit_code = 0


@dataclass(frozen=True, slots=True)
class Tflm:
    """TFLite Micro with CMSIS-NN: millions of cycles, and bytes.

    Attributes:
        mcycles: Of an inference, built by GCC with -O3 and, where known, with -Os.
        arena_bytes: What it uses of its arena; None: not known.
        code_bytes: Without the `.tflite`, with -O3 and with -Os.
    """

    mcycles: tuple[float, ...]
    arena_bytes: int | None = None
    code_bytes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """The best that somebody else has published on a Cortex-M4.

    Attributes:
        mcycles: Of an inference, in millions.
        by: Whose it is.
        is_board: Whether a board took them, whose flash waits; else a meter like ours.
    """

    mcycles: float
    by: str
    is_board: bool = True


@dataclass(frozen=True, slots=True)
class Network:
    """A network; None where nothing is published or aimed at.

    Attributes:
        name: What to call it.
        source: A file in the folder of models, or the model of a family.
        tflm: What TFLite Micro takes.
        published: The best of others.
        goal_mcycles: What we aim at, and where flash waits `FLASH_WAIT` cycles.
        goal_arena_bytes: Likewise, when optimized for RAM.
        numerics: The reference to equal.
        input_shape: Of a family's model.
        classes: Likewise.
    """

    name: str
    source: str
    tflm: Tflm | None = None
    published: Published | None = None
    goal_mcycles: tuple[float, float] | None = None
    goal_arena_bytes: int | None = None
    numerics: Numerics = "litert"
    input_shape: tuple[int, int, int] = (28, 28, 1)
    classes: int = 10


# TFLite Micro: built with GCC 12.2 from its sources of August 2026, one inference, by
# the same kind of meter: a Cortex-M4 without wait states.
# MLPerf Tiny, closed division: latency on an STM32L4R5ZI at 120 MHz, times its clock.
# TinyEngine: its code by the same meter.
_ST, _PLUMERAI = "X-CUBE-AI 9.0, MLPerf Tiny 1.2", "Plumerai 2023.05, MLPerf Tiny 1.1"
NETWORKS = (
    Network(
        "KWS",
        "mlperf_kws_dscnn.tflite",
        Tflm((9.50, 11.5), 22_820, (91_620, 46_028)),
        Published(5.18, _ST),
        goal_mcycles=(3.2, 3.7),
        goal_arena_bytes=5_500,
    ),
    Network(
        "IC",
        "mlperf_resnet8_cifar10.tflite",
        Tflm((36.7, 54.0), 54_996, (90_544, 43_160)),
        Published(19.8, _ST),
        goal_mcycles=(6.9, 8.0),
        goal_arena_bytes=20_000,
    ),
    Network(
        "VWW",
        "mlperf_vww_96.tflite",
        Tflm((30.4, 35.8), 100_708, (91_620, 46_028)),
        Published(10.7, _ST),
        goal_mcycles=(5.8, 6.6),
        goal_arena_bytes=16_500,
    ),
    Network(
        "AD",
        "mlperf_ad01_autoenc.tflite",
        Tflm((0.726, 1.20), 2_580, (35_948, 22_708)),
        Published(0.486, _PLUMERAI),
        goal_mcycles=(0.34, 0.44),
        goal_arena_bytes=768,
    ),
    Network(
        "SWW",
        "mlperf_sww_strww.tflite",
        Tflm((2.72,)),
        Published(2.15, "ST 10.2, MLPerf Tiny 1.3, apparently with features"),
        goal_mcycles=(1.1, 1.3),
    ),
    # LiteRT refuses this file: its bias tensors name a wrong quantized dimension.
    Network(
        "person_detect",
        "tflm_person_detect.tflite",
        Tflm((28.7, 33.6), 82_308, (77_684, 41_180)),
        goal_mcycles=(9.0, 10),
        goal_arena_bytes=16_500,
        numerics="tflm",
    ),
    Network(
        "MCUNet-vww",
        "tinyengine_mcunet_vww.tflite",
        Tflm((60.1,)),
        Published(45.2, "TinyEngine", is_board=False),
        goal_mcycles=(18, 20),
    ),
    Network(
        "LeNet-5",
        "lenet5",
        Tflm((2.94, 4.10), 9_268, (66_064, 33_272)),
        goal_mcycles=(0.62, 0.70),
        goal_arena_bytes=4_900,
    ),
    Network(
        "listing 8.1",
        "keras_convnet",
        Tflm((9.05, 13.4), 30_308, (74_224, 39_544)),
        goal_mcycles=(2.2, 2.6),
    ),
    Network(
        "MobileNetV2 0.35",
        "mobilenet_v2",
        goal_mcycles=(14, 16),
        goal_arena_bytes=28_000,
        input_shape=(96, 96, 3),
    ),
    Network(
        "EfficientNet-lite",
        "efficientnet_lite",
        goal_mcycles=(9, 10),
        input_shape=(96, 96, 3),
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
        return untrained_model(
            ModelSettings(name=network.source),
            root=Path(),
            input_shape=network.input_shape,
            classes=network.classes,
        ).content
    path = folder and folder / network.source
    if path is None or not path.is_file():
        raise MissingFileError(
            f"expected {network.source} in the folder of models, got none",
            hint="--models FOLDER, or TINYCNN_MODELS",
        )
    return path.read_bytes()
