"""`tinycnn validate` of a bare `.tflite` file, against the reference that is named."""

import json
from pathlib import Path

from tests.cli.command import tinycnn
from tests.cli.test_compile import ZERO_POINT, sigmoid_model
from tests.conftest import require_module

VALIDATE = ("validate", "net.tflite", "--device", "host", "--count", "2")


def test_the_reference_is_chosen(tmp_path: Path) -> None:
    """And named in what is found."""
    require_module("tflite_micro")
    (tmp_path / "net.tflite").write_bytes(sigmoid_model())
    done = tinycnn(*VALIDATE, "--json", cwd=tmp_path)
    refused = tinycnn(*VALIDATE, "--numerics", "tflm", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["reference"].startswith("ai-edge-litert ")
    assert refused.returncode == 3
    assert refused.stderr.startswith(
        f"error: net.tflite: tflite-micro refuses the model: {ZERO_POINT}"
    )
    assert refused.stderr.endswith(
        "hint: --numerics litert: its reference takes it (tried here)\n"
    )


def test_a_project_has_numerics_of_its_own(tmp_path: Path) -> None:
    """Those that its firmware was compiled for."""
    (tmp_path / "tinycnn.toml").write_text("")
    done = tinycnn("validate", ".", "--numerics", "tflm", cwd=tmp_path)

    assert done.returncode == 2
    assert "target.numerics in its tinycnn.toml" in done.stderr
