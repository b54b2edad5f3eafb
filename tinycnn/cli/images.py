"""The options that say which images a device is asked for, and when to stop."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args

import click

from tinycnn.choices import ImageOrder
from tinycnn.cli.choice import OneOf

if TYPE_CHECKING:
    from tinycnn.workbench import ImageChoice

__all__ = ["image_options"]

_AGREEMENT, _CONFIDENCE = 0.995, 0.99
_OPTIONS = (
    click.option(
        "--count",
        type=click.IntRange(min=1),
        help="So many images, or random frames: of images, half of them those that the "
        "model is least sure of, half by chance.",
    ),
    click.option(
        "--order",
        type=OneOf(get_args(ImageOrder)),
        help="Least sure ones first (risk, which is usual), by chance, or as given.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="Of what chance decides.",
    ),
    click.option(
        "--agreement",
        type=click.FloatRange(0, 1, min_open=True),
        help="Stop as soon as it is shown whether so large a share of all images is "
        f"equal; with --confidence alone {_AGREEMENT:g}.",
    ),
    click.option(
        "--confidence",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        help=f"How sure that must be; with --agreement alone {_CONFIDENCE:g}.",
    ),
)


def image_options(command: Callable[..., object]) -> Callable[..., object]:
    """--count, --order, --seed, --agreement, --confidence: `images` for `command`."""

    @functools.wraps(command)
    def with_images(
        *,
        count: int | None,
        order: ImageOrder | None,
        seed: int,
        agreement: float | None,
        confidence: float | None,
        **arguments: Any,
    ) -> object:
        images = _choose(count, order, seed, agreement, confidence)
        return command(images=images, **arguments)

    for option in reversed(_OPTIONS):
        with_images = option(with_images)
    return with_images


def _choose(
    count: int | None,
    order: ImageOrder | None,
    seed: int,
    agreement: float | None,
    confidence: float | None,
) -> ImageChoice:
    from tinycnn.harness import StopRule
    from tinycnn.workbench import ImageChoice

    if agreement is None and confidence is None:
        return ImageChoice(count, order, seed)
    rule = StopRule(
        confidence=_CONFIDENCE if confidence is None else confidence,
        agreement=_AGREEMENT if agreement is None else agreement,
    )
    return ImageChoice(count, order, seed, rule)
