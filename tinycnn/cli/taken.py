"""What `import` and `pull` print of a network that became a project."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinycnn.imports import Outcome
    from tinycnn.imports.measuring import Worth

__all__ = ["describe_outcome"]

_WHAT = {
    "keras": 'net.keras keeps its weights; method = "qat" trains it for int8',
    "int8": "net.tflite as it came",
}


def describe_outcome(found: Outcome, folder: Path, data: str | None) -> Iterator[str]:
    """What was found, what it is worth, and what to do next."""
    yield from found.said
    shape = " x ".join(map(str, found.image_shape))
    classes = f", {len(found.labels)} classes" if found.labels else ""
    yield f"images: {shape}{classes}"
    if found.worth is not None:
        yield from _describe_worth(found.worth)
    yield f"wrote {folder}: {_WHAT[found.kind]}"
    place = shlex.quote(str(folder))
    if data is None:
        yield (
            f"next: put images into {folder / 'images'}, a folder for each class in "
            "the order of\nthe outputs, or set [dataset] in tinycnn.toml; meanwhile:"
        )
        yield f"  tinycnn analyze {place}"
    else:
        yield f"next: tinycnn build {place}"


def _describe_worth(worth: Worth) -> Iterator[str]:
    right = f"{worth.after:.2%} of {worth.images:,} test images"
    if worth.before is None:
        yield f"accuracy in int8: {right}"
        return
    yield f"accuracy before, real numbers: {worth.before:.2%}"
    yield f"accuracy after, int8: {right}"
    if worth.lost or worth.won:
        changes = f": {', '.join(worth.changes)}" if worth.changes else ""
        yield f"int8 loses {worth.lost} images and wins {worth.won}{changes}"
