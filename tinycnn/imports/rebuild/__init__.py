"""A float `.tflite` -> a Keras model of the same weights, to be trained on.

Each operator becomes a layer; what only changes layouts is kept as a view of a Keras
tensor and made where a layer needs it. The result is compared with LiteRT.
"""

from tinycnn.imports.rebuild.rebuilding import Rebuilt, rebuild

__all__ = ["Rebuilt", "rebuild"]
