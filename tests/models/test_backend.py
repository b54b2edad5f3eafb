import subprocess
import sys

import pytest

BLOCK_TENSORFLOW = """
import sys
sys.modules["keras"] = None
from tinycnn.errors import ToolchainError
try:
    import tinycnn.models.backend
except ToolchainError as error:
    print(error, "|", error.hint)
"""


def test_missing_tensorflow_is_an_error_with_a_remedy() -> None:
    """Without TensorFlow the error says what to install."""
    process = subprocess.run(
        [sys.executable, "-c", BLOCK_TENSORFLOW],
        capture_output=True,
        text=True,
        check=True,
    )

    assert process.stdout.startswith("tensorflow: expected version 2.19 or newer")
    assert 'pip install "tinycnn[train]"' in process.stdout


@pytest.mark.train
def test_import_is_silent() -> None:
    """Importing TensorFlow and Keras prints nothing at all."""
    process = subprocess.run(
        [sys.executable, "-c", "import tinycnn.models.backend"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert (process.stdout, process.stderr) == ("", "")
