"""What does nothing in inference: noise, dropout, augmentation, and the identity."""

from __future__ import annotations

from tinycnn.models.backend import keras
from tinycnn.training.reading import Call, Place, Reading

__all__ = ["READERS"]

_NAMES = """
ActivityRegularization AlphaDropout AugMix CutMix Dropout GaussianDropout GaussianNoise
Identity MixUp RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter
RandomContrast RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur
RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization
RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom
SpatialDropout1D SpatialDropout2D SpatialDropout3D
""".split()


def _left_out(reading: Reading, call: Call) -> Place:
    return call.sources[0]


READERS = {
    getattr(keras.layers, name): _left_out
    for name in _NAMES
    if hasattr(keras.layers, name)  # newer versions have more
} | {"Cast": _left_out, "StopGradient": _left_out, "Copy": _left_out}
