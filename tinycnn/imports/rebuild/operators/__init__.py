"""The operators of float files that are built in Keras: a file a family.

A module that lists builders in `BUILDERS` is found by that alone.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType

from tinycnn.imports.rebuild.building import Builder

__all__ = ["BUILDERS"]


def _find_builders() -> Iterator[tuple[str, Builder]]:
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        yield from getattr(import_module(module.name), "BUILDERS", {}).items()


BUILDERS: Mapping[str, Builder] = MappingProxyType(dict(_find_builders()))
