"""Model sources -> a project folder of PlatformIO, ESP-IDF or the Pico SDK.

    NAME/                   platformio.ini, or CMakeLists.txt and what belongs to it
    NAME/src/main.cpp       PlatformIO: setup() and loop(), as in the Arduino sketch
    NAME/main/main.c        ESP-IDF: app_main()
    NAME/main.c             Pico SDK
    NAME/.../tinycnn_NAME/  the model, its kernels, harness and port: a library of
                            PlatformIO, a component of ESP-IDF, a CMake target

All build with no tinycnn installed, say in a README.md how, and list in sbom.cdx.json
what they hold. A folder is written beside its place and swapped in: it is whole or as
it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tinycnn.about import __version__
from tinycnn.analysis.receive import DEFAULT_RECEIVE, ReceiveBuffer
from tinycnn.boards import Board
from tinycnn.choices import Framework
from tinycnn.errors import ProjectError
from tinycnn.firmware.bill import BILL, Part, bill_of_firmware
from tinycnn.firmware.dialect import dialect_header
from tinycnn.firmware.folder import FirmwareProject, check_name, license_text, swap_in
from tinycnn.firmware.sources import runtime_sources, served_headers, serving_features
from tinycnn.rendering import render, render_c

__all__ = ["ESP_IDF", "PICO_SDK", "PLATFORMIO", "Layout"]

_NO_LIBRARIES: Mapping[str, str] = MappingProxyType({})
_TEMPLATES = "firmware/templates"


@dataclass(frozen=True)
class Layout:
    """Where a framework wants its files.

    Attributes:
        framework: Its name.
        port: The folder of the harness's port.
        mark: The file that shows that a folder is such a project.
        home: The folder of the model's sources; holds the model's name.
        files: The template of each generated file, by its path in the same form.
        release: What it needs, for the bill of materials.
    """

    framework: Framework
    port: str
    mark: str
    home: str
    files: Mapping[str, str]
    release: str

    def __call__(
        self,
        folder: Path,
        *,
        name: str,
        model_sources: Mapping[str, str],
        kernels: Sequence[str],
        board: Board,
        libraries: Mapping[str, str] = _NO_LIBRARIES,
        model_sha256: str = "",
        receive: ReceiveBuffer = DEFAULT_RECEIVE,
    ) -> FirmwareProject:
        """The project `folder`/`name`, replacing an earlier one of that name.

        Args:
            folder: Where the project's own folder goes.
            name: Prefix of the model's C names.
            model_sources: The C and C++ files of model, app and dialect, by their
                paths.
            kernels: The kernel functions that it calls.
            board: Whose names the framework has.
            libraries: There are none for these frameworks.
            model_sha256: Digest of the `.tflite` file, for the bill of materials.
            receive: The buffer for the next image.

        Raises:
            ProjectError: If `name` cannot name a project, the framework lacks the
                board, or the folder holds other files.
            ToolchainError: If a kernel is not known.
        """
        check_name("project", name)
        if self.framework not in board.frameworks:
            known = " or ".join(board.frameworks)
            raise ProjectError(
                f"{board.title}: {self.framework} does not support it",
                hint=f"set framework in tinycnn.toml to {known}, or take another board",
            )
        speaks_text = dialect_header(name) in model_sources
        runtime = runtime_sources(
            kernels, port=self.port, receive=receive, speaks_text=speaks_text
        )
        sources = {**runtime, **model_sources}
        values = {
            "name": name,
            "version": __version__,
            "board": board,
            "port": self.port,
            "headers": served_headers(name, sources),
            "compiled": sorted(p for p in sources if p.endswith((".c", ".cpp"))),
            "has_camera": False,
            "libraries": libraries,
            **serving_features(name, sources),
        }
        files = {
            path.format(name=name): _render(template, values)
            for path, template in self.files.items()
        }
        home = self.home.format(name=name)
        files |= {f"{home}/{path}": text for path, text in sources.items()}
        files["LICENSE"] = license_text()
        needs = [Part("framework", self.framework, self.release)]
        files[BILL] = bill_of_firmware(
            name, files, model_sha256=model_sha256, needs=needs
        )
        swap_in(folder / name, self.mark, files)
        compiled = (path for path in files if path.endswith((".c", ".cpp")))
        return FirmwareProject(name, folder / name, tuple(sorted(compiled)), receive)


PLATFORMIO = Layout(
    framework="platformio",
    port="arduino",
    mark="platformio.ini",
    home="lib/tinycnn_{name}/src",
    files={
        "README.md": "platformio/README.md",
        "platformio.ini": "platformio/platformio.ini",
        "src/main.cpp": "platformio/main.cpp",
        "lib/tinycnn_{name}/library.json": "platformio/library.json",
        "lib/tinycnn_{name}/src/tinycnn_{name}.h": "arduino/library.h",
    },
    release="6",
)

ESP_IDF = Layout(
    framework="esp-idf",
    port="esp_idf",
    mark="sdkconfig.defaults",
    home="components/tinycnn_{name}",
    files={
        "README.md": "esp_idf/README.md",
        "CMakeLists.txt": "esp_idf/CMakeLists.txt",
        "sdkconfig.defaults": "esp_idf/sdkconfig.defaults",
        "main/CMakeLists.txt": "esp_idf/main.cmake",
        "main/main.c": "main.c",
        "components/tinycnn_{name}/CMakeLists.txt": "esp_idf/component.cmake",
        "components/tinycnn_{name}/idf_component.yml": "esp_idf/idf_component.yml",
    },
    release="5.1",
)

PICO_SDK = Layout(
    framework="pico-sdk",
    port="pico_sdk",
    mark="main.c",
    home="tinycnn_{name}",
    files={
        "README.md": "pico_sdk/README.md",
        "CMakeLists.txt": "pico_sdk/CMakeLists.txt",
        "main.c": "main.c",
    },
    release="2",
)


def _render(template: str, values: Mapping[str, object]) -> str:
    draw = render_c if template.endswith((".c", ".cpp", ".h")) else render
    return draw(f"{_TEMPLATES}/{template}.j2", **values)
