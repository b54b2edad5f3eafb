"""The operators that the compiler supports: a file or a folder a family.

All that is known of an operator stands in its place; `shared` has the rules that many
name. A module that lists operators in `OPERATORS` is found by that alone.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType

from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["CHAIN", "MOVE", "OPERATORS", "Operator", "supported_kinds"]


def _find_operators() -> Iterator[Operator]:
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        yield from getattr(import_module(module.name), "OPERATORS", ())


OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {operator.kind: operator for operator in _find_operators()}
)

# The planner's own, which no file can ask for: a tensor at another place, and operators
# that run together.
CHAIN, MOVE = sorted(k for k, operator in OPERATORS.items() if operator.code is None)


def supported_kinds() -> list[str]:
    """The operators on activations that a file may have, sorted."""
    return sorted(
        kind
        for kind, operator in OPERATORS.items()
        if operator.code is not None and operator.read is not None
    )
