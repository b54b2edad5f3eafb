"""Stages that run only when their inputs changed, and leave nothing half-written.

A stage writes into a folder of its own; when it is done, its outputs move to the build
folder and a record of inputs and outputs is kept in `stages.json`. It runs again when
an input changed, or when an output is missing or was edited.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from tinycnn import __version__
from tinycnn.errors import TinycnnError
from tinycnn.files import move_in, write_whole

__all__ = ["Observer", "StageRunner", "hash_json", "hash_path"]

_RECORDS = "stages.json"


class Observer(Protocol):
    """Who is told how the work proceeds."""

    def stage(self, name: str, *, is_current: bool) -> None:
        """A stage starts, or is skipped because nothing changed."""

    def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
        """Part `done` of `total` of a long stage is finished."""


class StageRunner:
    """Runs the stages of one build folder.

    Args:
        folder: The build folder; made when it is missing.
        observer: Told of each stage.
    """

    def __init__(self, folder: Path, observer: Observer) -> None:
        self.folder = folder
        self.observer = observer

    def run(
        self, name: str, inputs: Mapping[str, object], action: Callable[[Path], None]
    ) -> str:
        """Bring one stage up to date; returns the digest of its outputs.

        Args:
            name: Name of the stage.
            inputs: All that its outputs depend on; JSON values.
            action: Writes the outputs into the folder that it is given.

        Raises:
            TinycnnError: If the build folder cannot be written.
        """
        key = hash_json({"tinycnn": __version__, "stage": name, **inputs})
        record = self._read_records().get(name, {})
        outputs = record.get("outputs", {})
        is_current = record.get("inputs") == key and self._are_present(outputs)
        self.observer.stage(name, is_current=is_current)
        if not is_current:
            outputs = self._execute(name, action)
            records = {
                **self._read_records(),
                name: {"inputs": key, "outputs": outputs},
            }
            self._write_records(records)
        return hash_json(outputs)

    def _execute(self, name: str, action: Callable[[Path], None]) -> dict[str, str]:
        partial = self.folder / f".{name}.partial"
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            action(partial)
            outputs = {p.name: hash_path(p) for p in sorted(partial.iterdir())}
            for output in outputs:
                move_in(partial / output, self.folder / output)
        except OSError as error:
            raise TinycnnError(
                f"{self.folder}: cannot be written: {error.strerror or error}",
                hint="check free space and permissions of the build folder",
            ) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return outputs

    def _are_present(self, outputs: Mapping[str, str]) -> bool:
        paths = ((self.folder / name, digest) for name, digest in outputs.items())
        return bool(outputs) and all(
            path.exists() and hash_path(path) == digest for path, digest in paths
        )

    def _read_records(self) -> dict[str, Any]:
        try:
            records = json.loads((self.folder / _RECORDS).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return records if isinstance(records, dict) else {}

    def _write_records(self, records: Mapping[str, Any]) -> None:
        text = json.dumps(records, indent=1, sort_keys=True)
        write_whole(f"{text}\n", self.folder / _RECORDS)


def hash_path(path: Path) -> str:
    """SHA-256 of a file, or of a folder's names and contents."""
    digest = hashlib.sha256()
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            digest.update(f"{entry.name}\0{hash_path(entry)}\0".encode())
    else:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def hash_json(value: object) -> str:
    """SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
