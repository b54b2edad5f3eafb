"""The serial port of the simulated board: UARTE0 with EasyDMA.

Register offsets are those of the nRF52840 Product Specification. Bytes take no
simulated time; what the host sends before the firmware listens waits in the link.
"""

from __future__ import annotations

import time

from tinycnn.simulator.bus import Clock, Memory, Peripheral, SerialLink

__all__ = ["Uarte"]

# An empty receiver is polled no faster than this.
_IDLE_WAIT_S = 0.005

_RXDRDY, _ENDRX, _TXDRDY, _ENDTX, _RXTO = 0x108, 0x110, 0x11C, 0x120, 0x144
_RXSTARTED, _TXSTARTED, _TXSTOPPED = 0x14C, 0x150, 0x158
_RXD_PTR, _RXD_MAXCNT, _RXD_AMOUNT = 0x534, 0x538, 0x53C
_TXD_PTR, _TXD_MAXCNT, _TXD_AMOUNT = 0x544, 0x548, 0x54C
_EVENTS = (_RXDRDY, _ENDRX, _TXDRDY, _ENDTX, _RXTO, _RXSTARTED, _TXSTARTED, _TXSTOPPED)
_POINTERS = (_RXD_PTR, _RXD_MAXCNT, _RXD_AMOUNT, _TXD_PTR, _TXD_MAXCNT, _TXD_AMOUNT)
_SETUP = (0x480, 0x500, 0x508, 0x50C, 0x510, 0x514, 0x524, 0x56C)


class Uarte:
    """UARTE0 with EasyDMA, whose bytes take no simulated time.

    Reading the RXDRDY event while nothing has arrived means that the firmware waits
    for its host: the simulator then waits too, for at most _IDLE_WAIT_S.
    """

    def __init__(self, link: SerialLink, memory: Memory, clock: Clock) -> None:
        self._link, self._memory, self._clock = link, memory, clock
        self._receiving = False
        values = dict.fromkeys((*_EVENTS, *_POINTERS, *_SETUP), 0)
        self.peripheral = Peripheral("UARTE0", 0x4000_2000, values)
        self._values = self.peripheral.values
        self.peripheral.on_read = {_RXDRDY: self._received}
        self.peripheral.on_write = {
            0x000: self._start_receiving,
            0x004: self._stop_receiving,
            0x008: self._send,
            0x00C: lambda _: self._values.update({_TXSTOPPED: 1}),
        }

    def _start_receiving(self, _: int) -> None:
        self._memory.read(self._values[_RXD_PTR], self._values[_RXD_MAXCNT])
        self._receiving = True
        self._values |= {_RXD_AMOUNT: 0, _RXSTARTED: 1}

    def _received(self) -> int:
        values = self._values
        if self._receiving and not values[_RXDRDY]:
            room = values[_RXD_MAXCNT] - values[_RXD_AMOUNT]
            before = time.perf_counter()
            data = self._link.receive(room, _IDLE_WAIT_S)
            self._clock.idle(time.perf_counter() - before)
            if data:
                self._store(data)
        return values[_RXDRDY]

    def _store(self, data: bytes) -> None:
        values = self._values
        self._memory.write(values[_RXD_PTR] + values[_RXD_AMOUNT], data)
        values[_RXD_AMOUNT] += len(data)
        values[_RXDRDY] = 1
        if values[_RXD_AMOUNT] == values[_RXD_MAXCNT]:
            values[_ENDRX] = 1
            self._receiving = False

    def _stop_receiving(self, _: int) -> None:
        self._receiving = False
        self._values |= {_ENDRX: 1, _RXTO: 1}

    def _send(self, _: int) -> None:
        values = self._values
        data = self._memory.read(values[_TXD_PTR], values[_TXD_MAXCNT])
        self._link.send(data)
        values |= {_TXD_AMOUNT: len(data), _TXSTARTED: 1, _TXDRDY: 1, _ENDTX: 1}
