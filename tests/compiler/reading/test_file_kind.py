"""What is given in a `.tflite` file's place is named by its content."""

import ast
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.command import tinycnn
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import read_tflite
from tinycnn.compiler.reading.file_kind import find_kind
from tinycnn.compiler.reading.model_file import read_model
from tinycnn.errors import UnsupportedModelError

KERAS = "tf.lite.TFLiteConverter.from_keras_model("


def archive(*names: str) -> bytes:
    """A zip archive of small files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name in names:
            file.writestr(name, "{}")
    return stream.getvalue()


def picture(kind: str) -> bytes:
    """A grey picture."""
    stream = io.BytesIO()
    Image.new("L", (4, 4)).save(stream, kind)
    return stream.getvalue()


def array(*, several: bool = False) -> bytes:
    """What numpy saves."""
    stream = io.BytesIO()
    if several:
        np.savez(stream, a=np.zeros(3), b=np.zeros(2))
    else:
        np.save(stream, np.zeros(3))
    return stream.getvalue()


def field(number: int, value: bytes | int) -> bytes:
    """A field of a protocol buffer's message."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


NODE = field(1, b"x") + field(2, b"Placeholder")
OTHERS = [
    (b"\x89HDF\r\n\x1a\n" + bytes(9), "an HDF5 file (Keras .h5)", KERAS),
    (archive("config.json", "model.weights.h5"), "a Keras model (.keras)", KERAS),
    (archive("m/data.pkl", "m/data/0"), "a PyTorch model (.pt)", "onnx2tf"),
    (archive("m/saved_model.pb"), "a zip archive of a SavedModel", "unpack it"),
    (archive("readme.txt"), "a zip archive", "unpack it"),
    (archive("readme.txt")[:-9], "a broken zip archive", "fetch"),
    (b"\x80\x02\x8a\nl\xfc", "a pickle (PyTorch .pt)", "onnx2tf"),
    (
        field(1, 8) + field(2, b"pytorch") + field(7, b"g") + field(8, b"o"),
        "an ONNX model",
        "onnx2tf -i m -oiqt",
    ),
    (
        field(1, 1) + field(2, b"graph"),
        "a SavedModel's saved_model.pb",
        "from_saved_model(",
    ),
    (field(1, NODE) * 3, "a frozen graph of TensorFlow (.pb)", "SavedModel"),
    (array(), "an array of numpy (.npy)", "--inputs"),
    (array(several=True), "arrays of numpy (.npz)", "--inputs"),
    *(
        (picture(kind), f"a {kind} picture", "tinycnn classify")
        for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF")
    ),
    (picture("WEBP"), "a WebP picture", "tinycnn classify"),
    (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS", "pull"),
    (b"\x1f\x8b\x08", "a gzip archive", "unpack"),
    (b"<!DOCTYPE html><p>404", "a web page", "download"),
    (b"", "an empty file", "fetch"),
    (b"layers: 3\n", "text", "give a .tflite file"),
    (bytes(range(256)), "an unknown file", "give a .tflite file"),
]


@pytest.mark.parametrize(
    ("data", "title", "remedy"), OTHERS, ids=[case[1] for case in OTHERS]
)
def test_a_file_is_named_by_its_content(
    tmp_path: Path, data: bytes, title: str, remedy: str
) -> None:
    """One line, whatever its name says, and what makes an int8 file of it."""
    (tmp_path / "m").write_bytes(data)
    with pytest.raises(UnsupportedModelError) as caught:
        read_model(tmp_path / "m")

    assert str(caught.value) == f"{tmp_path}/m: expected a .tflite file, got {title}"
    assert remedy in str(caught.value.hint)


def test_a_c_array_is_turned_back(tmp_path: Path) -> None:
    """The lines of the hint do it."""
    numbers = ", ".join(f"0x{n:02x}" for n in b"\x1c\0\0\0TFL3 and more")
    text = (
        f'#include "m.h"\nalignas(8) const unsigned char g_model[] = {{\n{numbers}}};'
    )
    (tmp_path / "model_data.cc").write_text(text)
    kind = find_kind(text.encode())
    lines = kind.hint(str(tmp_path / "model_data.cc")).splitlines()[1:]
    code = "\n".join(line[2:] for line in lines)
    code = code.replace("model.tflite", str(tmp_path / "model.tflite"))
    exec(compile(code, "hint", "exec"), {})

    assert kind.title == "a C array (model_data.cc)"
    assert (tmp_path / "model.tflite").read_bytes() == b"\x1c\0\0\0TFL3 and more"


@pytest.mark.parametrize(
    "command", ["compile -o out", "analyze", "validate", "profile"]
)
def test_every_command_says_so(tmp_path: Path, command: str) -> None:
    """A SavedModel is a folder, but no project; the hint is a program."""
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/saved_model.pb").write_bytes(b"")
    (tmp_path / "net.keras").write_bytes(archive("config.json", "model.weights.h5"))
    for name, title in (
        ("saved", "a SavedModel folder"),
        ("net.keras", "a Keras model (.keras)"),
    ):
        done = tinycnn(*command.split(), name, cwd=tmp_path)
        error, _, *lines = done.stderr.splitlines()

        assert done.returncode == 3
        assert error == f"error: {name}: expected a .tflite file, got {title}"
        assert name in lines[1]
        ast.parse("\n".join(line.removeprefix("  ") for line in lines))


def numbers_model(activation: str, weights: str) -> bytes:
    """A dense layer as other quantizations write it."""
    b = ModelBuilder()
    is_int16 = activation == "int16"
    x, y = (
        b.tensor(
            (1, n), "int8" if is_int16 else "float32", scale=0.1 if is_int16 else None
        )
        for n in (4, 2)
    )
    data = np.ones((2, 4), {"float16": np.float16}.get(weights, weights))
    is_half = weights == "float16"
    w = b.tensor((2, 4), "int8" if is_half else weights, scale=0.1, data=data)
    for tensor in (x, y):
        b.tensors[tensor].type = 7 if is_int16 else b.tensors[tensor].type
    b.tensors[w].type = 1 if is_half else b.tensors[w].type
    b.op("FULLY_CONNECTED", [x, w, -1], [y])
    return b.build([x], [y])


@pytest.mark.parametrize(
    ("activation", "weights", "kind"),
    [
        ("float32", "float32", "float32 numbers, without quantization"),
        (
            "float32",
            "int8",
            "dynamic-range quantization: int8 weights, float32 activations",
        ),
        ("float32", "float16", "float16 weights, computed with in float32"),
        ("int16", "int8", "int16 activations with int8 weights (int16x8)"),
    ],
)
def test_other_numbers_are_named(activation: str, weights: str, kind: str) -> None:
    """As what they are, before what they lack."""
    with pytest.raises(UnsupportedModelError) as caught:
        read_tflite(numbers_model(activation, weights))

    wanted = f"model: expected full int8 quantization, got {kind}; "
    assert str(caught.value).startswith(wanted)
    assert "TFLITE_BUILTINS_INT8" in str(caught.value.hint)


def test_one_of_several_signatures_is_to_be_converted() -> None:
    """Their names are told, and how."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    b = ModelBuilder()
    x, y = b.tensor((1, 4), scale=0.1), b.tensor((1, 4), scale=0.1)
    b.op("RELU", [x], [y])
    data = b.build([x], [y])
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    model.subgraphs = model.subgraphs * 2
    model.signatureDefs = []
    for number, name in enumerate(("logits", "probs")):
        signature = schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = name, number
        model.signatureDefs.append(signature)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    with pytest.raises(UnsupportedModelError) as caught:
        read_tflite(bytes(builder.Output()))

    expected = "model: expected one signature, got 2: 'logits', 'probs'"
    assert str(caught.value) == expected
    hint = str(caught.value.hint)
    assert hint.startswith("choose one, 'logits' say, and make an int8 file")
    assert "from_saved_model('folder', signature_keys=['logits'])" in hint
