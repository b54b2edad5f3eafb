"""What the arrays of an archive mean: which hold images, which labels, in which layout.

Names and shapes come in, `Reading`s go out. Images and labels are found by the names
that people give them, for one heap or for splits, or by their shapes where two arrays
leave no choice. Layouts that can mean one thing only are taken, and a note says as
what; everything becomes uint8, NHWC, grey or RGB.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import SPLITS
from tinycnn.datasets.split import find_split
from tinycnn.errors import DatasetError

__all__ = ["Arrays", "arrange_images", "find_arrays", "flatten_alpha"]

_SPLIT = r"(?P<{0}>train(?:ing)?|val(?:id(?:ation)?)?|dev|test(?:ing)?)"
_ROLES = {
    "x": r"x|images?|imgs?|pictures?|data|inputs?|features?|samples?",
    "y": r"y|labels?|targets?|class_ids?|label_ids?",
}
_NAMES = {
    role: re.compile(
        rf"(?:{_SPLIT.format('before')}[_ .-]?(?:set[_ .-])?)?(?:{words})"
        rf"(?:[_ .-]?{_SPLIT.format('after')}(?:[_ .-]?set)?)?"
    )
    for role, words in _ROLES.items()
}
_SAVE_HINT = "save it by numpy.savez(path, x=images, y=labels)"
_CHANNELS = (1, 3, 4)

Arrays = tuple[tuple[str, str, str], ...]
"""For each split, "" if there are none: its name, the images' key, the labels' key."""


def find_arrays(
    path: Path, keys: Sequence[str], shape_of: Callable[[str], tuple[int, ...]]
) -> tuple[Arrays, tuple[str, ...]]:
    """Which arrays of `keys` are the images and the labels, and notes.

    Args:
        path: The archive, for messages.
        keys: The names of its arrays.
        shape_of: Gives the shape of one; asked only if no name says anything.

    Raises:
        DatasetError: If there is no choice that is the only one.
    """
    table = _by_name(path, keys)
    if not table:
        return _by_shape(path, keys, shape_of)
    for split in sorted(table):
        _require_both(path, keys, split, table[split])
    if "" in table and len(table) > 1:  # x and y beside x_test and y_test
        table.setdefault("train", table[""])
    images = {table[split]["x"] for split in ("", "train") if split in table}
    if len(images) != 1:
        got = sorted(images) or [found["x"] for found in table.values()]
        raise DatasetError(
            f"{path}: expected one array of images to train on, got {_quote(got)}",
            hint=_SAVE_HINT,
        )
    order = SPLITS if "train" in table else ("",)
    arrays = tuple((s, table[s]["x"], table[s]["y"]) for s in order if s in table)
    return arrays, _name_notes(arrays)


def arrange_images(
    subject: str, x: NDArray[np.generic], labels_shape: tuple[int, ...]
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """The images as (N, H, W, 1, 3 or 4), and notes on how that was understood.

    Args:
        subject: The array, as messages name it.
        x: Images in any layout.
        labels_shape: Of their labels, which tells where N is.

    Raises:
        DatasetError: If the layout is none or could be two.
    """
    shape = x.shape
    x, notes = _images_first(x, labels_shape)
    if x.ndim == 3:
        if x.shape[-1] in _CHANNELS:  # as windows of a sensor's axes have it
            notes.append(f"grey images of {x.shape[1]} rows of {x.shape[2]} pixels")
        x = x[..., np.newaxis]
    if x.ndim != 4 or not set(x.shape[1::2]) & set(_CHANNELS):
        raise DatasetError(
            f"{subject}: expected uint8 images of shape (N, H, W) or "
            f"(N, H, W, 1, 3 or 4), got {x.dtype} {shape}",
            hint=_shape_hint(x),
        )
    x, more = _channels_last(subject, x, shape)
    told = (f"{subject}: {shape} is taken as {note}" for note in (*notes, *more))
    return x, tuple(told)


def _images_first(
    x: NDArray[np.generic], labels_shape: tuple[int, ...]
) -> tuple[NDArray[np.generic], list[str]]:
    """The array with its images along the first axis, rows of pixels as squares."""
    shape, notes = x.shape, []
    # Where more images than rows or columns are told apart from a miscounted set.
    is_last = shape[-1] in labels_shape and shape[-1] > max(shape[:-1], default=0)
    if x.ndim > 1 and shape[0] not in labels_shape and is_last:
        x = np.moveaxis(x, -1, 0)
        notes.append("images along the last axis")
    if x.ndim == 2 and len(x) in labels_shape:
        side = math.isqrt(x.shape[1])
        if side > 1 and side * side == x.shape[1]:
            x = x.reshape(-1, side, side)
            notes.append(f"rows of {side}x{side} grey pixels")
    return x, notes


def _channels_last(
    subject: str, x: NDArray[np.generic], shape: tuple[int, ...]
) -> tuple[NDArray[np.generic], list[str]]:
    """(N, H, W, C) of it or of (N, C, H, W); refused where it could be either."""
    first, last = x.shape[1], x.shape[3]
    if first in _CHANNELS[1:] and last in _CHANNELS[1:]:
        raise DatasetError(
            f"{subject}: expected a shape of one meaning, got {shape}: {first} rows of "
            f"{last} channels, or {first} channels of {last} columns",
            hint="pad the images to 5 pixels or more a side and save them as NHWC",
        )
    if last not in _CHANNELS:
        return np.moveaxis(x, 1, -1), ["channels before rows and columns"]
    if first in _CHANNELS:
        return x, [f"{first} row{'s'[: first > 1]} of {last} channels"]
    return x, []


def flatten_alpha(
    subject: str, images: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """RGBA on white, as pictures in a folder are; other images as they are.

    Raises:
        DatasetError: If every pixel is transparent.
    """
    if images.shape[-1] != 4:
        return images, ()
    alpha = images[..., 3:]
    if alpha.max() == 0:
        raise DatasetError(
            f"{subject}: expected visible pixels, got RGBA whose alpha is 0 everywhere",
            hint="save the first three channels only",
        )
    colours = images[..., :3]
    if alpha.min() == 255:
        return colours, (f"{subject}: 4 channels are taken as RGBA, all opaque",)
    flat = np.empty(colours.shape, np.uint8)
    for n, (colour, a) in enumerate(zip(colours, alpha, strict=True)):
        on_white = colour.astype(np.uint32) * a + 255 * (255 - a.astype(np.uint32))
        flat[n] = (on_white + 127) // 255
    return flat, (f"{subject}: 4 channels are taken as RGBA, on white",)


def _by_name(path: Path, keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """The keys that say what they hold, by split and by role."""
    table: dict[str, dict[str, str]] = {}
    for key in keys:
        role, split = _role(key)
        is_beside = {"x", "y"} <= set(keys) and key not in ("x", "y")
        if not role or (is_beside and not split):
            continue  # where `x` and `y` are, `data` is something else
        other = table.setdefault(split, {}).setdefault(role, key)
        if other != key:
            raise DatasetError(
                f"{path}: expected one array of {'images' if role == 'x' else 'labels'}"
                f", got {_quote((other, key))}",
                hint=_SAVE_HINT,
            )
    return table


def _role(key: str) -> tuple[str, str]:
    """("x" or "y", split or "") that a name says; empty if it says nothing.

    >>> [_role(k) for k in ("X_train", "valLabels", "test_set_x", "arr_0")]
    [('x', 'train'), ('y', 'validation'), ('x', 'test'), ('', '')]
    """
    for role, pattern in _NAMES.items():
        found = pattern.fullmatch(key.lower())
        if found:
            split = found["before"] or found["after"]
            return role, SPLITS[find_split(split)] if split else ""
    return "", ""


def _require_both(
    path: Path, keys: Sequence[str], split: str, found: Mapping[str, str]
) -> None:
    missing = next((role for role in ("x", "y") if role not in found), None)
    if missing is None:
        return
    names = {
        role: found.get(role, f"{role}_{split}" if split else role)
        for role in ("x", "y")
    }
    raise DatasetError(
        f"{path}: expected arrays '{names['x']}' and '{names['y']}', "
        f"'{names[missing]}' is missing, got {_list_keys(keys)}",
        hint=_SAVE_HINT,
    )


def _by_shape(
    path: Path, keys: Sequence[str], shape_of: Callable[[str], tuple[int, ...]]
) -> tuple[Arrays, tuple[str, ...]]:
    """The two arrays of an archive that holds no others and no telling names."""
    if len(keys) == 2:
        labels, images = sorted(keys, key=lambda key: len(shape_of(key)))
        if len(shape_of(labels)) <= 2 < len(shape_of(images)):
            note = f"'{images}' is taken as images and '{labels}' as labels, by shape"
            return (("", images, labels),), (note,)
    raise DatasetError(
        f"{path}: expected arrays 'x' and 'y', 'x' is missing, got {_list_keys(keys)}",
        hint=_SAVE_HINT,
    )


def _name_notes(found: Arrays) -> tuple[str, ...]:
    if found == (("", "x", "y"),):
        return ()
    return tuple(
        f"'{x}' and '{y}' are taken as the images and labels"
        f"{f' of {split}' if split else ''}"
        for split, x, y in found
    )


def _shape_hint(x: NDArray[np.generic]) -> str:
    if x.ndim == 2 and x.shape[1] % 3 == 0:
        return (
            "rows of colours can be pixels or planes: reshape them to (N, H, W, 3), "
            "from planes by reshape(-1, 3, H, W).transpose(0, 2, 3, 1)"
        )
    return "grey, RGB and RGBA images are read, all of one size"


def _list_keys(keys: Sequence[str]) -> str:
    return ", ".join(f"{key}.npy" for key in sorted(keys)[:8]) or "nothing"


def _quote(keys: Sequence[str]) -> str:
    return " and ".join(f"'{key}'" for key in keys)
