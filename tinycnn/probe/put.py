"""Firmware that is no project's onto a board, by the board's own tools."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tinycnn.boards import Board
from tinycnn.choices import Framework
from tinycnn.device import PortOptions
from tinycnn.device.flash import Computer, Flashing, FlashJob
from tinycnn.device.opening import open_url
from tinycnn.device.upload import find_method, image_suffix
from tinycnn.errors import ToolchainError
from tinycnn.files import scratch_folder
from tinycnn.firmware import FirmwareProject
from tinycnn.firmware.vendor import build_with_vendor_tool, find_vendor_tool
from tinycnn.probe.program import probe_digest, write_probe
from tinycnn.workbench import Observer

__all__ = ["Placing", "put_probe"]


@dataclass(frozen=True, slots=True)
class Placing:
    """Which board firmware goes to, and how.

    Attributes:
        port: Where it is; None finds it by its USB ids.
    """

    board: Board
    framework: Framework
    port: str | None
    options: PortOptions

    def put(
        self, project: FirmwareProject, model_sha256: str, observer: Observer
    ) -> str:
        """Build and flash a project; where the board is then.

        Raises:
            ToolchainError: If the board's tools are missing or fail.
            DeviceError: If the board is not there, or does not run it afterwards.
        """
        with scratch_folder() as folder:
            observer.stage("build", is_current=False)
            image = self._build(project, folder)
            job = FlashJob(self.board, self._method, image, model_sha256)
            open_link = partial(open_url, dtr=self.options.dtr)
            flashing = Flashing(
                job,
                self.port,
                computer=Computer(open_link=open_link, options=self.options),
                on_page=lambda done, total: observer.progress("pages", done, total),
            )
            observer.stage("flash", is_current=False)
            for _, action in flashing.steps:
                action()
        return flashing.port

    @property
    def _method(self) -> str:
        return find_method(self.board, self.framework)

    def _build(self, project: FirmwareProject, folder: Path) -> Path:
        tool = find_vendor_tool(self.framework, self.board, {})
        if tool.missing:
            name = self.board.name
            text = f"{project.name}: cannot be built for a real {name}: {tool.missing}"
            raise ToolchainError(text, hint="or build the sketch in another way")
        build_with_vendor_tool(
            project, self.board, framework=self.framework, output=folder
        )
        return folder / f"{project.name}.{image_suffix(self._method)}"


def put_probe(
    board: Board,
    framework: Framework,
    port: str | None,
    options: PortOptions,
    observer: Observer,
) -> str:
    """Put the probe on a board; where that is then.

    Raises:
        ToolchainError: As `Placing.put` does.
        DeviceError: Likewise.
    """
    with scratch_folder() as folder:
        project = write_probe(folder, board, framework)
        return Placing(board, framework, port, options).put(
            project, probe_digest(), observer
        )
