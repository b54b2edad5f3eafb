import pytest

from tests.compiler.emulator import Emulator, build_emulator
from tests.conftest import require_tool
from tinycnn.choices import Family

Emulators = dict[Family, list[Emulator]]


@pytest.fixture(scope="session")
def emulators(tmp_path_factory: pytest.TempPathFactory) -> Emulators:
    """All kernels for a Cortex-M4 and an M0+, by both compilers, for speed and size."""
    require_tool("arm-none-eabi-gcc")
    folder = tmp_path_factory.mktemp("emulated")
    families: tuple[Family, ...] = ("dsp", "mul")
    return {
        family: [
            build_emulator(folder / f"zig-{family}", flags=("-O2",), family=family),
            build_emulator(
                folder / f"gcc-{family}",
                compiler="arm-none-eabi-gcc",
                flags=("-Os",),
                family=family,
            ),
        ]
        for family in families
    }
