"""Files of PyTorch: pickles are never loaded, programs go through litert-torch."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.command import tinycnn_process
from tinycnn.errors import ToolchainError, UnsupportedModelError
from tinycnn.imports import Source, Wishes, environments, read_source
from tinycnn.imports.environments import ENVIRONMENTS

EXAMPLE = Path(__file__).parents[2] / "examples/pytorch"


def archive(*names: str) -> bytes:
    """A zip of empty files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, b"{}")
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        archive("net/data.pkl", "net/version"),  # torch.save
        archive("net/data.pkl", "net/code/net.py"),  # TorchScript
        b"\x80\x02}q\x00.",  # before PyTorch 1.6
    ],
)
def test_a_pickle_is_not_loaded(data: bytes) -> None:
    """But told how to become a program."""
    with pytest.raises(UnsupportedModelError) as caught:
        read_source(Source("net.pt", data), Wishes())

    assert str(caught.value) == (
        "net.pt: expected an exported program (.pt2), got a pickle, which is not "
        "loaded: it would run code, and has no layers without your class"
    )
    assert "torch.export.save(torch.export.export(" in str(caught.value.hint)


def test_a_program_needs_its_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the command that makes it."""
    monkeypatch.setattr(environments, "user_cache_path", lambda name: tmp_path)
    data = archive("net/archive_format", "net/models/model.json", "net/data.pkl")

    with pytest.raises(ToolchainError, match="expected the environment 'torch'"):
        read_source(Source("net.pt2", data), Wishes())


@pytest.mark.train
@pytest.mark.torch
def test_the_example_is_as_good_in_int8(tmp_path: Path) -> None:
    """A net trained in PyTorch, by the real packages."""
    environment = ENVIRONMENTS["torch"]
    if not environment.is_ready:
        pytest.skip("tinycnn import --setup torch  makes the environment")
    folder = shutil.copytree(EXAMPLE, tmp_path / "example")

    subprocess.run([sys.executable, "data.py"], cwd=folder, check=True)
    subprocess.run([str(environment.python), "train.py"], cwd=folder, check=True)

    done = tinycnn_process(
        *("import", "digits.pt2", "-o", "digits", "--data", "digits.npz"), cwd=folder
    )

    assert done.returncode == 0, done.stderr
    assert "by litert-torch a .tflite, within " in done.stdout
    assert "accuracy after, int8: 98." in done.stdout
