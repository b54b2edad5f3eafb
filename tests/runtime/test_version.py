"""The number that binds a generated model to the runtime it was made for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiler.models import conv_model
from tests.runtime.compiling import compile_c, write
from tinycnn.compiler import compile_tflite
from tinycnn.runtime import (
    VERSION_HEADER,
    firmware_dir,
    kernel_functions,
    kernel_headers,
    kernel_sources,
    runtime_digest,
)

# Of a model of 2026, whose runtime had a number typed by hand.
OLD_MODEL = Path(__file__).parent / "old_model"
REFUSED = "model and runtime do not fit together"


def changed_runtime(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the runtime with another text in one file."""
    shutil.copytree(firmware_dir(), folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return folder


@pytest.mark.parametrize(
    ("file", "old"),
    [
        ("include/tcnn/tcnn.h", "NHWC"),
        ("include/tcnn/harness.h", "COBS"),
        ("kernels/conv_2d/conv_2d.h", "CONV_2D"),
        ("kernels/conv_2d/winograd.c", "tile"),
    ],
)
def test_another_text_gives_another_number(file: str, old: str, tmp_path: Path) -> None:
    """Nobody has to remember to raise it."""
    same = tmp_path / "same"
    shutil.copytree(firmware_dir(), same)
    other = changed_runtime(tmp_path / "other", file, old, "other words")

    assert runtime_digest() == runtime_digest(same)
    assert runtime_digest(other) != runtime_digest()
    assert re.fullmatch("[0-9a-f]{8}", runtime_digest(other))


def test_a_model_compiles_beside_its_runtime_only(tmp_path: Path) -> None:
    """Beside one with another kernel, the compiler says what to do."""
    kernel = "kernels/conv_2d/portable.c"
    other = changed_runtime(tmp_path / "other", kernel, "sum = 0", "sum = 1")
    compilation = compile_tflite(conv_model(), name="m")
    kernels = compilation.program.kernels
    for name, root in (("a", firmware_dir()), ("b", other)):
        write(tmp_path / name, compilation.sources)
        write(tmp_path / name / "tcnn", kernel_sources(kernels, root=root))

    assert compile_c(tmp_path / "a", "-c", "m_model.c").returncode == 0
    refused = compile_c(tmp_path / "b", "-c", "m_model.c")
    assert refused.returncode != 0
    assert REFUSED in refused.stderr


def test_an_old_model_does_not_compile(tmp_path: Path) -> None:
    """Its calls and structs would all be accepted; the number is not."""
    sources = kernel_sources(kernel_functions())
    sources |= {path.name: path.read_text() for path in OLD_MODEL.iterdir()}
    headers = kernel_headers(kernel_functions())
    sources["kernels.h"] = "".join(f'#include "{header}"\n' for header in headers)
    write(tmp_path, sources)
    refused = compile_c(tmp_path, "-c", "model.c")

    assert refused.returncode != 0
    assert REFUSED in refused.stderr
    assert refused.stderr.count("error:") == 1


def test_models_of_one_version_share_their_kernels(tmp_path: Path) -> None:
    """The same functions twice in a program are linked once."""
    sources = kernel_sources(["tcnn_pad_s8"])
    write(tmp_path / "a", sources)
    write(tmp_path / "b", sources)
    files = ["a/pad_portable.c", "b/pad_portable.c", "main.c"]
    (tmp_path / "main.c").write_text(
        '#include "a/pad.h"\nint main(void) { return tcnn_pad_s8 == 0; }\n'
    )
    linked = compile_c(tmp_path, *files, "-o", "program")

    assert (linked.returncode, linked.stderr) == (0, "")


def test_models_of_two_versions_keep_their_kernels(tmp_path: Path) -> None:
    """Each calls its own, in one program."""
    kernel = "kernels/lookup/portable.c"
    other = changed_runtime(tmp_path / "other", kernel, "[i] =", "[i] = 1 +")
    use = (
        '#include "lookup.h"\n'
        "int use_{0}(void) {{\n"
        "    const tcnn_lookup_params_t params = {{1}};\n"
        "    static const int8_t table[256] = {{40}};\n"
        "    int8_t input = -128, output = 0;\n"
        "    tcnn_lookup_s8(&params, &input, table, &output);\n"
        "    return output;\n"
        "}}\n"
    )
    for name, root in (("a", firmware_dir()), ("b", other)):
        sources = kernel_sources(["tcnn_lookup_s8"], root=root)
        write(tmp_path / name, {**sources, f"use_{name}.c": use.format(name)})
    (tmp_path / "main.c").write_text(
        "int use_a(void);\nint use_b(void);\n"
        "int main(void) { return use_a() == 40 && use_b() == 41 ? 0 : 1; }\n"
    )
    files = [f"{name}/use_{name}.c" for name in "ab"]
    files += [f"{name}/lookup_portable.c" for name in "ab"]
    linked = compile_c(tmp_path, *files, "main.c", "-o", "program")

    assert (linked.returncode, linked.stderr) == (0, "")
    assert subprocess.run([tmp_path / "program"], check=False).returncode == 0


def test_every_function_that_others_call_gets_a_name_of_its_own() -> None:
    """Kernels, harness, ports and preprocessing; lines as clang-format leaves them."""
    header = kernel_sources([])[VERSION_HEADER]
    named = set(re.findall(r"#define (tcnn_\w+)", header))
    program = Path(sys.executable).parent / "clang-format"
    formatted = subprocess.run(
        [program, f"--assume-filename={firmware_dir() / VERSION_HEADER}"],
        input=header,
        capture_output=True,
        text=True,
        check=True,
    )

    assert {*kernel_functions(), "tcnn_harness_poll", "tcnn_port_read"} <= named
    assert {"tcnn_preprocess", "tcnn_packet_encode", "tcnn_decoder_payload"} <= named
    assert formatted.stdout == header
