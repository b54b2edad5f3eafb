import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiler.executor import Executor

FIRMWARE = Path(__file__).parents[2] / "firmware"


@pytest.fixture(scope="session")
def executor(tmp_path_factory):
    """All kernels as a shared library, built with the undefined-behaviour sanitizer."""
    library = tmp_path_factory.mktemp("kernels") / "kernels.so"
    command = [sys.executable, "-m", "ziglang", "cc", "-shared", "-fPIC", "-O2"]
    flags = ["-std=c11", "-fsanitize=undefined", "-fsanitize-trap=undefined"]
    include = f"-I{FIRMWARE / 'include' / 'tcnn'}"
    sources = map(str, sorted((FIRMWARE / "kernels").glob("*.c")))
    subprocess.run(
        [*command, *flags, include, *sources, "-o", str(library)], check=True
    )
    return Executor(library)
