from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tinycnn.datasets import quantize_images

PIXELS = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)


def test_unit_scale_is_a_shift() -> None:
    """With scale 1/255 and zero point -128 a pixel is exactly itself minus 128."""
    quantized = quantize_images(PIXELS, scale=1 / 255, zero_point=-128)

    assert quantized.dtype == np.int8
    assert np.array_equal(quantized.astype(int), PIXELS.astype(int) - 128)


def test_the_float32_scale_of_a_model_is_the_same_shift() -> None:
    """The scale as a `.tflite` file stores it gives the same values."""
    scale = float(np.float32(1 / 255))

    quantized = quantize_images(PIXELS, scale=scale, zero_point=-128)

    assert np.array_equal(quantized.astype(int), PIXELS.astype(int) - 128)


@pytest.mark.parametrize("scale", [0.004, 0.0078431377, 0.01, 0.0235, 0.5])
@pytest.mark.parametrize("zero_point", [-128, -3, 0, 127])
def test_values_are_those_of_exact_arithmetic(scale: float, zero_point: int) -> None:
    """Every pixel equals the rule computed with fractions."""
    exact = [Fraction(v, 255) / Fraction(scale) + Fraction(1, 2) for v in range(256)]
    expected = [max(-128, min(127, int(value) + zero_point)) for value in exact]

    quantized = quantize_images(PIXELS, scale=scale, zero_point=zero_point)

    assert quantized.ravel().tolist() == expected


def test_halves_round_away_from_zero() -> None:
    """A pixel of 255 over scale 2 is one half, which becomes 1."""
    quantized = quantize_images(np.array([[255]], np.uint8), scale=2.0, zero_point=0)

    assert quantized.tolist() == [[1]]


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_scale_is_refused(scale: float) -> None:
    """A scale must be positive and finite."""
    with pytest.raises(ValueError, match="input scale: expected a positive number"):
        quantize_images(PIXELS, scale=scale, zero_point=0)


def test_only_uint8_images_are_quantized() -> None:
    """Float images are refused, not guessed at."""
    with pytest.raises(ValueError, match="images: expected uint8, got float64"):
        quantize_images(
            PIXELS / 255,  # type: ignore[arg-type]
            scale=1.0,
            zero_point=0,
        )
