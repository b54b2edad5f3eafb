"""Mistakes with a model itself: other weights, operators that lose a part, rounding.

The `.tflite` is patched in place, byte by byte: no offset moves, and what a mistake
does not touch stays. Numbers of fields and kinds are those of TFLite's `schema.fbs`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from tinycnn.compiler.reading.flatbuffer import Table, root_table
from tinycnn.harness.mistakes.mistake import Given, Indices, Mistake, Trial

__all__ = ["ROUNDINGS", "leave_out_bias", "leave_out_relu", "leave_out_softmax"]
__all__ += ["list_model_mistakes", "use_first_scale"]

_MOST = 4096  # tables of a vector
_CONV, _DEPTHWISE, _DENSE, _SOFTMAX = 3, 4, 9, 25
_ACTIVATION = {0: 0, _CONV: 3, _DEPTHWISE: 4, _DENSE: 0, 1: 5, 17: 5, 41: 0, 18: 0}
_WEIGHTED = (_CONV, _DEPTHWISE, _DENSE)
ROUNDINGS = {
    "litert": "LiteRT's reference kernels",
    "tflm": "TFLite Micro",
    "litert-xnnpack": "LiteRT's XNNPACK delegate",
    "litert-optimized": "LiteRT's optimized kernels",
}
_Rewrite = Callable[[bytes], "bytes | None"]


def _subgraph(model: bytes) -> Table:
    return root_table(model, b"TFL3").tables(2, limit=_MOST)[0]


def _operators(model: bytes) -> Iterator[tuple[int, Table]]:
    """The operators with the codes of their kinds."""
    codes = root_table(model, b"TFL3").tables(1, limit=_MOST)
    for op in _subgraph(model).tables(3, limit=_MOST):
        code = codes[op.uint32(0)]
        yield max(code.int8(0), code.int32(3)), op


def leave_out_relu(model: bytes) -> bytes | None:
    """The model without the activations that are fused into its operators."""
    patched = bytearray(model)
    for kind, op in _operators(model):
        options = op.table(4)
        if kind in _ACTIVATION and options is not None:
            place = options.place(_ACTIVATION[kind])
            if place is not None:
                patched[place] = 0
    return _if_changed(model, patched)


def use_first_scale(kinds: tuple[int, ...], model: bytes) -> bytes | None:
    """The model whose weights all have their first channel's scale."""
    patched, tensors = bytearray(model), _subgraph(model).tables(0, limit=_MOST)
    for kind, op in _operators(model):
        inputs = op.array(1, np.int32)
        if kind not in kinds or inputs is None or len(inputs) < 2:
            continue
        quant = tensors[int(inputs[1])].table(4)
        if quant is not None:
            start, count = quant.span(2, 4)
            patched[start : start + 4 * count] = model[start : start + 4] * count
    return _if_changed(model, patched)


def leave_out_bias(model: bytes) -> bytes | None:
    """The model whose biases are all zero."""
    patched, root = bytearray(model), root_table(model, b"TFL3")
    buffers = root.tables(4, limit=_MOST)
    tensors = _subgraph(model).tables(0, limit=_MOST)
    for kind, op in _operators(model):
        inputs = op.array(1, np.int32)
        if kind not in _WEIGHTED or inputs is None or len(inputs) < 3:
            continue
        if (bias := int(inputs[2])) >= 0:  # -1: it has none
            start, count = buffers[tensors[bias].uint32(2)].span(0, 1)
            patched[start : start + count] = bytes(count)
    return _if_changed(model, patched)


def leave_out_softmax(model: bytes) -> bytes | None:
    """The model that answers what its last softmax is given."""
    start, count = _subgraph(model).span(2, 4)
    patched = bytearray(model)
    for kind, op in _operators(model):
        inputs, outputs = op.array(1, np.int32), op.array(2, np.int32)
        if kind != _SOFTMAX or inputs is None or outputs is None:
            continue
        for place in range(start, start + 4 * count, 4):
            if struct.unpack_from("<i", model, place)[0] == int(outputs[0]):
                struct.pack_into("<i", patched, place, int(inputs[0]))
    return _if_changed(model, patched)


def _if_changed(model: bytes, patched: bytearray) -> bytes | None:
    return None if patched == model else bytes(patched)


def _replay_rewritten(rewrite: _Rewrite, given: Given, picked: Indices) -> Trial | None:
    model = rewrite(given.model)
    if model is None:
        return None
    return Trial(model, given.numerics, given.inputs[picked])


def _replay_rounding(reference: str, given: Given, picked: Indices) -> Trial | None:
    if reference == given.numerics:
        return None
    return Trial(given.model, reference, given.inputs[picked])


def _replay_other(name: str, given: Given, picked: Indices) -> Trial:
    return Trial(given.others[name], given.numerics, given.inputs[picked])


def _rewritten(
    name: str, explanation: str, hint: str, rewrite: _Rewrite, family: str = ""
) -> Mistake:
    replay = partial(_replay_rewritten, rewrite)
    return Mistake(name, explanation, hint, replay, family or name)


_ENGINE = "update what runs the model on the device, or compile the model with tinycnn"


def list_model_mistakes(given: Given) -> Iterator[Mistake]:
    """What may have become of the model on the device."""
    for reference, name in ROUNDINGS.items():
        yield Mistake(
            f"rounding of {name}",
            f"the device rounds as {name}, the reference is {given.numerics}",
            f"compare with what the device runs, or compile for {given.numerics}",
            partial(_replay_rounding, reference),
            reference,
        )
    for name in given.others:
        yield Mistake(
            f"another model: {name}",
            f"the device runs {name}",
            "flash the firmware of this model",
            partial(_replay_other, name),
            "another model",
        )
    yield _rewritten(
        "per-channel scales of dense layers ignored",
        "all channels of dense weights are read with the first one's scale",
        "old copies of TFLite Micro do so: update it",
        partial(use_first_scale, (_DENSE,)),
        "scales",
    )
    yield _rewritten(
        "per-channel scales ignored",
        "all channels of all weights are read with the first one's scale",
        _ENGINE,
        partial(use_first_scale, _WEIGHTED),
        "scales",
    )
    yield _rewritten(
        "ReLU left out", "fused activations are not applied", _ENGINE, leave_out_relu
    )
    yield _rewritten("bias left out", "all biases are zero", _ENGINE, leave_out_bias)
    yield _rewritten(
        "softmax left out",
        "the outputs are those before the softmax",
        "read the model's own output tensor",
        leave_out_softmax,
    )
