import ctypes
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import require_module
from tinycnn.firmware.c_array import c_array


def test_needs_no_tensorflow() -> None:
    """The C array is written without importing TensorFlow."""
    code = (
        "import sys; from tinycnn.firmware.c_array import c_array; c_array(b'1'); "
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_source_holds_every_byte_in_order() -> None:
    """The bytes of the array are the bytes of the file, twelve on a line."""
    content = bytes(range(256)) * 3
    _, source = c_array(content)

    rows = [re.findall(r"0x(..),", line) for line in source.splitlines()]
    assert bytes.fromhex("".join(x for row in rows for x in row)) == content
    assert max(len(row) for row in rows) == 12
    assert "const unsigned int g_model_len = 768;" in source


def test_compiles_as_cpp11_without_warnings(tmp_path: Path) -> None:
    """A C++11 compiler takes the files; the array is aligned and holds the model."""
    require_module("ziglang")
    content = bytes(range(256))
    header, source = c_array(content)
    (tmp_path / "model_data.h").write_text(header)
    (tmp_path / "model_data.cc").write_text(source)
    zig = [sys.executable, "-m", "ziglang"]
    flags = ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-c", "model_data.cc"]

    subprocess.run([*zig, "c++", *flags], cwd=tmp_path, check=True)
    library = str(tmp_path / "model.so")
    objects = [str(tmp_path / "model_data.o"), "-o", library]
    subprocess.run([*zig, "cc", "-shared", *objects], check=True)
    model = (ctypes.c_ubyte * 256).in_dll(ctypes.CDLL(library), "g_model")
    length = ctypes.c_uint.in_dll(ctypes.CDLL(library), "g_model_len")

    assert (bytes(model), length.value) == (content, 256)
    assert ctypes.addressof(model) % 16 == 0
