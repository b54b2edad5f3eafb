"""How a network is trained and quantized, as data: two tables of `tinycnn.toml`.

Every key has a default; rates and shares are plain numbers, angles are degrees.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

__all__ = [
    "IMAGENET",
    "THREADS",
    "AugmentSettings",
    "DistillSettings",
    "PruneSettings",
    "QuantizationSettings",
    "Settings",
    "TrainingSettings",
    "TransferSettings",
]

IMAGENET = "imagenet"  # a source of weights that is no project
THREADS = 2  # those of the smallest computers; each sum is divided among so many

_Share = Annotated[float, Field(ge=0, lt=1)]
_Degrees = Annotated[float, Field(ge=0, le=180)]
_Epochs = Annotated[int, Field(ge=1, le=10_000)]
_Rate = Annotated[float, Field(gt=0, le=1)]


class Settings(BaseModel):
    """A table of `tinycnn.toml`: checked, frozen, without unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False
    )


class AugmentSettings(Settings):
    """How each image is varied anew whenever it is seen; zero leaves it alone.

    Attributes:
        flip: Whether to mirror every other image left to right.
        shift: The farthest move, as a share of the side; at least one pixel.
        rotate: The largest turn either way.
        zoom: The most by which it grows or shrinks, as a share.
        shear: The largest slant either way.
        contrast: The most by which contrast changes, as a share.
        cutout: Side of a black square, as a share of the image's side.
        mixup: How strongly two images are blended: alpha of the beta distribution.
    """

    flip: bool = False
    shift: _Share = 0.0
    rotate: _Degrees = 0.0
    zoom: _Share = 0.0
    shear: Annotated[float, Field(ge=0, lt=90)] = 0.0
    contrast: _Share = 0.0
    cutout: _Share = 0.0
    mixup: Annotated[float, Field(ge=0, le=10)] = 0.0


_LITTLE = AugmentSettings(shift=1 / 14, rotate=5.0, zoom=0.05)


def _read_augment(value: Any) -> Any:
    """`true` means a little of what suits any image, `false` nothing."""
    if isinstance(value, bool):
        return _LITTLE if value else AugmentSettings()
    if not isinstance(value, (dict, AugmentSettings)):
        raise ValueError("expected true, false or a table")
    return value


class TransferSettings(Settings):
    """A start from what another network has learned.

    Attributes:
        source: The folder of another project that was trained, with a network of the
            same layers up to its end, or "imagenet" for a MobileNetV2.
        freeze: The last of the layers that keep still at first; by default all whose
            weights were taken over.
        epochs: Passes in which the other layers learn alone, if there are any; the
            epochs of `[training]` follow, in which all do.
        learning_rate: Peak of the schedule in these passes.
    """

    source: str
    freeze: str | None = None
    epochs: _Epochs = 5
    learning_rate: _Rate = 0.001


class DistillSettings(Settings):
    """A teacher, whose opinion on every image is learned beside its label.

    Attributes:
        teacher: The folder of another project that was trained on the same classes.
        weight: Share of the loss that compares with the teacher.
        temperature: What divides the logits of both; above 1 the teacher's second
            choices count for more.
    """

    teacher: str
    weight: Annotated[float, Field(gt=0, le=1)] = 0.5
    temperature: Annotated[float, Field(ge=1, le=100)] = 4.0


class PruneSettings(Settings):
    """Channels that are taken out once the network is trained.

    Attributes:
        share: How many, of each layer; the weakest go.
        epochs: Passes in which the others then learn to do without.
        learning_rate: Peak of the schedule in these passes.
    """

    share: Annotated[float, Field(gt=0, lt=1)]
    epochs: _Epochs = 10
    learning_rate: _Rate = 0.001


class TrainingSettings(Settings):
    """How the float network is trained.

    Attributes:
        epochs: Passes over the training images; 0 keeps the weights that a network of
            a file has.
        batch_size: Images per step.
        learning_rate: Peak of the schedule.
        optimizer: "adam", or "sgd" with a Nesterov momentum of 0.9.
        schedule: "cosine" ends at nearly zero, "constant" does not change.
        warmup: Share of all steps in which the rate grows from nearly zero.
        weight_decay: Share of each kernel that a step takes away, times the rate.
        label_smoothing: Share of each label that all classes have in common.
        class_weights: Whether rare classes count for more, so that all weigh the same.
        patience: Epochs without a better validation accuracy after which to stop.
        precision: "bfloat16" nearly halves the time on processors that compute with it,
            if channels are multiples of 16; others may take longer than "float32".
        threads: Among how many sums are divided, on any number of cores: another number
            gives other weights. More may train large networks faster on more cores.
        tensorboard: Whether to write a log for TensorBoard.
        augment: A table, or true for a little of what suits any image.
        transfer: A table, to start from another network.
        distill: A table, to learn from another network.
        prune: A table, to take out channels.
    """

    epochs: Annotated[int, Field(ge=0, le=10_000)] = 60
    batch_size: Annotated[int, Field(ge=1, le=4_096)] = 32
    learning_rate: _Rate = 0.005
    optimizer: Literal["adam", "sgd"] = "adam"
    schedule: Literal["cosine", "constant"] = "cosine"
    warmup: _Share = 0.05
    weight_decay: _Share = 0.0
    label_smoothing: _Share = 0.0
    class_weights: bool = False
    patience: _Epochs | None = None
    precision: Literal["float32", "bfloat16"] = "float32"
    threads: Annotated[int, Field(ge=1, le=64)] = THREADS
    tensorboard: bool = False
    augment: Annotated[AugmentSettings, BeforeValidator(_read_augment)] = _LITTLE
    transfer: TransferSettings | None = None
    distill: DistillSettings | None = None
    prune: PruneSettings | None = None

    @property
    def lenders(self) -> tuple[str, ...]:
        """The folders of the projects that it learns from."""
        sources = [self.transfer.source] if self.transfer else []
        teachers = [self.distill.teacher] if self.distill else []
        return tuple(name for name in sources + teachers if name != IMAGENET)


class QuantizationSettings(Settings):
    """How its int8 twin is made.

    Attributes:
        method: "qat" fine-tunes with rounding in the loop; "ptq" only measures ranges.
        ranges: Of activations: "average" follows what training sees, "learned" starts
            at the least squared error and is trained.
        weights: "int8", or "ternary": of all layers but the first and the last only
            three values a channel are left.
        per_channel_dense: Whether the weights of dense layers have a scale per output
            channel; older copies of TFLite Micro take one for all.
        epochs: Passes of fine-tuning over the training images.
        learning_rate: Its peak.
    """

    method: Literal["qat", "ptq"] = "qat"
    ranges: Literal["average", "learned"] = "average"
    weights: Literal["int8", "ternary"] = "int8"
    per_channel_dense: bool = True
    epochs: _Epochs = 8
    learning_rate: _Rate = 0.0001
