"""Projects of PlatformIO, ESP-IDF and the Pico SDK."""

import configparser
import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import require_tool
from tests.firmware.conftest import KERNELS, MODEL
from tinycnn.artifacts import hash_path
from tinycnn.boards import load_board, load_boards
from tinycnn.choices import Framework
from tinycnn.errors import ProjectError
from tinycnn.firmware import FirmwareProject, firmware_dir
from tinycnn.firmware.compilers import zig
from tinycnn.firmware.frameworks import WRITERS
from tinycnn.firmware.vendor import build_with_vendor_tool, find_vendor_tool

BOARDS: dict[Framework, str] = {
    "platformio": "pico_w",
    "esp-idf": "esp32c6_devkitc",
    "pico-sdk": "pico2_w",
}
HOMES: dict[Framework, str] = {
    "platformio": "lib/tinycnn_counting/src",
    "esp-idf": "components/tinycnn_counting",
    "pico-sdk": "tinycnn_counting",
}
# As much of ESP-IDF as the port uses: its own headers cannot be had on every computer.
ESP_IDF = """\
#include <stddef.h>
#include <stdint.h>
#define CONFIG_IDF_TARGET "esp32c6"
#define CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ 160
#define ESP_ERROR_CHECK(call) ((void)(call))
#define pdMS_TO_TICKS(ms) ((TickType_t)(ms))
#define UART_NUM_0 0
typedef int esp_err_t;
typedef uint32_t TickType_t;
typedef enum {
    ESP_RST_UNKNOWN, ESP_RST_POWERON, ESP_RST_EXT, ESP_RST_SW, ESP_RST_PANIC,
    ESP_RST_INT_WDT, ESP_RST_TASK_WDT, ESP_RST_WDT, ESP_RST_DEEPSLEEP, ESP_RST_BROWNOUT
} esp_reset_reason_t;
enum { UART_DATA_8_BITS, UART_PARITY_DISABLE, UART_STOP_BITS_1 };
enum { UART_HW_FLOWCTRL_DISABLE, UART_SCLK_DEFAULT };
typedef struct { uint32_t tx_buffer_size, rx_buffer_size; }
    usb_serial_jtag_driver_config_t;
typedef struct { int baud_rate, data_bits, parity, stop_bits, flow_ctrl, source_clk; }
    uart_config_t;
esp_err_t usb_serial_jtag_driver_install(usb_serial_jtag_driver_config_t *config);
int usb_serial_jtag_read_bytes(void *data, uint32_t size, TickType_t ticks);
int usb_serial_jtag_write_bytes(const void *data, size_t size, TickType_t ticks);
esp_err_t uart_driver_install(int port, int rx, int tx, int queue, void *q, int flags);
esp_err_t uart_param_config(int port, const uart_config_t *config);
int uart_read_bytes(int port, void *data, uint32_t size, TickType_t ticks);
int uart_write_bytes(int port, const void *data, size_t size);
esp_reset_reason_t esp_reset_reason(void);
void esp_restart(void);
void vTaskDelay(TickType_t ticks);
uint8_t *pxTaskGetStackStart(void *task);
esp_err_t esp_efuse_mac_get_default(uint8_t *mac);
uint32_t esp_cpu_get_cycle_count(void);
int64_t esp_timer_get_time(void);
"""


def write(framework: Framework, folder: Path, board: str = "") -> FirmwareProject:
    """The project of the counting model."""
    return WRITERS[framework](
        folder,
        name="counting",
        model_sources=MODEL,
        kernels=KERNELS,
        board=load_board(board or BOARDS[framework]),
    )


@pytest.mark.parametrize("framework", BOARDS)
def test_the_runtime_is_copied_byte_for_byte(
    framework: Framework, tmp_path: Path
) -> None:
    """The same harness and kernels as everywhere, and a port of the framework's."""
    project = write(framework, tmp_path)
    home = project.folder / HOMES[framework]

    harness = (firmware_dir() / "harness/tcnn_harness.c").read_bytes()
    assert (home / "tcnn/tcnn_harness.c").read_bytes() == harness
    assert (home / "counting_model.c").read_text() == MODEL["counting_model.c"]
    port = "arduino" if framework == "platformio" else framework.replace("-", "_")
    (source,) = (firmware_dir() / "ports" / port).glob("tcnn_port.*")
    assert (home / "tcnn" / source.name).read_bytes() == source.read_bytes()
    bill = json.loads((project.folder / "sbom.cdx.json").read_text())
    assert {"framework"} <= {part["type"] for part in bill["components"]}
    assert "LICENSE" in {part["name"] for part in bill["components"]}


@pytest.mark.parametrize("framework", ["esp-idf", "pico-sdk"])
def test_cmake_is_told_every_source_once(framework: Framework, tmp_path: Path) -> None:
    """Kernels, harness, port and model."""
    project = write(framework, tmp_path)
    home = project.folder / HOMES[framework]
    file = home if framework == "esp-idf" else project.folder
    words = (file / "CMakeLists.txt").read_text().split()
    named = [word.rpartition("tinycnn_counting/")[2] for word in words]

    for source in project.sources:
        if source.startswith(HOMES[framework]):
            assert named.count(source.removeprefix(f"{HOMES[framework]}/")) == 1
    program = "main/main.c" if framework == "esp-idf" else "main.c"
    assert program in project.sources


