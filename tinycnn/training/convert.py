"""Converts a fake-quantized twin into a full int8 `.tflite`.

In: a twin with its ranges. Out: the bytes of the file: int8 in and out, batch 1, the
twin's grids and integer weights, every operator in int8. TensorFlow's converter does
the work; what it prints is kept and shown only when it fails. The result is read back
and checked, as a converter may leave float operators in silently.
"""

from __future__ import annotations

from typing import Any

from tinycnn.errors import ToolchainError
from tinycnn.models.backend import captured_stderr, tf
from tinycnn.training.grids import set_mode
from tinycnn.training.tflite_file import check_is_int8, rename_tensors

__all__ = ["convert_model"]

_CONVERTER = "tf.lite.TFLiteConverter"


def convert_model(twin: Any) -> bytes:
    """The int8 `.tflite` of `twin`.

    Raises:
        ToolchainError: If the converter fails.
        UnsupportedModelError: If an operator of the result is not in int8.
    """
    with captured_stderr() as captured:
        try:
            content = _converted(twin)
        except Exception as error:  # the converter raises many undocumented types
            failure: Exception | None = error
        else:
            failure = None
    if failure is not None:
        lines = str(failure).strip().splitlines() or [type(failure).__name__]
        raise ToolchainError(
            f"model '{twin.name}': converter failed: {lines[0]}",
            hint="the converter's own words are in the log",
            command=(_CONVERTER,),
            log=f"{captured.text}\n{failure}",
        ) from failure
    content = rename_tensors(content, [layer.name for layer in twin.layers])
    check_is_int8(content)
    return content


def _converted(twin: Any) -> bytes:
    set_mode(twin, "exports")
    try:
        signature = tf.TensorSpec((1, *twin.inputs[0].shape[1:]), tf.float32, "image")
        function = tf.function(
            lambda image: twin(image, training=False), autograph=False
        )
        converter = tf.lite.TFLiteConverter.from_concrete_functions(
            [function.get_concrete_function(signature)], tf.Module()
        )
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
        converter._experimental_disable_per_channel_quantization_for_dense_layers = any(
            not getattr(layer, "per_channel", True) for layer in twin.layers
        )
        return bytes(converter.convert())
    finally:
        set_mode(twin, "active")
