import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import conv_model, residual_model
from tests.compiler.passes.rewriting import Layers
from tests.compiler.tflite_builder import ModelBuilder
from tests.pipeline.pretend import pretend_build
from tinycnn.boards import board_names, load_board


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small file that fits every board of the table."""
    path = tmp_path / "net.tflite"
    path.write_bytes(residual_model())
    return path


@pytest.fixture
def large_model(tmp_path: Path) -> Path:
    """Outputs of 1.4 MB: more than any of the chips has."""
    return write_model(tmp_path / "large.tflite", outputs=40, side=192)


def write_model(path: Path, *, outputs: int, side: int = 128) -> Path:
    """Two convolutions; between them lie 40 bytes a pixel."""
    layers = Layers(ModelBuilder(), (1, side, side, 1))
    layers.conv(np.ones((40, 3, 3, 1)))
    layers.conv(np.ones((outputs, 3, 3, 40)))
    path.write_bytes(layers.build())
    return path


def test_the_table_has_a_line_for_each_operator(model: Path, tmp_path: Path) -> None:
    """Then totals, boards and what to shrink; exit code 0 as it fits."""
    done = tinycnn("analyze", model, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split()[:4] == ["op", "kind", "input", "output"]
    assert [line.split()[1] for line in lines[1:9]] == (
        "QUANTIZE CONV_2D CONV_2D ADD MEAN FULLY_CONNECTED SOFTMAX DEQUANTIZE".split()
    )
    assert "fits Arduino Nano 33 BLE Sense: " in done.stdout
    assert "to save RAM, shrink op " in done.stdout
    assert "to save flash, shrink op 3 (CONV_2D): 608 bytes of weights" in done.stdout


@pytest.mark.parametrize("options", [(), ("--board", "nano33ble")])
def test_a_model_that_does_not_fit_is_exit_code_1(
    large_model: Path, options: tuple[str, ...], tmp_path: Path
) -> None:
    """A result, not an error: it says how much is missing."""
    done = tinycnn("analyze", large_model, *options, cwd=tmp_path)

    assert done.returncode == 1
    assert "does not fit Arduino Nano 33 BLE Sense: " in done.stdout
    assert "bytes of RAM missing" in done.stdout
    assert done.stderr == ""


def test_a_model_that_fits_row_by_row_is_drawn(tmp_path: Path) -> None:
    """Which rows are kept, and what the arena would be; JSON has the same."""
    model = write_model(tmp_path / "wide.tflite", outputs=1)
    done = tinycnn("analyze", model, "--board", "nano33ble", cwd=tmp_path)
    told = tinycnn("analyze", model, "--board", "nano33ble", "--json", cwd=tmp_path)
    found = json.loads(told.stdout)
    (chain,) = found["chains"]

    assert done.returncode == 0, done.stderr
    first, last = chain["links"]
    kept = f"{first['kept_bytes']:,}"
    title = f"ops 0 to 1 run row by row: of 655,360 bytes between them {kept} are kept"
    lines = done.stdout.splitlines()
    line = lines[lines.index(title) + 2].split()
    rows = f"{first['rows']} of 128"
    assert line[:-1] == ["0", "CONV_2D", "1x128x128x40", *rows.split(), kept]
    assert line[-1].strip("#").strip(".") == ""
    assert 3 <= first["rows"] < last["rows"] == 128
    assert found["unchained_arena_bytes"] > 655_360 > 3 * found["arena_bytes"]
    assert f"{found['unchained_arena_bytes']:,} layer by layer" in done.stdout


def test_json_says_the_same(model: Path, tmp_path: Path) -> None:
    """One object, numbers as numbers."""
    done = tinycnn("analyze", model, "--json", cwd=tmp_path)
    found = json.loads(done.stdout)

    assert found["macs"] == sum(op["macs"] for op in found["operators"])
    assert found["arena_bytes"] >= found["arena_lower_bound_bytes"] > 0
    assert found["boards"]["nano33ble"]["fits"] is True
    assert found["estimated_flash_bytes"] == (
        found["table_bytes"] + found["estimated_code_bytes"]
    )
    assert found["largest_weights_op"] == 3


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("missing.tflite",), 2, "error: missing.tflite: cannot be read"),
        (("net.tflite", "--board", "uno"), 2, "error: board 'uno': not known"),
        ((".",), 2, "error: "),
        (("broken.tflite",), 3, "error: "),
    ],
)
def test_errors_are_one_line(
    arguments: tuple[str, ...], code: int, message: str, model: Path, tmp_path: Path
) -> None:
    """Usage is exit code 2, a broken file 3; no traceback."""
    (tmp_path / "broken.tflite").write_bytes(residual_model()[:100])
    done = tinycnn("analyze", *arguments, cwd=tmp_path)

    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_built_project_is_analysed_from_its_model(
    model: Path, tmp_path: Path
) -> None:
    """Its board decides the exit code; no training is needed."""
    tinycnn("init", "demo", cwd=tmp_path)
    pretend_build(tmp_path / "demo", model.read_bytes())
    done = tinycnn("analyze", "demo", "--json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"].endswith("model.tflite")


@pytest.mark.train
def test_a_project_is_analysed_before_any_training(tmp_path: Path) -> None:
    """The architecture is converted with drawn weights; nothing is written."""
    tinycnn("init", "demo", cwd=tmp_path)
    done = tinycnn("analyze", "demo", "--json", cwd=tmp_path)
    found = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert found["model"] == "architecture tiny_cnn, not trained yet"
    assert found["operators"][0]["input_shape"] == [1, 8, 8, 1]
    assert found["operators"][-1]["output_shape"] == [1, 10]


def test_a_projects_board_comes_first(model: Path, tmp_path: Path) -> None:
    """Before all others, in text and JSON, and it alone decides the exit code."""
    tinycnn("init", "demo", "--board", "nrf52840dk", cwd=tmp_path)
    pretend_build(tmp_path / "demo", model.read_bytes())
    text = tinycnn("analyze", "demo", cwd=tmp_path)
    done = tinycnn("analyze", "demo", "--json", cwd=tmp_path)

    title = load_board("nrf52840dk").title
    fits = [line for line in text.stdout.splitlines() if "to spare" in line]
    assert (text.returncode, done.returncode) == (0, 0)
    assert fits[0].startswith(f"fits {title}: ")
    count = len(board_names())
    assert (len(fits), f"fits {count} of {count} boards" in text.stdout) == (1, True)
    assert next(iter(json.loads(done.stdout)["boards"])) == "nrf52840dk"


def test_an_option_leaves_what_the_project_says(tmp_path: Path) -> None:
    """How its input comes, where only the board is asked."""
    tinycnn("init", "demo", "--board", "nrf52840dk", cwd=tmp_path)
    file = tmp_path / "demo" / "tinycnn.toml"
    text = file.read_text().replace('\ninput = "whole"', '\ninput = "rows"')
    assert 'input = "rows"' in text
    file.write_text(text)
    pretend_build(tmp_path / "demo", conv_model())
    plain, asked = (
        json.loads(tinycnn("analyze", "demo", "--json", *more, cwd=tmp_path).stdout)
        for more in ((), ("--board", "nrf52840dk"))
    )

    assert asked["operators"] == plain["operators"]
