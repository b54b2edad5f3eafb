import pytest

from tests.compiler.executor import build_executor


@pytest.fixture(scope="session")
def executor(tmp_path_factory):
    """All kernels as a shared library."""
    return build_executor(tmp_path_factory.mktemp("kernels"))
