import pytest

from tests.compiler.emulator import Emulator, build_emulator
from tests.conftest import require_tool


@pytest.fixture(scope="session")
def emulators(tmp_path_factory: pytest.TempPathFactory) -> list[Emulator]:
    """All kernels for a Cortex-M4, by both compilers, for speed and for size."""
    require_tool("arm-none-eabi-gcc")
    folder = tmp_path_factory.mktemp("emulated")
    return [
        build_emulator(folder / "zig", flags=("-O2",)),
        build_emulator(folder / "gcc", compiler="arm-none-eabi-gcc", flags=("-Os",)),
    ]
