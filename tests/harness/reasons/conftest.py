from tests.compiler.conftest import executor

__all__ = ["executor"]
