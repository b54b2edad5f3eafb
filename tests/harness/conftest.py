"""Programs built from the device's C sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import require_module, require_tool
from tests.harness.c_build import ZIG, Build, compile_c, host_sources


@pytest.fixture(scope="session")
def build_host(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds the counting model's program, by further compiler flags, of more files."""
    require_module("ziglang")
    folder = tmp_path_factory.mktemp("host")

    def build(
        *flags: str, compiler: list[str] | None = None, more: Sequence[Path] = ()
    ) -> Path:
        name = "host" + "".join(flags).replace("/", "_").replace("=", "")
        target = folder / f"{name}{'_gcc' if compiler else ''}.exe"
        if not target.exists():
            start = [*(compiler or ZIG), "-O1", "-DTCNN_MODEL=counting_model", *flags]
            compile_c(start, [*host_sources(), *more], target)
        return target

    return build


@pytest.fixture
def counting_host(build_host: Build) -> Path:
    """The program: output = input + 1, then the number of runs."""
    return build_host("-fsanitize=undefined", "-fsanitize-trap=undefined")


@pytest.fixture
def gcc() -> list[str]:
    """The system's gcc, with address sanitizer."""
    require_tool("gcc")
    return ["gcc", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
