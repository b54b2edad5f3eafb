"""Within one run of the tests a compiler is asked the same thing once.

Hundreds of tests build firmware, and nearly all that they compile is the same: kernels,
harness, ports. zig keeps results by folder too, which is another one for each build.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import inspect
import os
import pkgutil
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["compiling_anew", "compiling_once"]

Run = Callable[[Sequence[str], Path], None]
_INCLUDE = re.compile(rb'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


@contextmanager
def compiling_once(folder: Path) -> Iterator[None]:
    """What tinycnn compiles in this process goes through the results in `folder`."""
    from tinycnn.firmware import compilers

    real = compilers.run_compiler

    @functools.wraps(real)
    def run(command: Sequence[str], work: Path) -> None:
        _run_once(real, command, work, folder)

    with _everywhere(run):
        yield


@contextmanager
def compiling_anew() -> Iterator[None]:
    """Within `compiling_once`, for what a kept result would answer falsely."""
    from tinycnn.firmware import compilers

    with _everywhere(inspect.unwrap(compilers.run_compiler)):
        yield


@contextmanager
def _everywhere(run: Run) -> Iterator[None]:
    """In each module that has it by its name."""
    import tinycnn.firmware as package

    with pytest.MonkeyPatch.context() as patch:
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            if hasattr(module, "run_compiler"):
                patch.setattr(module, "run_compiler", run)
        yield


def _run_once(real: Run, command: Sequence[str], work: Path, folder: Path) -> None:
    """What the command makes, its last word, from `folder`; a failure is not kept."""
    kept = folder / _digest(command, work)
    made = work / command[-1]
    if kept.exists():
        shutil.copy(kept, made)
        return
    real(command, work)
    part = folder / f"{kept.name}.{os.getpid()}.{made.name}"
    shutil.copy(made, part)
    part.replace(kept)


def _digest(command: Sequence[str], work: Path) -> str:
    """Of all that the command may read: its words, and files by name and content."""
    words = [str(word) for word in command]
    files = sorted(path for path in work.rglob("*") if path.is_file())
    if "-c" in words:
        source = work / words[words.index("-c") + 1]
        files = _read_by(source, files, words)
    files += [path for path in map(Path, words[1:]) if path.is_absolute()]
    digest = hashlib.sha256(repr((words, os.environ.get("PATH"))).encode())
    for path in files:
        if path.is_file():
            content = path.read_bytes()
            name = path.relative_to(work) if path.is_relative_to(work) else path
            digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _read_by(source: Path, files: list[Path], words: list[str]) -> list[Path]:
    """The file, and each that has the name of one that it includes, by any detour."""
    by_name: dict[str, list[Path]] = {}
    for path in files:
        by_name.setdefault(path.name, []).append(path)
    named = {Path(word).name for word in words}  # -include
    found, new = {source}, [source]
    while new:
        for path in new:
            named |= {
                Path(n.decode()).name for n in _INCLUDE.findall(path.read_bytes())
            }
        wanted = (path for name in named for path in by_name.get(name, ()))
        new = [path for path in wanted if path.suffix == ".h" and path not in found]
        found.update(new)
    return sorted(found)
