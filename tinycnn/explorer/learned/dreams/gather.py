"""The pictures as the page is given them, each with what the int8 reference gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tinycnn.analysis.geometry import Field, trace_fields
from tinycnn.compiler import Graph
from tinycnn.explorer.exhibit import Exhibit
from tinycnn.explorer.learned.dreams.search import Search
from tinycnn.explorer.learned.dreams.targets import Target, choose_targets, gives_shares
from tinycnn.explorer.learned.entry import Entry, Pixels, find_entry
from tinycnn.explorer.learned.extremes import Extremes
from tinycnn.explorer.learned.patches import cut_patch, patch_side
from tinycnn.explorer.learned.real import RealNetwork
from tinycnn.explorer.learned.real.layer import to_real
from tinycnn.explorer.learned.sample import Sample
from tinycnn.reference import run_isolated
from tinycnn.reference.every_tensor import Tensors, run_every_tensor

__all__ = ["gather_dreams"]

_MOST_SIDE = 64  # pixels of a picture that is shown
_NO_PICTURE = "Only a network whose one input is a picture in eight bits has some."


def gather_dreams(
    exhibit: Exhibit,
    graph: Graph,
    sample: Sample,
    extremes: Mapping[int, Extremes],
    on_step: Callable[[int, int], None],
) -> tuple[dict[str, Any], bytes]:
    """What is told of each picture, and all pixels end to end.

    Of each target two pictures: the one that was made, and of all images the one that
    gives most; last, that of free pixels.

    Args:
        exhibit: What is looked at.
        graph: Its model.
        sample: Real images.
        extremes: What they gave.
        on_step: Told of steps done and in all.
    """
    entry = find_entry(graph)
    if entry is None:
        return {"missing": _NO_PICTURE, "pictures": []}, b""
    network = entry.network(graph)
    targets = choose_targets(graph, network.tensors, extremes)
    missing = _tell_unknown(network)
    if not targets:
        return {"missing": missing, "pictures": []}, b""
    build = exhibit.made.build if exhibit.made else None
    usual = np.rint(entry.to_pixels(sample.rows).mean(axis=0)).astype(np.uint8)
    search = Search(graph, network, entry.picture, usual, targets)
    found = search.find(build, on_step)
    best = [_find_best(extremes, target) for target in targets]
    real = entry.to_pixels(sample.rows[best])
    judged = _judge(exhibit, graph, entry, found, real)
    told = [judged.tell(i, target) for i, target in enumerate(targets)]
    for one, image in zip(told, best, strict=True):
        one["image"] = int(sample.indices[image])
    noise = judged.measure(len(targets), targets[0])
    cuts = [judged.cut(i, target) for i, target in enumerate(targets)]
    cuts.append(judged.cut_one(len(targets), targets[0]))
    return {
        "missing": missing,
        "pictures": told,
        "noise": {"value": noise.value, "share": noise.share},
        "images": len(sample.rows),
    }, b"".join(cuts)


def _tell_unknown(network: RealNetwork) -> str:
    if not network.unknown:
        return ""
    kinds = ", ".join(network.unknown)
    return f"What lies behind {kinds} has none: its slopes are not known here."


def _find_best(extremes: Mapping[int, Extremes], target: Target) -> int:
    """The place of the image that gives a target most."""
    one = extremes[target.tensor]
    images = one.of_smallest if target.sign < 0 else one.of_largest
    return int(images[target.number if len(images) > 1 else 0])


def _judge(
    exhibit: Exhibit, graph: Graph, entry: Entry, found: Pixels, real: Pixels
) -> _Judged:
    """All of them before the reference, and each that was made with mixed pixels.

    Those have the same brightness and colours, and no shape.
    """
    chance = np.random.default_rng(1)
    flat = found.reshape(len(found), -1, found.shape[-1])
    mixed = np.stack([chance.permutation(one) for one in flat]).reshape(found.shape)
    pictures = np.concatenate([found, mixed, real])
    run = partial(run_isolated, reference=exhibit.numerics)
    rows = entry.to_rows(pictures)
    given = run_every_tensor(exhibit.content, graph, rows, run)
    return _Judged(graph, pictures, given, len(found))


@dataclass(frozen=True, slots=True)
class _Measured:
    """What a picture gives.

    Attributes:
        value: The number that it was made for, as the tensor holds it.
        place: Its row and column in a map.
        share: What the network answers for the class, 0 to 1; None of a
            channel, and where answers are no shares.
    """

    value: int
    place: tuple[int, int]
    share: float | None


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """Pictures with all that the reference made of them.

    Attributes:
        graph: The network.
        pictures: Those made, as many mixed, then the best real ones.
        given: By tensor, in that order.
        made: How many were made.
    """

    graph: Graph
    pictures: Pixels
    given: Tensors
    made: int

    def tell(self, index: int, target: Target) -> dict[str, Any]:
        """Facts of one target."""
        own = self.measure(index, target)
        return {
            "kind": target.kind,
            "tensor": f"t{target.tensor}",
            "number": target.number,
            "side": list(self._shown(target)),
            "value": own.value,
            "share": own.share,
            "mixed": self.measure(self.made + index, target).value,
            "best": self.measure(2 * self.made + index, target).value,
        }

    def measure(self, row: int, target: Target) -> _Measured:
        """What a picture gives for a target."""
        values = self.given[target.tensor][row]
        if target.kind == "class":
            value = int(values.reshape(-1)[target.place])
            return _Measured(value, (0, 0), self._share(row, target))
        of_channel = values[0, :, :, target.number]
        at = divmod(int(of_channel.argmax()), of_channel.shape[1])
        return _Measured(int(of_channel[at]), at, None)

    def cut(self, index: int, target: Target) -> bytes:
        """The pixels of a target's picture, then of the best real one."""
        real = 2 * self.made + index
        return self.cut_one(index, target) + self.cut_one(real, target)

    def cut_one(self, row: int, target: Target) -> bytes:
        """The part of a picture that the number sees; all of it for a class."""
        place = self.measure(row, target).place
        fields, side = self._fields(target), self._side(target)
        cut = cut_patch(self.pictures[row], place, fields, side, self._shown(target))
        return cut.tobytes()

    def _share(self, row: int, target: Target) -> float | None:
        if not gives_shares(self.graph):
            return None
        output = self.graph.tensors[self.graph.outputs[0]]
        shares = to_real(output, self.given[output.id][row]).reshape(-1)
        share = float(shares[target.place])
        return 1 - share if target.sign < 0 else share

    def _fields(self, target: Target) -> tuple[Field, Field]:
        if target.kind == "channel":
            return trace_fields(self.graph)[target.tensor]
        rows, columns = self.pictures.shape[1:3]
        return Field(rows), Field(columns)

    def _side(self, target: Target) -> tuple[int, int]:
        return patch_side(self._fields(target), self.pictures.shape[1:3])

    def _shown(self, target: Target) -> tuple[int, int]:
        rows, columns = self._side(target)
        return min(rows, _MOST_SIDE), min(columns, _MOST_SIDE)
