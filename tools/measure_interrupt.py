"""What a packet of USB that arrives adds to an inference, on the simulated board.

    python -m tools.measure_interrupt

The Arduino port's callback empties the core's buffer into its own in an interrupt. It
is run here on a core that holds packets as mbed's does, in emulated cycles, and those
of entering and leaving an interrupt are added: 12 each, without wait states. What the
core's own driver takes is known on a board only.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tests.compiler.models import conv_model
from tinycnn.boards import load_board
from tinycnn.compiler import compile_tflite
from tinycnn.firmware import build_image, write_arduino_project
from tinycnn.simulator.image import read_image
from tinycnn.simulator.machine import Machine

ENTRY_AND_EXIT_CYCLES = 2 * 12
PACKET_BYTES = 64
# Image bytes and cycles of LeNet-5 and of person detection, as measured and estimated.
NETWORKS = {"LeNet-5": (784, 620_924), "person detection": (27_648, 9_972_971)}

SKETCH = """\
#include <Arduino.h>

#define __MBED__ 1
#define SERIAL_CDC 1

static void noInterrupts() { __asm volatile("cpsid i" ::: "memory"); }
static void interrupts() { __asm volatile("cpsie i" ::: "memory"); }

/* Holds what arrived, under a lock, as mbed's Serial does. */
struct Told {
    void (*tell)();
    volatile uint32_t put, got;
    uint8_t bytes[256];
    void begin(unsigned long) {}
    void attach(void (*on_packet)()) { tell = on_packet; }
    __attribute__((noinline)) int available() {
        noInterrupts();
        const int count = (int)(put - got);
        interrupts();
        return count;
    }
    __attribute__((noinline)) int read() {
        noInterrupts();
        const int byte = put == got ? -1 : bytes[got++ % 256u];
        interrupts();
        return byte;
    }
    size_t write(const uint8_t *, size_t size) { return size; }
};
static Told told;
static SerialPort &line = Serial;
#define Serial told
#include "src/tcnn/tcnn_port.cpp"

static void print(uint32_t value) {
    char text[11];
    uint32_t at = sizeof text;
    text[--at] = '\\n';
    do {
        text[--at] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value > 0);
    line.write((const uint8_t *)text + at, sizeof text - at);
}

void setup() {
    CoreDebug->DEMCR |= CoreDebug_DEMCR_TRCENA_Msk;
    DWT->CTRL |= DWT_CTRL_CYCCNTENA_Msk;
    start_receiving();
}

void loop() {
    static uint8_t data[64];
    told.put += 64;
    uint32_t start = DWT->CYCCNT;
    told.tell();
    print(DWT->CYCCNT - start);
    (void)tcnn_port_read(data, sizeof data);
}
"""


class Listener:
    """Hears some numbers, then goes."""

    closed = False
    said = b""

    def receive(self, size: int, wait_s: float) -> bytes:
        """Nothing is sent."""
        return b""

    def send(self, data: bytes) -> None:
        """Keep what is said."""
        self.said += data
        self.closed = self.said.count(b"\n") > 8


def measure(folder: Path) -> int:
    """Cycles of the callback for a packet."""
    board, compilation = load_board("nano33ble"), compile_tflite(conv_model(), name="n")
    project = write_arduino_project(
        folder,
        name="n",
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=board,
    )
    (project.folder / "n.ino").write_text(SKETCH, encoding="utf-8")
    image = build_image(project, board, output=folder / "n.elf", optimization="-Os")
    listener = Listener()
    fault = Machine(read_image(image.elf), listener).run()
    if fault is not None:
        raise SystemExit(f"{fault.message}; {fault.hint}")
    return int(re.findall(rb"\d+", listener.said)[-1])


def main() -> None:
    """Print what packets and images take."""
    with tempfile.TemporaryDirectory() as folder:
        cycles = measure(Path(folder)) + ENTRY_AND_EXIT_CYCLES
    print(f"{cycles:,} cycles a packet of {PACKET_BYTES} bytes")
    for name, (size, run) in NETWORKS.items():
        packets = -(-size // PACKET_BYTES)
        more = packets * cycles
        print(f"{name}: {packets} packets, {more:,} cycles, {more / run:.1%} of a run")


if __name__ == "__main__":
    main()
