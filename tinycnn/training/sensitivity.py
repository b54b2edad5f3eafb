"""Which layer costs the accuracy: each is quantized alone, the others stay in float.

In: a twin with its ranges, and images that it was not trained on. Out: accuracy and
loss with nothing quantized, with one layer at a time, and with all of them. A layer is
quantized with its weights and its output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tinycnn.datasets.dataset import Split
from tinycnn.tasks import Sensitivity
from tinycnn.training.fit import validation_of
from tinycnn.training.grids import set_mode

__all__ = ["measure_sensitivity"]


def measure_sensitivity(
    twin: Any,
    split: Split,
    *,
    on_layer: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Sensitivity, ...]:
    """Measure `twin` on `split`: nothing quantized, each layer alone, all.

    Args:
        twin: A calibrated or trained twin; it is as it was when this returns.
        split: Images to measure with; not those for the final test.
        on_layer: Called with the numbers of layers done and in all.
    """
    groups = _layers_by_name(twin)
    every = [layer for layers in groups.values() for layer in layers]
    cases = {"nothing": [], **groups, "all": every}
    found = []
    for name, layers in cases.items():
        with _quantized(twin, layers):
            loss, accuracy = validation_of(twin, split)()
        parameters = sum(
            layer.count_params() for layer in layers if hasattr(layer, "kernel")
        )
        found.append(Sensitivity(name, parameters, loss, accuracy))
        on_layer(len(found), len(cases))
    return tuple(found)


def _layers_by_name(twin: Any) -> dict[str, list[Any]]:
    """The layers that round, each with the grid that is named after it."""
    groups: dict[str, list[Any]] = {}
    for layer in twin.layers:
        if hasattr(layer, "mode") and getattr(layer, "rounds", True):
            groups.setdefault(layer.name.removesuffix("_grid"), []).append(layer)
    for layer in twin.layers:
        if getattr(layer, "kind", None) == "softmax":  # whose grid TFLite fixes
            del groups[layer.name]
    for image in twin.inputs:  # bytes are on their grid
        del groups[image._keras_history.operation.name]
    return groups


@contextmanager
def _quantized(twin: Any, layers: Sequence[Any]) -> Iterator[None]:
    """Quantize `layers` of `twin` and no others."""
    set_mode(twin, "float")
    for layer in layers:
        layer.mode = "simulates"
    try:
        yield
    finally:
        set_mode(twin, "active")
