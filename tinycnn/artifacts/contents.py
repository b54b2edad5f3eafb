"""What the JSON files of a build folder hold, one dataclass each."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.analysis.fit import Analysis
from tinycnn.analysis.ram import RamUse
from tinycnn.choices import Dialect
from tinycnn.harness import Decision, Diagnosis, Health, Share
from tinycnn.harness.reasons import Bisection, Reasons
from tinycnn.tasks import Sensitivity

__all__ = ["BoardImage", "Curves", "DeviceAnswers", "Dreams", "Evaluation"]
__all__ += ["Film"]
__all__ += [
    "LinkedFirmware",
    "Sensitivities",
    "TflmFacts",
    "Validated",
    "ValidatedDevice",
]


@dataclass(frozen=True, slots=True)
class Curves:
    """One phase of training: a value an epoch, and what it ended with.

    Attributes:
        loss: Mean training loss.
        accuracy: Share of training images that were right, 0 to 1.
        val_loss: Mean loss on the validation split.
        val_accuracy: Share of validation images that were right.
        test_accuracy: Share of test images that the chosen weights get right.
    """

    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    val_loss: tuple[float, ...]
    val_accuracy: tuple[float, ...]
    test_accuracy: float


@dataclass(frozen=True, slots=True)
class LinkedFirmware:
    """What was linked for the simulated board and this computer.

    Attributes:
        model_sha256: Of the `.tflite` file.
        generator: Program and version that wrote the code.
        board: Name of the board.
        engine: What runs the model in the simulated board's image.
        numerics: The reference that it must equal.
        flash_bytes: What the image takes of the flash.
        ram_bytes: What it takes of RAM, arena and stack included.
        ram: The same, itemised.
        analysis: Of the one compilation that both programs were built of.
        dialect: What both programs speak.
    """

    model_sha256: str
    generator: str
    board: str
    engine: str
    numerics: str
    flash_bytes: int
    ram_bytes: int
    ram: RamUse
    analysis: Analysis
    dialect: Dialect = "packets"


@dataclass(frozen=True, slots=True)
class TflmFacts:
    """What the project's TFLite Micro is given.

    Attributes:
        arena_bytes: Set aside for the interpreter; a device says what it uses.
        differing: The operators that it rounds otherwise than the reference.
    """

    arena_bytes: int
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoardImage:
    """What became of the real board's image.

    Attributes:
        tool: What linked it, with versions; empty if nothing did.
        missing: What to install so that it is linked.
        flash_bytes: What it takes of the flash, the framework included.
        ram_bytes: What it takes of RAM before it runs.
    """

    tool: str = ""
    missing: str = ""
    flash_bytes: int = 0
    ram_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the test images gave.

    Attributes:
        reference: Identity of the interpreter.
        reference_correct: Test images that it gets right; of real numbers, as many
            times R², the share of their variance that is explained.
        host_correct: Likewise the generated C as a program of this computer.
        host_different: Test images of which the two give different bytes.
        cycles: Of one inference on the simulated board; 0 if not known.
        latency_ms: Their time at the board's clock.
        stack_bytes: Most stack that the inference used.
    """

    reference: str
    reference_correct: float
    host_correct: float
    host_different: int
    cycles: int
    latency_ms: float
    stack_bytes: int


@dataclass(frozen=True, slots=True)
class DeviceAnswers:
    """What a kind of device answered, by what differs from the reference's outputs.

    Attributes:
        model_sha256: Of the model.
        base: SHA-256 of the file with the reference's outputs.
        device: The last one that was asked.
        tried: The test images that it was asked, in order.
        different: The output bytes that differ, in hexadecimal digits, by image.
    """

    model_sha256: str
    base: str
    device: str
    tried: tuple[int, ...]
    different: dict[int, str]


@dataclass(frozen=True, slots=True)
class ValidatedDevice:
    """The device of a validation."""

    name: str


@dataclass(frozen=True, slots=True)
class Validated:
    """What is read again of a validation's results.

    Attributes:
        model_sha256: Of the model that was validated.
        device: Where.
        images: How many were sent.
        equal: How many outputs were the reference's.
        images_per_second: Of the whole run.
        total: Test images there are.
        ended: Why it ended before its last image; empty if it did not.
        diagnosis: What explains the differences, if any was looked for.
        decision: What is known of the agreement, if that was asked.
        bisection: The first operator that differs, if it was looked for.
        shares: What each board did, where several shared the images.
        reasons: What each differing output is explained by, if that was looked for.
        health: How the device itself was, if it was asked.
    """

    model_sha256: str
    device: ValidatedDevice
    images: int
    equal: int
    images_per_second: float
    total: int = 0
    ended: str = ""
    diagnosis: Diagnosis | None = None
    decision: Decision | None = None
    bisection: Bisection | None = None
    reasons: Reasons | None = None
    shares: tuple[Share, ...] = ()
    health: Health | None = None

    @property
    def passed(self) -> bool:
        """Whether the device is as it was asked to be, as far as it was asked."""
        if self.decision is not None:
            return self.decision.verdict == "pass"
        forgiven = self.reasons is not None and self.reasons.forgives
        return (self.equal == self.images or forgiven) and not self.ended

    @property
    def is_partial(self) -> bool:
        """Whether there are images that were not compared."""
        return self.images < self.total


@dataclass(frozen=True, slots=True)
class Dreams:
    """Pictures that excite a network, found once.

    Attributes:
        made_of: Digest of the model and of how they were sought.
        pictures: Their pixels in base64, uint8, one after another.
    """

    made_of: str
    pictures: str


@dataclass(frozen=True, slots=True)
class Sensitivities:
    """What quantizing each layer alone does, on the validation images.

    Attributes:
        made_of: Digest of weights and images.
        images: How many were asked.
        cases: Nothing quantized, each layer alone, all.
    """

    made_of: str
    images: int
    cases: tuple[Sensitivity, ...]


@dataclass(frozen=True, slots=True)
class Film:
    """The first layer's weights while they were trained.

    Attributes:
        epochs: After which epoch each frame is; 0 is before the first.
        shape: Of a frame: rows, columns, inputs, outputs.
        weights: All frames in base64, float16, the lowest byte first.
    """

    epochs: tuple[int, ...]
    shape: tuple[int, ...]
    weights: str
