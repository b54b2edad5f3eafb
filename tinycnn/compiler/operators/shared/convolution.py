"""What both convolutions share: options, the output's size, the kernels' parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tinycnn.compiler.arithmetic.numerics import Numerics, quantize_multiplier
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Param
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.activation import clamp_params, read_clamp
from tinycnn.compiler.operators.shared.border import Border
from tinycnn.compiler.operators.shared.weights import lower_weights, real_multipliers
from tinycnn.compiler.operators.shared.window import (
    Extent,
    Sides,
    Window,
    read_window,
    window_output,
)
from tinycnn.errors import InvalidModelError

__all__ = [
    "ConvAttrs",
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
    lowering: Lowering, node: Node
) -> tuple[dict[str, Param], str, str]:
    """The fields of a tcnn_conv_2d_params_t; C names of weights and bias."""
    x, w, y = node.input(), node.input(1), node.output()
    attrs = node.attrs(ConvAttrs)
    reals = real_multipliers(node)
    if len(reals) == 1:
        reals *= y.shape[3]
    weights, bias = lower_weights(lowering, node)
    params: dict[str, Param] = {
        "input_height": x.shape[1],
        "input_width": x.shape[2],
        "input_channels": x.shape[3],
        "output_height": y.shape[1],
        "output_width": y.shape[2],
        "output_channels": y.shape[3],
        "kernel_height": w.shape[1],
        "kernel_width": w.shape[2],
        "stride_height": attrs.stride[0],
        "stride_width": attrs.stride[1],
        "dilation_height": attrs.dilation[0],
        "dilation_width": attrs.dilation[1],
        "pad_top": attrs.padding[0],
        "pad_left": attrs.padding[1],
        "input_zero_point": x.zero_point,
        "output_zero_point": y.zero_point,
        **clamp_params(attrs.clamp),
        **lowering.multipliers(node, [quantize_multiplier(r) for r in reals]),
    }
    return params, weights, bias
