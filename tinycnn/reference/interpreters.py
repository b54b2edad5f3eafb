"""Which interpreter computes which numerics: how it is loaded, and who it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tinycnn.reference.litert import identify_litert, load_litert
from tinycnn.reference.reference import ReferenceIdentity, RunRows
from tinycnn.reference.tflm import identify_tflm, load_tflm

__all__ = ["IDENTIFIERS", "LOADERS"]

LOADERS: Mapping[str, Callable[[bytes], RunRows]] = MappingProxyType(
    {"litert": load_litert, "tflm": load_tflm}
)
IDENTIFIERS: Mapping[str, Callable[[], ReferenceIdentity]] = MappingProxyType(
    {"litert": identify_litert, "tflm": identify_tflm}
)
