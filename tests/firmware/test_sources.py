from tinycnn.analysis.receive import ReceiveBuffer
from tinycnn.firmware.sources import runtime_sources


def test_the_runtime_of_a_port_is_flat() -> None:
    """Headers, harness, port and the kernels asked for, in one folder."""
    sources = runtime_sources(
        ["tcnn_pad_s8"], port="arduino", receive=ReceiveBuffer(1024, 812)
    )

    assert {
        f"tcnn/{name}"
        for name in ("tcnn.h", "harness.h", "tcnn_harness.c", "tcnn_port.cpp")
    } <= set(sources)
    assert "tcnn/pad_portable.c" in sources
    assert "#define TCNN_RECEIVE_BYTES 1024u" in sources["tcnn/tcnn_receive.h"]
    assert "tcnn/conv_2d_portable.c" not in sources
    assert {path.rpartition("/")[0] for path in sources} == {"tcnn"}
