"""Fixtures for the readers' tests: small files of each kind, and damaged ones."""

from __future__ import annotations

import gzip
import hashlib
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tinycnn.datasets.download import RemoteFile
from tinycnn.datasets.idx import IdxSource

NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _mutants(data: bytes, *, seed: int, count: int) -> Iterator[bytes]:
    rng = np.random.Generator(np.random.PCG64(seed))
    for _ in range(count):
        mutant = bytearray(data)
        start, end = sorted(rng.integers(0, len(data) + 1, 2).tolist())
        kind = rng.integers(5)
        if kind == 0:
            del mutant[start:]
        elif kind == 1:
            del mutant[start : min(end, start + 16)]
        elif kind == 2:
            mutant[start:start] = rng.bytes(int(rng.integers(1, 16)))
        else:
            for position in rng.integers(0, len(data), rng.integers(1, 5)):
                mutant[position] = rng.choice(
                    [0x00, 0x7F, 0xFF, int(rng.integers(256))]
                )
        yield bytes(mutant)


def _idx_bytes(array: NDArray[np.uint8]) -> bytes:
    header = struct.pack(f">{1 + array.ndim}I", 0x0800 | array.ndim, *array.shape)
    return header + array.tobytes()


@pytest.fixture
def mutants() -> Callable[..., Iterator[bytes]]:
    """A function that yields `count` damaged copies of some bytes."""
    return _mutants


@pytest.fixture
def idx_bytes() -> Callable[[NDArray[np.uint8]], bytes]:
    """A function that writes an array as an IDX file."""
    return _idx_bytes


@pytest.fixture
def idx_source(tmp_path: Path) -> IdxSource:
    """A published data set of two classes; its files lie in `tmp_path/data/tiny`."""
    rng = np.random.Generator(np.random.PCG64(1))
    arrays = (
        rng.integers(0, 256, (20, 4, 4), np.uint8),
        np.tile(np.array([0, 1], np.uint8), 10),
        rng.integers(0, 256, (6, 4, 4), np.uint8),
        np.tile(np.array([0, 1], np.uint8), 3),
    )
    folder = tmp_path / "data" / "tiny"
    folder.mkdir(parents=True)
    files = []
    for name, array in zip(NAMES, arrays, strict=True):
        data = gzip.compress(_idx_bytes(array), mtime=0)
        (folder / name).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        files.append(RemoteFile(name, f"http://127.0.0.1:9/{name}", len(data), digest))
    return IdxSource("tiny", ("even", "odd"), tuple(files), validation_images=4)
