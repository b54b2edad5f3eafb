"""What both convolutions share: options, the output's size, the kernels' parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tinycnn.compiler.arithmetic.numerics import Numerics, quantize_multiplier
from tinycnn.compiler.ir.graph import Clamp, ClampedAttrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Int8Constants, Int32Constants, Params
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.activation import read_clamp
from tinycnn.compiler.operators.shared.border import Border
from tinycnn.compiler.operators.shared.weights import lower_weights, real_multipliers
from tinycnn.compiler.operators.shared.window import (
    Extent,
    Sides,
    Window,
    image_shape,
    read_window,
    window_output,
)
from tinycnn.errors import InvalidModelError

__all__ = [
    "ConvAttrs",
    "ConvolutionParams",
    "absorb_border",
    "check_padding",
    "convolution_window",
    "lower_convolution",
    "output_size",
    "read_convolution",
]


@dataclass(frozen=True, slots=True)
class ConvAttrs(ClampedAttrs):
    """Options of both kinds.

    Attributes:
        stride: Rows, columns.
        dilation: Rows, columns.
        padding: Top, left, bottom, right, in pixels.
        pads_batches: Whether some padding was that of a SPACE_TO_BATCH_ND.
    """

    stride: Extent
    dilation: Extent
    padding: Sides
    pads_batches: bool = False


@dataclass(frozen=True, slots=True)
class ConvolutionParams(Params):
    """What portable convolutions take: convolution.h."""

    ctype = "tcnn_conv_2d_params_t"
    input_height: int
    input_width: int
    input_channels: int
    output_height: int
    output_width: int
    output_channels: int
    kernel_height: int
    kernel_width: int
    stride_height: int
    stride_width: int
    dilation_height: int
    dilation_width: int
    pad_top: int
    pad_left: int
    input_zero_point: int
    output_zero_point: int
    clamp_min: int
    clamp_max: int
    multiplier: Int32Constants
    shift: Int8Constants


def read_convolution(raw: RawOp, activation: int, dilation: Extent) -> ConvAttrs:
    """The attributes of a convolution with 4-D weights.

    Raises:
        ModelError: If an option contradicts another or is not supported.
    """
    weights = raw.input(1).shape
    if len(weights) != 4:
        raise InvalidModelError(f"{raw.label}: expected 4-D weights, got {weights}")
    stride, padding = read_window(raw, (weights[1], weights[2]), dilation)
    return ConvAttrs(stride, dilation, padding, clamp=read_clamp(raw, activation))


def convolution_window(node: Node) -> Window:
    """What slides over the input."""
    attrs, (_, rows, columns, _) = node.attrs(ConvAttrs), node.input(1).shape
    return Window((rows, columns), attrs.stride, attrs.dilation, attrs.padding)


def absorb_border(node: Node, border: Border) -> ConvAttrs | None:
    """The attributes with a border as padding, if it holds the zero point."""
    attrs = node.attrs(ConvAttrs)
    if border.value != border.image.zero_point:
        return None
    return replace(attrs, padding=border.around(attrs.padding))


def check_padding(node: Node, numerics: Numerics) -> None:
    """Padding that was a batch's is right in TFLite Micro for a zero point of 0 only.

    Raises:
        UnsupportedModelError: If it is not.
    """
    zero_point = node.input().zero_point
    if numerics == "tflm" and node.attrs(ConvAttrs).pads_batches and zero_point:
        node.refuse(
            "TFLite Micro's SPACE_TO_BATCH_ND pads with 0, expected the zero point "
            f"{zero_point}",
            hint="use the numerics litert, or convert with a batch of 1",
        )


def output_size(node: Node) -> Extent:
    """Rows and columns of the output.

    Raises:
        ModelError: If the input is not one image as large as the window.
    """
    attrs, w = node.attrs(ConvAttrs), node.input(1).shape
    window = (w[1], w[2])
    return window_output(
        node, node.input(), window, attrs.dilation, attrs.stride, attrs.padding
    )


def lower_convolution(
    lowering: Lowering, node: Node, window: Window, clamp: Clamp
) -> tuple[ConvolutionParams, str, str]:
    """What a portable kernel takes; the C names of weights and bias.

    Args:
        lowering: Gets the constants.
        node: With inputs in the order activation, weights, bias.
        window: What slides, or for TRANSPOSE_CONV is laid down.
        clamp: Of the fused activation.
    """
    x, y = node.input(), node.output()
    reals = real_multipliers(node)
    if len(reals) == 1:
        reals *= y.shape[3]
    weights, bias = lower_weights(lowering, node)
    multiplier, shift = lowering.multipliers(
        node, [quantize_multiplier(real) for real in reals]
    )
    params = ConvolutionParams(
        *image_shape(x),
        *image_shape(y),
        *window.size,
        *window.stride,
        *window.dilation,
        *window.padding[:2],
        x.zero_point,
        y.zero_point,
        *clamp,
        multiplier,
        shift,
    )
    return params, weights, bias
