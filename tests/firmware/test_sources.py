import pytest

from tinycnn.errors import ToolchainError
from tinycnn.firmware.sources import firmware_dir, runtime_sources


def test_a_checkout_uses_the_folder_beside_the_package():
    """An installed copy is for installed packages only."""
    assert firmware_dir().name == "firmware"
    assert (firmware_dir() / "kernels").is_dir()


def test_the_runtime_of_a_port_is_flat():
    """Headers, harness, port and the kernels asked for, by file name."""
    sources = runtime_sources(["tcnn_pad_s8"], port="arduino")

    assert {"tcnn.h", "harness.h", "tcnn_harness.c", "tcnn_port.cpp"} <= set(sources)
    assert "tcnn_pad_s8.c" in sources
    assert "tcnn_conv_2d_s8.c" not in sources


def test_an_unknown_kernel_is_named():
    """The message says which kernel has no file."""
    with pytest.raises(ToolchainError, match="kernel 'tcnn_x': expected a file"):
        runtime_sources(["tcnn_x"], port="arduino")
