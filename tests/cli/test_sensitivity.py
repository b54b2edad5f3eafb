from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.cli.command import tinycnn
from tinycnn.cli.sensitivity import _to_rows


def test_an_untrained_project_is_told_to_train(tmp_path: Path) -> None:
    """Only what was trained can be sensitive."""
    tinycnn("init", "demo", cwd=tmp_path)
    result = tinycnn("analyze", "demo", "--sensitivity", cwd=tmp_path)

    assert result.returncode == 2
    assert "quantized.npz: not trained yet" in result.stderr
    assert "hint: run tinycnn train" in result.stderr


def test_changes_are_told_from_nothing_quantized() -> None:
    """Points of accuracy and loss, with their signs."""
    found: Any = (
        SimpleNamespace(layer="nothing", parameters=0, accuracy=0.98, loss=0.1),
        SimpleNamespace(layer="conv_1", parameters=1234, accuracy=0.97, loss=0.15),
    )

    assert list(_to_rows(found))[1] == (
        *("conv_1", "1,234", "97.00%", "-1.00", "0.1500", "+0.0500"),
    )
