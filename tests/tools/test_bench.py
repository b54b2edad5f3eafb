"""The benchmark measures what equals the reference, and tells what it left out."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.compiler.models import conv_model
from tinycnn.compiler import read_tflite
from tinycnn.errors import ToolchainError
from tinycnn.harness import Profile
from tinycnn.models import model_names
from tools.bench import meters
from tools.bench.__main__ import main
from tools.bench.image import Image
from tools.bench.measure import Measurement, Result
from tools.bench.meters import run_meter
from tools.bench.operators import CASES
from tools.bench.operators import main as measure_operators
from tools.bench.picture import draw_picture
from tools.bench.record import NETWORKS, Network, Published, Tflm
from tools.bench.tables import to_markdown

SVG = "{http://www.w3.org/2000/svg}"
MARKS = "before\n<!-- python -m tools.bench -->\nold\n<!-- end -->\nafter\n"
METER = """\
import json, pathlib, sys
cycles = {cycles}
found = {{"output": "four", "cycles_stalls": sum(cycles), "stack_bytes": 96}}
found["cycles_wait"] = {{"2": 2 * sum(cycles)}}
found["segments"] = [{{"cycles_stalls": n}} for n in cycles]
pathlib.Path(sys.argv[sys.argv.index("--json") + 1]).write_text(json.dumps(found))
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder in which one network of the benchmark is very small, and one missing."""
    (tmp_path / "mlperf_kws_dscnn.tflite").write_bytes(conv_model())
    return tmp_path


def write_meter(folder: Path, cycles: list[int]) -> Path:
    """A meter that has always seen the same."""
    path = folder / "meter.py"
    path.write_text(METER.format(cycles=cycles))
    return path


def bench(models: Path, meter: str | Path, *more: str) -> int:
    """The exit code for two networks, built by the compiler that is always there."""
    options = ["--models", models, "--meter", meter, "--json", models / "bench.json"]
    arguments = ["KWS", "IC", "--compilers", "zig -O2", *map(str, options), *more]
    return main(arguments)


@pytest.mark.emulated
def test_a_network_is_measured_on_the_simulated_board(
    models: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Cycles of its one operator and of all, bytes of its tables and of the code."""
    document = models / "README.md"
    document.write_text(MARKS)

    assert bench(models, "sim", "--markdown", str(document)) == 0

    found = json.loads((models / "bench.json").read_text())
    (network,) = found["networks"]
    (build,) = network["builds"]
    (operator,) = build["profile"]["operators"]
    assert network["macs"] == network["file_macs"] == 6 * 6 * 4 * 3 * 3 * 2
    assert operator["cycles"] > network["macs"]
    all_cycles = build["profile"]["inference_cycles"]
    assert all_cycles == pytest.approx(operator["cycles"], rel=0.01)
    # Two neighbours are one pixel of 8 channels, in groups of 4, under a wider window.
    groups, sums, words, requantizations = 2, 4, 3 * (3 + 1) * 2, 4 * 2
    assert build["table_bytes"] == 4 * groups * (sums + words + requantizations)
    assert 500 < build["code_bytes"] < 6_000
    assert "IC: expected mlperf_resnet8_cifar10.tflite" in caplog.text
    assert list(found["left_out"]) == ["IC"]
    text = document.read_text()
    assert text.startswith("before\n<!-- python -m tools.bench -->\n| network ")
    assert "| KWS " in text
    assert text.endswith("<!-- end -->\nafter\n")
    assert "old" not in text


def test_a_wrong_output_is_not_measured(models: Path) -> None:
    """However few cycles it took: exit code 1, and no row."""
    assert bench(models, write_meter(models, [9, 1])) == 1

    found = json.loads((models / "bench.json").read_text())
    assert found["networks"] == []
    assert "zig -O2: expected the reference's output" in found["left_out"]["KWS"]


def test_a_tail_call_is_what_is_left_outside_the_calls(tmp_path: Path) -> None:
    """The meter splits at calls that return; the last need not."""
    image = Image(tmp_path / "bench.elf", table_bytes=0, code_bytes=0)

    run = run_meter(write_meter(tmp_path, [70, 400, 500]), image, calls=3)
    assert [step.cycles for step in run.steps] == [400, 500, 70]
    assert (run.cycles, run.stack_bytes, run.output) == (970, 96, b"four")
    assert run.waiting_cycles == 1940
    for calls in (1, 4):
        with pytest.raises(
            ToolchainError, match=f"expected {calls} calls in bench_inv"
        ):
            run_meter(tmp_path / "meter.py", image, calls=calls)


