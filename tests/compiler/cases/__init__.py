"""Random one-operator models, each from a seed; every draw is valid for the reference.

One file a family, found by its `CASES`: operators -> functions from a generator to a
model.
"""

import pkgutil
from importlib import import_module

from tests.compiler.cases.draw import Draw, draw_inputs, draw_rows

__all__ = ["CASES", "Draw", "draw_inputs", "draw_rows"]

CASES: dict[str, Draw] = {
    kind: draw
    for module in pkgutil.iter_modules(__path__, f"{__name__}.")
    for kind, draw in getattr(import_module(module.name), "CASES", {}).items()
}
