"""Which interpreter has which name: how it is loaded, and who it is.

Those of a `Numerics` are what generated code can equal. LiteRT's faster kernels are
there to be recognised: those of the XNNPACK delegate, which it takes by itself, and the
optimized ones without a delegate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from tinycnn.reference.litert import REFERENCE_KERNELS, identify_litert, load_litert
from tinycnn.reference.reference import ReferenceIdentity, RunRows
from tinycnn.reference.tflm import identify_tflm, load_tflm

__all__ = ["IDENTIFIERS", "LOADERS"]

_KERNELS = {
    "litert": REFERENCE_KERNELS,
    "litert-xnnpack": "AUTO",
    "litert-optimized": "BUILTIN_WITHOUT_DEFAULT_DELEGATES",
}
LOADERS: Mapping[str, Callable[[bytes], RunRows]] = MappingProxyType(
    {name: partial(load_litert, kernels=kernels) for name, kernels in _KERNELS.items()}
    | {"tflm": load_tflm}
)
IDENTIFIERS: Mapping[str, Callable[[], ReferenceIdentity]] = MappingProxyType(
    {name: partial(identify_litert, kernels) for name, kernels in _KERNELS.items()}
    | {"tflm": identify_tflm}
)
