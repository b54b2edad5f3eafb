"""Stages that run only when their inputs changed, and leave nothing half-written.

A stage writes into a folder of its own; when it is done, its outputs move to the build
folder and a record of inputs and outputs is kept there. It runs again when an input
changed, or when an output is missing, was edited, or is not what this tinycnn reads.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace

from tinycnn.about import __version__
from tinycnn.artifacts import BuildFolder, Inputs, Record, hash_path, is_unchanged
from tinycnn.errors import TinycnnError
from tinycnn.files import move_in
from tinycnn.workbench import Observer

__all__ = ["StageRunner"]


class StageRunner:
    """Runs the stages of one build folder.

    Args:
        build: The build folder; made when it is missing.
        observer: Told of each stage.
    """

    def __init__(self, build: BuildFolder, observer: Observer) -> None:
        self.build = build
        self.observer = observer

    def run(
        self, name: str, inputs: Inputs, action: Callable[[BuildFolder], None]
    ) -> str:
        """Bring one stage up to date; returns the digest of its outputs.

        Args:
            name: Name of the stage.
            inputs: All that its outputs depend on.
            action: Writes the outputs into the folder that it is given.

        Raises:
            TinycnnError: If the build folder cannot be written.
        """
        record = self._records.get(name)
        is_current = (
            record is not None
            and (record.tinycnn, record.inputs.key) == (__version__, inputs.key)
            and self._are_present(record.outputs)
        )
        self.observer.stage(name, is_current=is_current)
        if record is None or not is_current:
            record = Record(__version__, inputs, self._execute(name, action))
            self.build.records.write({**self._records, name: record})
        elif record.inputs.told != inputs.told:
            record = replace(record, inputs=inputs)
            self.build.records.write({**self._records, name: record})
        return record.digest

    def _execute(
        self, name: str, action: Callable[[BuildFolder], None]
    ) -> dict[str, str]:
        folder = self.build.path
        partial = folder / f".{name}.partial"
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            action(BuildFolder(partial))
            outputs = {p.name: hash_path(p) for p in sorted(partial.iterdir())}
            for output in outputs:
                move_in(partial / output, folder / output)
        except OSError as error:
            raise TinycnnError(
                f"{folder}: cannot be written: {error.strerror or error}",
                hint="check free space and permissions of the build folder",
            ) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return outputs

    def _are_present(self, outputs: Mapping[str, str]) -> bool:
        build = self.build
        return bool(outputs) and all(
            is_unchanged(build.path / name, digest) and build.is_readable(name)
            for name, digest in outputs.items()
        )

    @property
    def _records(self) -> dict[str, Record]:
        """What is known of earlier runs; torn records cost a run, never an error."""
        return self.build.records.read_if_there() or {}
