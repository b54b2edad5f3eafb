"""What a network expects of a pixel, as data.

A pixel of 0 to 255 is a share of white, p / 255; a network takes it as
(share - mean) / deviation, with one mean and deviation for all channels or one for
each. A project names the usual ones, or gives the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SCALINGS", "UNIT", "Scaling", "name_scaling"]


@dataclass(frozen=True, slots=True)
class Scaling:
    """From shares of white to what a network takes.

    Attributes:
        mean: What is subtracted of a share, one number or one a channel.
        deviation: What the rest is divided by, as many.
    """

    mean: tuple[float, ...] = (0.0,)
    deviation: tuple[float, ...] = (1.0,)


UNIT = Scaling()
SCALINGS = {
    "0..1": UNIT,
    "-1..1": Scaling((0.5,), (0.5,)),
    "0..255": Scaling((0.0,), (1 / 255,)),
    "imagenet": Scaling((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}


def name_scaling(scaling: Scaling) -> str:
    """Its name, or its numbers.

    >>> name_scaling(Scaling((0.5,), (0.5,))), name_scaling(Scaling((0.1,), (0.25,)))
    ('-1..1', 'mean 0.1, deviation 0.25')
    """
    for name, known in SCALINGS.items():
        if scaling == known:
            return name
    mean, deviation = (
        "/".join(f"{n:g}" for n in numbers)
        for numbers in (scaling.mean, scaling.deviation)
    )
    return f"mean {mean}, deviation {deviation}"
