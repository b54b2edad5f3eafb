"""The simulated board: a program, not a library.

`python -m tinycnn.simulator firmware.elf --listen 127.0.0.1:0` runs firmware on the
core that it was built for, inside its board's memories, and serves its serial link as a
TCP socket. The peripherals are the nRF52840's on every board.

It stands alone: the emulator's core, unicorn, is GPL-2.0 while tinycnn is Apache-2.0.
So nothing here imports the rest of tinycnn, and nothing there imports this; they talk
over the serial link only.

    board -> image, bus; cycles -> counter; bus -> uarte -> peripherals;
    all -> machine -> __main__
"""

from __future__ import annotations

__all__: list[str] = []
