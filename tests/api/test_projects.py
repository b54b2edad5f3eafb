"""`tinycnn.load_project`: what it compiles is what the firmware has."""

from __future__ import annotations

from pathlib import Path

import pytest

import tinycnn
from tests.compiler.models import image_model
from tinycnn.artifacts import BuildFolder
from tinycnn.pipeline.firmware import compile_project

_TOML = """
name = "net"
[dataset]
name = "digits"
[model]
name = "tiny_cnn"
[target]
optimize = "ram"
"""


@pytest.mark.parametrize(
    "line", ['input = "rows"', "[budgets]\nram_bytes = 20_000", "[budgets]"]
)
def test_a_project_s_plan_is_the_firmware_s(tmp_path: Path, line: str) -> None:
    """With its budgets and the way its input comes, also on the bench."""
    (tmp_path / "tinycnn.toml").write_text(_TOML + line)
    build = BuildFolder.of(tmp_path)
    build.path.mkdir()
    build.model.write_bytes(image_model(1))
    project = tinycnn.load_project(tmp_path)
    firmware = compile_project(project.settings, build.model.read_bytes())

    found = project.compiled()

    assert found.compilation.objective == firmware.objective
    assert found.sources == firmware.sources
    benched = found.validate(device="host")
    assert benched
