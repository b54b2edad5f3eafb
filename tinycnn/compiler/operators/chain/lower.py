"""CHAIN -> one call of `tcnn_chain_s8`, and a C function a link.

Where the input arrives row by row, the call is one for each of its parts that come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tinycnn.compiler.ir.chain import Band, Chain, find_reach
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.ir.program import LinkCall
from tinycnn.compiler.operators.chain.attrs import chain_of
from tinycnn.compiler.operators.shared.links import lower_link

__all__ = ["BandParams", "ChainParams", "lower"]

Links = Annotated[str, "tcnn_link_t"]


@dataclass(frozen=True, slots=True)
class BandParams(Params):
    """A band: chain.h."""

    ctype = "tcnn_band_t"
    height: int
    row_bytes: int
    kept: int
    offset: int


@dataclass(frozen=True, slots=True)
class ChainParams(Params):
    """What the kernel takes: chain.h."""

    ctype = "tcnn_chain_params_t"
    input: BandParams
    count: int
    links: Links
    reach: int
    kernel_scratch: int


def lower(lowering: Lowering, node: Node) -> None:
    """Add the call, the links and their constants."""
    chain = chain_of(node)
    links = tuple(_lower_link(lowering, chain, i) for i in range(len(chain.links)))
    params = ChainParams(
        _lower_band(chain.bands[0]),
        len(links),
        f"chain{node.op.index}_links",
        find_reach([link.rows for link in chain.links]),
        chain.kernel_scratch,
    )
    scratch = lowering.scratch(node)
    function = "tcnn_chain_feed_s8" if chain.arrives else "tcnn_chain_s8"
    row_bytes = chain.bands[0].row_bytes if chain.arrives else 0
    lowering.call(node, function, params, scratch, links=links, fed_row_bytes=row_bytes)


def _lower_band(band: Band) -> BandParams:
    return BandParams(band.tensor.shape[1], band.row_bytes, band.rows, band.offset)


def _lower_link(lowering: Lowering, chain: Chain, number: int) -> LinkCall:
    link = chain.links[number]
    lowered = lower_link(link.views, lowering.name, lowering.numerics)
    assert lowered is not None, "chosen among those that can be lowered"
    lowering.arrays.extend(lowered.arrays)
    window = link.rows.window
    return lowered.in_chain(
        {
            "inputs": link.rows.inputs,
            "window": window.size,
            "stride": window.stride,
            "pad_top": window.padding,
            "at_once": link.rows.at_once,
            "output": _lower_band(chain.bands[number + 1]).fields,
        }
    )
