"""CHAIN -> one call of `tcnn_chain_s8`, and a C function a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tinycnn.compiler.ir.chain import Chain, find_reach
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.ir.program import LinkCall
from tinycnn.compiler.operators.chain.attrs import chain_of
from tinycnn.compiler.operators.shared.links import lower_link

__all__ = ["ChainParams", "lower"]

Links = Annotated[str, "tcnn_link_t"]


@dataclass(frozen=True, slots=True)
class ChainParams(Params):
    """What the kernel takes: chain.h."""

    ctype = "tcnn_chain_params_t"
    input_height: int
    input_row_bytes: int
    count: int
    links: Links
    reach: int
    kernel_scratch: int


def lower(lowering: Lowering, node: Node) -> None:
    """Add the call, the links and their constants."""
    chain = chain_of(node)
    links = tuple(_lower_link(lowering, chain, i) for i in range(len(chain.links)))
    source = chain.bands[0]
    params = ChainParams(
        source.tensor.shape[1],
        source.row_bytes,
        len(links),
        f"chain{node.op.index}_links",
        find_reach([link.rows for link in chain.links]),
        chain.kernel_scratch,
    )
    scratch = lowering.scratch(node)
    lowering.call(node, "tcnn_chain_s8", params, scratch, links=links)


def _lower_link(lowering: Lowering, chain: Chain, number: int) -> LinkCall:
    link, band = chain.links[number], chain.bands[number + 1]
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
            "height": link.rows.height,
            "at_once": link.rows.at_once,
            "row_bytes": band.row_bytes,
            "kept": band.rows,
            "offset": band.offset,
        }
    )
