from tinycnn.firmware.sources import runtime_sources


def test_the_runtime_of_a_port_is_flat():
    """Headers, harness, port and the kernels asked for, by file name."""
    sources = runtime_sources(["tcnn_pad_s8"], port="arduino")

    assert {"tcnn.h", "harness.h", "tcnn_harness.c", "tcnn_port.cpp"} <= set(sources)
    assert "pad_portable.c" in sources
    assert "conv_2d_portable.c" not in sources
