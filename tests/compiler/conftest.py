from pathlib import Path

import pytest

from tests.compiler.executor import Executor, build_executor


@pytest.fixture(scope="session")
def executor(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Executor:
    """All kernels as a shared library, compiled once until one of them changes."""
    cache = getattr(pytestconfig, "cache", None)  # absent with -p no:cacheprovider
    folder = cache.mkdir("kernels") if cache else tmp_path_factory.mktemp("kernels")
    return build_executor(Path(folder))