def test_what_misses_its_goal_is_marked() -> None:
    """Cycles with and without waits, bytes of stack, code and the arena for RAM."""
    network = Network("net", "", goal_mcycles=(3.8, 4.5), goal_arena_bytes=9_500)
    profiles = (
        Profile("", "zig", "estimated", 64_000_000, None, (), cycles)
        for cycles in (3_800_000, 4_100_000)
    )
    builds = tuple(
        Measurement(profile, *numbers, 1_000)
        for profile, numbers in zip(
            profiles,
            ((4_500_000, 1_025, 20_000), (4_510_000, 1_024, 20_001)),
            strict=True,
        )
    )

    text = to_markdown([Result(network, "speed", 10, 10, 11_875, 9_501, builds)], "")
    for cell in (
        "3.8 / 4.1!",
        "4.5 / 4.51!",
        "1,025! / 1,024",
        "20,000 / 20,001!",
        "11,875",
        "9,501!",
    ):
        assert f"| {cell} " in text


def test_others_are_drawn_as_long_as_they_take() -> None:
    """Against ours; a network that nobody else has measured is left out."""
    tflm, published = Tflm((7.6,)), Published(5.7, "me", is_board=False)
    profile = Profile("", "gcc -O2", "estimated", 64_000_000, None, (), 3_800_000)
    builds = (Measurement(profile, 4_750_000, 0, 0, 0),)
    measured, alone = (
        Result(network, "speed", 10, 10, 9, 9, builds)
        for network in (Network("a & b", "", tflm, published), Network("c", ""))
    )

    image = ElementTree.fromstring(draw_picture([measured, alone]))
    bars = [r.attrib for r in image.iter(f"{SVG}rect") if r.attrib["height"] == "11"]
    widths = {bar["class"]: float(bar["width"]) for bar in bars[4:]}
    words = [text.text for text in image.iter(f"{SVG}text")]
    assert widths["published"] == pytest.approx(1.5 * widths["ours"], abs=0.1)
    assert widths["tflm"] == pytest.approx(2 * widths["ours"], abs=0.1)
    assert widths["waits"] == pytest.approx(0.25 * widths["ours"], abs=0.1)
    assert words[5:] == ["a & b", "3.8 to 4.75 Mcycles", "5.7, by a meter", "7.6"]


def test_records_are_plausible() -> None:
    """We aim below the best of others, with waits and without; -O3 is below -Os."""
    for network in NETWORKS:
        goal, waiting = network.goal_mcycles or (0, 0)
        found, tflm = network.published, network.tflm or Tflm((waiting,))
        others = [*([found.mcycles] if found else []), *tflm.mcycles]
        assert goal <= waiting <= min(others)
        assert list(tflm.mcycles) == sorted(tflm.mcycles)
        if tflm.arena_bytes:
            assert (network.goal_arena_bytes or 0) < tflm.arena_bytes
        assert list(tflm.code_bytes) == sorted(tflm.code_bytes, reverse=True)
        assert network.source.endswith(".tflite") or network.source in model_names()
    assert len({network.name for network in NETWORKS}) == len(NETWORKS)


def test_operators_compile_and_the_table_has_all() -> None:
    """Each model of one operator, in the document's order."""
    for name, case in CASES.items():
        (op,) = read_tflite(case.make()).ops
        assert case.unit in ("MAC", "output", "input"), name
        assert op.outputs
    text = (Path(__file__).parents[2] / "docs/cycles.md").read_text("utf-8")
    rows = text.split("-- |\n")[1].split("<!-- end -->")[0].strip().splitlines()
    assert [row.split("|")[1].strip() for row in rows] == list(CASES)


@pytest.mark.emulated
def test_an_operator_is_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the simulated board where no meter is there."""
    monkeypatch.delenv("TINYCNN_METER", raising=False)
    monkeypatch.setattr(meters, "_SHARED", Path("nowhere"))

    assert measure_operators(["softmax of 10"]) == 0

    cells = [c.strip() for c in capsys.readouterr().out.splitlines()[-1].split("|")]
    assert cells[1:3] == ["softmax of 10", "output"]
    assert 10 < float(cells[3]) < 500
    assert cells[6] == "`tcnn_softmax_s8_dsp`"


def test_the_manual_has_all_networks() -> None:
    """Twice: cycles and bytes."""
    text = (Path(__file__).parents[2] / "docs/speed.md").read_text("utf-8")
    tables = text.split("<!-- python -m tools.bench -->")[1].split("<!-- end -->")[0]

    for network in NETWORKS:
        assert tables.count(f"\n| {network.name} ") == 2