def test_platformio_reads_its_files(tmp_path: Path) -> None:
    """Board, platform and core; a name that its registry takes."""
    project = write("platformio", tmp_path)
    ini = configparser.ConfigParser()
    ini.read(project.folder / "platformio.ini")
    library = project.folder / "lib/tinycnn_counting"
    manifest = json.loads((library / "library.json").read_text())

    assert dict(ini["env:pico_w"]) == {
        "platform": "https://github.com/maxgerhardt/platform-raspberrypi.git",
        "board": "rpipicow",
        "framework": "arduino",
        "board_build.core": "earlephilhower",
        "monitor_speed": "115200",
    }
    assert manifest["name"] == "tinycnn-counting"
    assert (library / "src" / manifest["headers"]).is_file()


def test_platformios_program_is_the_sketch(tmp_path: Path) -> None:
    """A C++ compiler takes it with Arduino's header and the library's."""
    project = write("platformio", tmp_path)
    core = firmware_dir() / "ports/sim"
    folders = [project.folder / HOMES["platformio"], core / "core", core / "nrf52840"]

    subprocess.run(
        [*zig(), "-c", "-Wall", "-Werror", "-DBOARD_NAME=\"x\"",
         *(f"-I{folder}" for folder in folders), project.folder / "src/main.cpp",
         "-o", tmp_path / "main.o"],
        check=True,
    )  # fmt: skip


@pytest.mark.parametrize("flags", [(), ("-DTCNN_LINK_UART",)], ids=["usb", "uart"])
def test_the_port_of_esp_idf_compiles(flags: tuple[str, ...], tmp_path: Path) -> None:
    """With what ESP-IDF 5 declares; it was not built with ESP-IDF itself."""
    project = write("esp-idf", tmp_path)
    stubs = tmp_path / "stubs"
    for name in (
        *("esp_cpu.h", "esp_mac.h", "esp_system.h", "esp_timer.h", "sdkconfig.h"),
        *("freertos/FreeRTOS.h", "freertos/task.h", "soc/soc_caps.h"),
        *("driver/uart.h", "driver/usb_serial_jtag.h"),
    ):
        (stubs / name).parent.mkdir(parents=True, exist_ok=True)
        (stubs / name).write_text("#pragma once\n#include <idf.h>\n")
    (stubs / "idf.h").write_text(f"#pragma once\n{ESP_IDF}")
    home = project.folder / HOMES["esp-idf"]

    for source in (home / "tcnn/tcnn_port.c", project.folder / "main/main.c"):
        subprocess.run(
            [*zig(), "-target", "riscv32-freestanding-none", "-c", "-Wall", "-Wextra",
             "-Werror", "-DSOC_USB_SERIAL_JTAG_SUPPORTED=1", *flags, f"-I{stubs}",
             f"-I{home}", source, "-o", tmp_path / "compiled.o"],
            check=True,
        )  # fmt: skip


def test_a_component_says_what_it_needs(tmp_path: Path) -> None:
    """As ESP-IDF's component manager reads it."""
    project = write("esp-idf", tmp_path, "esp32_devkitc")
    manifest = yaml.safe_load(
        (project.folder / HOMES["esp-idf"] / "idf_component.yml").read_text()
    )
    config = (project.folder / "sdkconfig.defaults").read_text()

    assert manifest["dependencies"] == {"idf": ">=5.1"}
    assert set(manifest["targets"]) == {
        board.esp_idf_target for board in load_boards() if board.esp_idf_target
    }
    assert 'CONFIG_IDF_TARGET="esp32"\n' in config


@pytest.mark.parametrize("framework", BOARDS)
def test_a_board_that_the_framework_lacks_is_refused(
    framework: Framework, tmp_path: Path
) -> None:
    """With those that have it."""
    with pytest.raises(ProjectError, match=f"{framework} does not support it") as told:
        write(framework, tmp_path, "nrf54l15dk")

    assert told.value.hint == (
        "set framework in tinycnn.toml to zephyr, or take another board"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("framework", BOARDS)
def test_what_a_framework_leaves_in_the_folder_changes_nothing(
    framework: Framework, tmp_path: Path
) -> None:
    """Its own builds do not make the sources others."""
    folder = write(framework, tmp_path).folder
    before = hash_path(folder)
    for left in (".pio/x", "build/y", "managed_components/z"):
        (folder / left).parent.mkdir()
        (folder / left).write_text("left")
    (folder / "sdkconfig").write_text("left")

    assert hash_path(folder) == before
    (folder / "mine.c").write_text("int mine;")
    assert hash_path(folder) != before


@pytest.mark.parametrize("board", ["pico", "pico2_w"])
@pytest.mark.skipif(
    "PICO_SDK_PATH" not in os.environ, reason="PICO_SDK_PATH names none"
)
def test_the_pico_sdk_builds_it(board: str, tmp_path: Path) -> None:
    """By its own CMake files, for either chip; the files that are flashed come out."""
    require_tool("cmake")
    project = write("pico-sdk", tmp_path, board)
    tool = find_vendor_tool("pico-sdk", load_board(board), {})

    image = build_with_vendor_tool(
        project, load_board(board), framework="pico-sdk", output=tmp_path / "board"
    )

    assert (tool.identity[:9], tool.missing) == ("Pico SDK ", "")
    assert 20_000 < image.flash_bytes < 60_000
    assert (tmp_path / "board/counting.elf").is_file()
