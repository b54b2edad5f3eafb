"""The Keras layers and operations that become int8 operators: a file a family.

All that is known of a layer stands in its place: how it is read as steps, what these
compute, how the reference rounds that, and TFLite's operator for it. A module that
lists readers in `READERS` is found by that alone: layers by their class, operations of
`keras.ops` by the name of theirs. What cannot be computed has a hint in `refused`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from tinycnn.models.flat import is_own, keras_class
from tinycnn.training.reading import Call, Place, Reading

__all__ = ["READERS", "Reader", "reader_of"]

# Reads a call as steps; gives the place of each output.
Reader = Callable[[Reading, Call], Place | list[Place]]


def _find_readers() -> Iterator[tuple[type | str, Reader]]:
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        yield from getattr(import_module(module.name), "READERS", {}).items()


READERS: Mapping[type | str, Reader] = MappingProxyType(dict(_find_readers()))
_OPERATIONS = ("keras.src.ops", "keras.src.activations")


def reader_of(operation: Any) -> Reader | None:
    """The reader of a layer or operation, if it computes what a class of Keras does."""
    if is_own(operation):
        return None
    kind = keras_class(operation)
    if kind.__module__.startswith(_OPERATIONS):
        return READERS.get(kind.__name__)
    return READERS.get(kind)
