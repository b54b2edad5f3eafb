"""Operators that hold scales of their own, as the float operators that they stand for.

The QOperator format has QLinearConv(x, its scale, its zero point, w, ...) for what the
QDQ format has as DequantizeLinear -> Conv -> QuantizeLinear. One row of the table tells
which inputs are integers, and which two the output's grid is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["expand"]


@dataclass(frozen=True, slots=True)
class _Form:
    """How an operator lists its inputs.

    Attributes:
        kind: The float operator.
        integers: Where each integer input is; scale and zero point follow it.
        output: Where the output's scale is; its zero point follows.
        bias: Where an int32 bias is, of scale input x weight.
        repeats: That inputs of three go on to the end.
        extra: Inputs that are handed on as they are.
    """

    kind: str
    integers: tuple[int, ...] = (0,)
    output: int = 3
    bias: int | None = None
    repeats: bool = False


_TWO = (0, 3)
_FORMS = {
    "QLinearConv": _Form("Conv", _TWO, 6, bias=8),
    "QLinearMatMul": _Form("MatMul", _TWO, 6),
    "QGemm": _Form("Gemm", _TWO, 7, bias=6),
    "QLinearAdd": _Form("Add", _TWO, 6),
    "QLinearMul": _Form("Mul", _TWO, 6),
    "QLinearSigmoid": _Form("Sigmoid"),
    "QLinearLeakyRelu": _Form("LeakyRelu"),
    "QLinearSoftmax": _Form("Softmax"),
    "QLinearAveragePool": _Form("AveragePool"),
    "QLinearGlobalAveragePool": _Form("GlobalAveragePool"),
    "QLinearReduceMean": _Form("ReduceMean"),
    "QLinearConcat": _Form("Concat", (2,), 0, repeats=True),
}
_OWN_SETTINGS = ("channels_last", "opset")  # of the form, not of the float operator


def expand(node: Any) -> Iterator[Any]:
    """The nodes that an ONNX node stands for; itself, if it holds no scales."""
    from onnx import helper

    form = _FORMS.get(node.op_type)
    channels_last = any(a.name == "channels_last" and a.i for a in node.attribute)
    if form is None or channels_last:
        yield node
        return
    name = node.name or node.output[0]
    names = [*node.input, *[""] * 9]
    places = form.integers
    if form.repeats:
        places = tuple(range(places[0], len(node.input), 3))
    inputs = []
    for place in places:
        inputs.append(f"{name}/{place}")
        triple = names[place : place + 3]
        yield _dequantize(
            triple, inputs[-1], _axis(form.kind, node) if place == 3 else 1
        )
    if form.bias is not None and names[form.bias]:
        scale, real = f"{name}/bias_scale", f"{name}/bias"
        yield helper.make_node("Mul", [names[1], names[4]], [scale])
        yield _dequantize([names[form.bias], scale, ""], real, 0)
        inputs.append(real)
    made = helper.make_node(form.kind, inputs, [f"{name}/real"], name=name)
    kept = [a for a in node.attribute if a.name not in _OWN_SETTINGS]
    made.attribute.extend(kept)
    yield made
    grid = [name for name in names[form.output : form.output + 2] if name]
    yield helper.make_node("QuantizeLinear", [f"{name}/real", *grid], list(node.output))


def _dequantize(inputs: list[str], output: str, axis: int) -> Any:
    from onnx import helper

    given = [name for name in inputs if name]
    return helper.make_node("DequantizeLinear", given, [output], axis=axis)


def _axis(kind: str, node: Any) -> int:
    """What the weights' scales belong to: output channels."""
    is_turned = any(a.name == "transB" and a.i for a in node.attribute)
    return 0 if kind == "Conv" or is_turned else 1
