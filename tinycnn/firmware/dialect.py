"""What firmware that speaks another dialect than packets adds to a model's sources.

`firmware/include/tcnn/mlperf.h` is the manual of the text dialect.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinycnn.about import __version__
from tinycnn.choices import Dialect
from tinycnn.compiler import Tensor
from tinycnn.errors import UnsupportedModelError
from tinycnn.rendering import render_c

__all__ = ["dialect_header", "dialect_sources"]


def dialect_header(name: str) -> str:
    """The header by which a firmware project is known to speak text."""
    return f"{name}_mlperf.h"


def dialect_sources(
    dialect: Dialect, name: str, inputs: Sequence[Tensor]
) -> dict[str, str]:
    """The C files by path that a dialect adds to the model's; none for packets.

    Args:
        dialect: What the firmware speaks.
        name: Prefix of its C names.
        inputs: Of the model.

    Raises:
        UnsupportedModelError: If pixels are to be sent to a model that takes none.
    """
    if dialect == "packets":
        return {}
    takes = [tensor.dtype for tensor in inputs]
    if dialect == "mlperf-pixels" and set(takes) != {"int8"}:
        raise UnsupportedModelError(
            f"dialect '{dialect}': expected an int8 input, got {', '.join(takes)}",
            hint="take dialect 'mlperf', which sends the inputs' bytes as they are",
        )
    text = render_c(
        "firmware/templates/mlperf.h.j2",
        name=name,
        version=__version__,
        input_bytes=sum(tensor.bytes for tensor in inputs),
        pixels="true" if dialect == "mlperf-pixels" else "false",
    )
    return {dialect_header(name): text}
