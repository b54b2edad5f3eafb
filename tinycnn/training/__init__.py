"""From a data set and a model to a trained int8 `.tflite`: the part with TensorFlow."""

__all__: list[str] = []
