"""What a route makes of a file that somebody else's tools wrote, and what it is given.

A route is one module with one `ROUTE`: how it tells its files, by their content, and
how one becomes a Keras model to be trained on or a finished int8 `.tflite`. It writes
nothing; the project is written once all is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tinycnn.scaling import Scaling

__all__ = ["Imported", "Kind", "LoadImages", "Route", "Run", "Source", "Wishes"]

Kind = Literal["keras", "int8"]
Run = Callable[[NDArray[np.float32]], NDArray[np.float32]]
LoadImages = Callable[[tuple[int, int, int]], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What is imported.

    Attributes:
        name: As messages call it: a path, or that of an archive and a file in it.
        data: The bytes of a file; empty of a folder.
        path: Where it lies, for files beside it; None within an archive.
    """

    name: str
    data: bytes = b""
    path: Path | None = None

    @property
    def suffix(self) -> str:
        """The end of its name, small, with the dot; empty without."""
        return Path(self.name).suffix.lower()


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """What the user gives beside the file.

    Attributes:
        images: The images to calibrate with, uint8 of shape (N, height, width,
            channels), for the shape that the network takes; None without data.
        pixels: What the network expects of a pixel; None if nobody said.
    """

    images: LoadImages | None = None
    pixels: Scaling | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """A network that a project can hold.

    Attributes:
        kind: "keras" goes into quantization, "int8" is a finished `.tflite`.
        content: The bytes of the `.keras` or the `.tflite`.
        labels: The names of its classes, in order; empty if the file does not say.
        pixels: What it expects of a pixel; None if the file does not say.
        run: Real outputs of the original, (N, outputs), for real inputs as it takes
            them, (N, height, width, channels); None if it cannot be run.
        said: What was understood and done, a line each, for people.
    """

    kind: Kind
    content: bytes
    labels: tuple[str, ...] = ()
    pixels: Scaling | None = None
    run: Run | None = None
    said: tuple[str, ...] = ()

    def after(self, *lines: str) -> Imported:
        """The same, with `lines` said before its own."""
        return replace(self, said=(*lines, *self.said))


@dataclass(frozen=True, slots=True)
class Route:
    """A kind of file and what is made of it.

    Attributes:
        title: What the files are, with an article, as "an ONNX model".
        matches: Tells one by its content; must not import what is slow.
        read: What it becomes. Raises a TinycnnError that names what cannot be done.
        facts: For the documentation: what it needs and what it becomes.
    """

    title: str
    matches: Callable[[Source], bool]
    read: Callable[[Source, Wishes], Imported]
    facts: Mapping[str, Any] = field(default_factory=dict)
