"""The pictures of all targets, layer by layer; what was found before is read again."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from tinycnn.analysis.cost import count_costs
from tinycnn.analysis.geometry import trace_fields
from tinycnn.artifacts import BuildFolder, Dreams, hash_json
from tinycnn.compiler import Graph, Tensor
from tinycnn.explorer.learned.dreams.ascent import Climb, Way, climb
from tinycnn.explorer.learned.dreams.targets import Target
from tinycnn.explorer.learned.real import RealNetwork

__all__ = ["COSTS", "STEPS", "Search"]

STEPS, _FEWEST = 160, 40
_MOST_MACS = 6e10  # of all steps of all pictures: about a minute of one core
_PASSES = 2  # forward, and back to the input alone
# By kind: how smooth, and how near to the mean image.
COSTS = {"class": (0.5, 0.3), "channel": (0.5, 0.0)}
_METHOD = 2  # another finds other pictures


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What pictures are sought for.

    Attributes:
        graph: The network.
        network: The same in real numbers.
        picture: The tensor of eight bits that it begins with.
        usual: The mean of real images, shape (H, W, C).
        targets: At least one; those of a tensor together.
    """

    graph: Graph
    network: RealNetwork
    picture: Tensor
    usual: NDArray[np.uint8]
    targets: Sequence[Target]

    def find(
        self, build: BuildFolder | None, on_step: Callable[[int, int], None]
    ) -> NDArray[np.uint8]:
        """A picture a target, and last the first one's of free pixels: noise.

        Args:
            build: Where they are kept; None to find them anew.
            on_step: Told of steps done and in all.
        """
        groups = list(self._plan())
        key = self._key(groups)
        shape = (len(self.targets) + 1, *self.picture.shape[1:])
        known = build.dreams.read_if_there() if build else None
        if known is not None and known.made_of == key:
            pixels = np.frombuffer(base64.b64decode(known.pictures), np.uint8)
            return pixels.reshape(shape)
        done, total, found = 0, sum(way.steps for _, way in groups), []
        for targets, way in groups:
            wish = self._wish(targets)
            goal = Climb(self.network, self.picture, self.usual, *wish)
            found.append(climb(goal, way, partial(_count, on_step, done, total)))
            done += way.steps
        pictures = np.concatenate(found)
        if build is not None:
            text = base64.b64encode(pictures.tobytes()).decode()
            build.dreams.write(Dreams(key, text))
        return pictures

    def _plan(self) -> Iterator[tuple[list[Target], Way]]:
        """Which targets climb together, and how."""
        groups = [[*group] for _, group in groupby(self.targets, lambda t: t.tensor)]
        steps = self._affordable([*groups, self.targets[:1]])
        fields, size = trace_fields(self.graph), self.picture.shape[1:3]
        for group in groups:
            seen = zip(fields[group[0].tensor], size, strict=True)
            jitter = min(min(field.size, n) for field, n in seen) // 8
            smoothness, pull = COSTS[group[0].kind]
            yield group, Way(steps, jitter=jitter, smoothness=smoothness, pull=pull)
        yield [self.targets[0]], Way(steps, is_waves=False)

    def _affordable(self, groups: Sequence[Sequence[Target]]) -> int:
        """Steps of each, fewer for a network that computes much."""
        costs = (self._macs_to(group[0].tensor) * len(group) for group in groups)
        most = _MOST_MACS / (1 + _PASSES * sum(costs))
        return int(min(STEPS, max(_FEWEST, most)))

    def _macs_to(self, tensor: int) -> int:
        """Of all operators up to the one that writes a tensor."""
        total = 0
        for op, cost in zip(self.graph.ops, count_costs(self.graph), strict=True):
            total += cost.macs
            if tensor in op.outputs:
                break
        return total

    def _wish(self, targets: Sequence[Target]) -> tuple[int, NDArray[np.float32]]:
        """The tensor of targets, and what of it counts for each of their pictures."""
        tensor = self.graph.tensors[targets[0].tensor]
        wish = np.zeros((len(targets), tensor.size), np.float32)
        for row, target in zip(wish, targets, strict=True):
            row[target.place] = target.sign
        return tensor.id, wish.reshape(len(targets), *tensor.shape[1:])

    def _key(self, groups: Sequence[tuple[list[Target], Way]]) -> str:
        told = [[[asdict(t) for t in group], asdict(way)] for group, way in groups]
        usual = self.usual.ravel().tolist()
        return hash_json([_METHOD, self.graph.sha256, usual, told])


def _count(
    on_step: Callable[[int, int], None], before: int, total: int, step: int
) -> None:
    on_step(before + step, total)
