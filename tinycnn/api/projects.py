"""`tinycnn.load_project`: a folder with tinycnn.toml, from Python."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tinycnn.analysis.fit import analyze
from tinycnn.api.compiled import Compiled, choose_device
from tinycnn.api.progress import Progress, observer_of
from tinycnn.api.results import Profiled, Validated
from tinycnn.artifacts import BuildFolder, claim
from tinycnn.boards import load_board
from tinycnn.compiler import read_tflite
from tinycnn.compiler.reading.model_file import read_model
from tinycnn.datasets import Dataset
from tinycnn.pipeline import Workspace, bench_project, build_project, open_workspace
from tinycnn.pipeline.firmware import compile_project
from tinycnn.project import Project
from tinycnn.project import load_project as read_project
from tinycnn.workbench import ImageChoice, Observer, Subject
from tinycnn.workbench import profile as profile_subject
from tinycnn.workbench import validate as validate_subject

__all__ = ["OpenProject", "load_project"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OpenProject:
    """A project's folder.

    Attributes:
        folder: Where it is.
        settings: What its tinycnn.toml says.
        data_folder: Where published data sets lie, if not where they are downloaded to.
    """

    folder: Path
    settings: Project
    data_folder: Path | None = None

    def __repr__(self) -> str:
        return f"project '{self.settings.name}' in {self.folder}"

    @property
    def tflite(self) -> bytes:
        """The model that was built last.

        Raises:
            TinycnnError: If there is none yet.
        """
        return self.compiled().tflite

    @property
    def report(self) -> Path:
        """The page that the last build left."""
        return BuildFolder.of(self.folder).report

    @property
    def dataset(self) -> Dataset:
        """Its images and labels, split.

        Raises:
            DatasetError: If they cannot be had.
        """
        return self._open(observer_of(None)).dataset

    def build(self, *, progress: Progress | None = None) -> Compiled:
        """Run what changed of the whole chain: train, quantize, convert, compile, link.

        Raises:
            TinycnnError: If a stage fails; what earlier stages made stays.
        """
        workspace = self._open(observer_of(progress))
        with claim(workspace.build, _describe("build"), makes=True):
            build_project(workspace)
        return self.compiled()

    def compiled(self) -> Compiled:
        """The model that was built last, with the plan that its firmware has.

        Raises:
            TinycnnError: If there is none yet.
        """
        settings, target = self.settings, self.settings.target
        content = read_model(BuildFolder.of(self.folder).model)
        compilation = compile_project(settings, content)
        return Compiled(
            content,
            settings.name,
            load_board(target.board),
            target.numerics,
            target.optimize,
            compilation,
            analyze(compilation, file=read_tflite(content)),
        )

    def validate(
        self,
        *,
        count: int | None = None,
        device: str = "sim",
        progress: Progress | None = None,
    ) -> Validated:
        """Compare a device with the reference on the test images; kept for the report.

        Args:
            count: Only so many, first those that the reference is least sure of.
            device: As of `Compiled.validate`.
            progress: Called as the work proceeds.

        Raises:
            TinycnnError: If the project is not built as it is now, or the device fails.
        """
        observer, choice = observer_of(progress), choose_device(device)
        with self._on_bench("validate", ImageChoice(count), observer) as subject:
            return Validated(validate_subject(subject, choice, observer))

    def profile(
        self, *, device: str = "sim", progress: Progress | None = None
    ) -> Profiled:
        """Measure each operator; kept for the report.

        Raises:
            TinycnnError: If the project is not built as it is now, or the device fails.
        """
        observer, choice = observer_of(progress), choose_device(device)
        first = ImageChoice(1, "given")
        with self._on_bench("profile", first, observer) as subject:
            return Profiled(profile_subject(subject, choice, observer))

    @contextmanager
    def _on_bench(
        self, name: str, images: ImageChoice, observer: Observer
    ) -> Iterator[Subject]:
        """The project's subject, while its build folder is this call's."""
        workspace = self._open(observer)
        with claim(workspace.build, _describe(name), makes=False):
            yield bench_project(workspace, images)

    def _open(self, observer: Observer) -> Workspace:
        folders = (self.data_folder,) if self.data_folder else ()
        return open_workspace(self.folder, observer=observer, data_folders=folders)


def _describe(name: str) -> str:
    """What has the build folder, for whoever wants it meanwhile."""
    return f"tinycnn.load_project().{name}()"


def load_project(
    folder: str | os.PathLike[str] = ".",
    *,
    data_folder: str | os.PathLike[str] | None = None,
) -> OpenProject:
    """The project in a folder, as it is now.

    Args:
        folder: The folder, or its tinycnn.toml.
        data_folder: Where published data sets may lie; where TINYCNN_DATA says without.

    Raises:
        ProjectError: If the project file is missing or wrong.
    """
    found = data_folder or os.environ.get("TINYCNN_DATA")
    path = Path(folder)
    settings = read_project(path)
    place = path if path.is_dir() else path.parent
    return OpenProject(place, settings, Path(found) if found else None)
