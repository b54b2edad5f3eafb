"""Damage to a build folder, by seed, and what a command must say of it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from tests.cli.command import tinycnn

__all__ = ["COMMANDS", "check_command", "damage"]

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("report",),
    ("validate", "--device", "host", "--count", "3"),
    ("profile",),
    ("analyze",),
    ("flash", "--dry-run"),
)
_LIMIT_S = 30
# What is said of a folder that is whole, too.
_TRUE = ("no image for a real",)
_PRETENDED = ("cannot be started", "expected an ELF file")
_VALUES: tuple[Any, ...] = (
    None,
    [],
    {},
    "",
    -1,
    0,
    1e308,
    float("nan"),
    10**30,
    True,
    [[[]]],
    "../x",
)


def damage(path: Path, seed: int) -> str:
    """Damage the file or folder `path`; returns how."""
    chance = random.Random(seed)
    ways = _WAYS + {".json": _JSON_WAYS, ".npy": _ARRAY_WAYS}.get(path.suffix, ())
    way = chance.choice(ways)
    way(path, chance)
    return way.__name__.strip("_")


def check_command(
    command: Sequence[str], folder: Path, damaged: Path, *, is_built: bool = True
) -> str:
    """Run `command` on the project `folder`; returns what is wrong with its end.

    Args:
        command: Its words; the project is added.
        folder: The project.
        damaged: The file that was damaged.
        is_built: False where the programs are no programs.
    """
    with _in_time():
        done = tinycnn(*command, folder, cwd=folder.parent)
    said = done.stderr
    lines = [line for line in said.splitlines() if line.startswith("error: ")]
    if "Traceback" in said or "unforeseen" in said or "interrupted" in said:
        return f"not foreseen: {said}"
    if done.returncode in (0, 1):
        return f"an error, yet exit code {done.returncode}: {said}" if lines else ""
    if any(words in said for words in _TRUE + (() if is_built else _PRETENDED)):
        return ""
    if done.returncode not in (2, 3) or len(lines) != 1:
        return f"exit code {done.returncode}: {said}"
    if damaged.name not in said and f"{folder / 'build'}" not in said:
        return f"which file? {said}"
    return "" if "run tinycnn build" in said else f"and now? {said}"


@contextmanager
def _in_time() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not done after {_LIMIT_S} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(_LIMIT_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _remove(path: Path, _: object = None) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _truncate(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size + 1))


def _empty(path: Path, _: object) -> None:
    os.truncate(path, 0)


def _zero(path: Path, _: object) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 8) if data else 0):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def _random(path: Path, chance: random.Random) -> None:
    path.write_bytes(chance.randbytes(chance.randrange(2000)))


def _folder(path: Path, _: object) -> None:
    _remove(path)
    (path / "deep").mkdir(parents=True)


def _pipe(path: Path, _: object) -> None:
    _remove(path)
    os.mkfifo(path)


def _loop(path: Path, _: object) -> None:
    _remove(path)
    path.symlink_to(path.name)


def _device(path: Path, _: object) -> None:
    _remove(path)
    path.symlink_to("/dev/zero")


def _huge(path: Path, _: object) -> None:
    os.truncate(path, 1 << 40)


def _unreadable(path: Path, _: object) -> None:
    path.chmod(0)  # root reads it all the same


def _other_json(path: Path, chance: random.Random) -> None:
    path.write_text(json.dumps(chance.choice(_VALUES)))


def _deep_json(path: Path, _: object) -> None:
    path.write_text("[" * 100_000)


def _other_value(path: Path, chance: random.Random) -> None:
    """Another value at a random place, or none."""
    value: Any = json.loads(path.read_text())
    place = value
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = chance.choice(keys)
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.3:
            if chance.random() < 0.3:
                del place[key]
            else:
                place[key] = chance.choice(_VALUES)
            break
        place = inner
    path.write_text(json.dumps(value))


def _other_array(path: Path, chance: random.Random) -> None:
    shape = [(), (0,), (3,), (2, 3, 4), (359, 10), (1, 10)][chance.randrange(6)]
    dtype = chance.choice(
        ["int8", "float32", "complex64", "U3", "bool", "datetime64[s]"]
    )
    np.save(path, np.zeros(shape, dtype))


def _lying_array(path: Path, chance: random.Random) -> None:
    """A header that promises another shape."""
    data = path.read_bytes()
    shape = chance.choice([b"(99999999999, 9)", b"(-1, 10)", b"(" * 60, b"()"])
    path.write_bytes(data.replace(b"(", shape, 1))


_Way = Callable[[Path, random.Random], None]
_WAYS: tuple[_Way, ...] = (
    *(_remove, _truncate, _empty, _zero, _flip, _random, _folder, _pipe, _loop),
    *(_device, _huge, _unreadable),
)
_JSON_WAYS: tuple[_Way, ...] = (_other_json, _deep_json, *[_other_value] * 10)
_ARRAY_WAYS: tuple[_Way, ...] = (*[_other_array] * 4, *[_lying_array] * 3)
