"""Faults of boards, ports, programs and tools: another one, none, a wrong one."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from functools import partial
from typing import Any

from tests.device.fake_board import SHA256, Line
from tests.device.pluggable import Socket, SteadyBoard
from tests.faults import lines
from tests.faults.scene import Scene
from tests.faults.table import BOARD, list_port, row
from tinycnn import harness
from tinycnn.device import PatientDevice, PortOptions
from tinycnn.device.opening import open_url
from tinycnn.device.packets import Packet, PacketType
from tinycnn.device.processes import port_users
from tinycnn.harness import Identity, Lanes, ValidationResult

__all__: list[str] = []


@row("F14", "ended", says=rf"expected {BOARD} with model .*, got {BOARD} with model")
def swap(scene: Scene) -> None:
    """Another board is at the same node, after a reset or a replug."""
    if scene.chance.random() < 0.5:
        board_id = scene.board.board_id
        scene.plug(lines.Exchange)
        scene.mend = partial(_mend, scene, board_id)
        return
    change = scene.pick([{"board_id": b"\7" * 8}, {"sha256": bytes(32)}])
    other = SteadyBoard(**change)  # type: ignore[arg-type]
    scene.others.append(other)
    scene.on_wait = lambda: scene.socket.plug(other)
    scene.plug(lines.Unplugged)


@row("F15", "survived")
def share_a_serial_number(scene: Scene) -> None:
    """Two boards of one USB serial number come back on two nodes."""
    other = SteadyBoard(board_id=b"\7" * 8)
    scene.others.append(other)
    beside = Socket(scene.folder / "beside")
    scene.stack.callback(beside.unplug)
    names = [scene.folder / "new 0", scene.folder / "new 1"]
    scene.chance.shuffle(names)

    def plug() -> None:
        beside.plug(other, name=names[0])
        scene.socket.plug(scene.board, name=names[1])
        scene.listed.extend(list_port(str(name)) for name in sorted(names))

    scene.on_wait = plug
    scene.plug(lines.Unplugged)


@row("F16", "ended", says=r"^error: port .*: busy, used by .*\(process \d+\)")
def hold_thelist_port(scene: Scene) -> None:
    """Another tinycnn has the port."""
    scene.socket.plug_line(Line(scene.board))
    holder = open_url(scene.port, 115_200)
    scene.stack.callback(holder.close)

    def let_go() -> None:
        holder.close()

    scene.mend = let_go


_THIEF = """
import os, select, sys
port = os.open(sys.argv[1], os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
while select.select([port], [], []):
    try:
        os.read(port, 99)
    except BlockingIOError:
        pass
"""


@row("F17", "either", says=r"also open in \S+ \(process \d+\)")
def steal(scene: Scene) -> None:
    """Another program reads the port, for a while or all the time."""
    scene.timeout_s /= 2
    count, seconds = scene.pick([(1, 3600), (3, 3600), (1, 0.2)])
    scene.socket.plug_line(Line(scene.board))
    command = [sys.executable, "-ISc", _THIEF, scene.port]
    thieves = [subprocess.Popen(command) for _ in range(count)]
    while len(port_users(scene.port)) < 1 + count:  # this process has it, too
        time.sleep(0.01)

    def end() -> None:
        for thief in thieves:
            thief.kill()
            thief.wait()

    def check() -> None:
        assert not any("; waiting" in text for text in scene.said)  # not unplugged

    timer = threading.Timer(seconds, end)
    timer.start()
    scene.stack.callback(timer.join)
    scene.stack.callback(timer.cancel)
    scene.stack.callback(end)
    scene.before_mending, scene.check = end, check


def _mend(scene: Scene, board_id: bytes) -> None:
    """The first board is back."""
    scene.socket.unplug()
    scene.board.board_id = board_id
    scene.socket.plug(scene.board)


@row("F21", "ended", says=r"^error: .*expected (magic|model|protocol version) .*, got ")
def run_other_firmware(scene: Scene) -> None:
    """The board has other firmware, another model or an old protocol."""
    changes: list[dict[str, Any]] = [
        {"version": 2},
        {"magic": b"ESPX"},
        {"sha256": bytes(32)},
    ]
    other = SteadyBoard(**scene.pick(changes))
    scene.others.append(other)
    scene.socket.plug_line(Line(other))


class _Liar(SteadyBoard):
    """From some request on replies say what they must not, with a right CRC."""

    chance: random.Random
    left = 0
    lies = 0

    def work(self, packet: Packet) -> bytes:
        """As any, but for the lies."""
        payload = super().work(packet)
        self.left -= 1
        if self.left >= 0:
            return payload
        self.lies += 1
        if packet.type == PacketType.HELLO and self.chance.random() < 0.7:
            place = self.chance.randrange(len(payload))
            other = payload[place] ^ self.chance.randrange(1, 256)
            return payload[:place] + bytes([other]) + payload[place + 1 :]
        if self.chance.random() < 0.5:
            return payload[: self.chance.randrange(len(payload) + 1)]
        return payload + self.chance.randbytes(self.chance.randint(1, 70))


@row("F22", "either", says=r"^error: ")
def lie(scene: Scene) -> None:
    """The board lies, with a right CRC: too short, too long, other sizes."""
    liar = _Liar()
    liar.chance, liar.left = scene.chance, scene.chance.randrange(scene.bench.messages)
    scene.is_same_device = False
    scene.socket.plug_line(Line(liar))

    def check() -> None:
        assert liar.lies

    scene.check = check


@row("F23", "survived")
def fail_among_four(scene: Scene) -> None:
    """One board of four fails; the others do its work."""
    kinds = [lines.Silence, lines.Torrent, lines.Unplugged, lines.Exchange]
    scene.timeout_s /= 5
    scene.is_same_device = False
    boards = [SteadyBoard(board_id=bytes([n]) * 8) for n in range(3)]
    bad = SteadyBoard()
    whole = [Line(board) for board in boards]
    broken = scene.pick(kinds)(bad, scene.chance.randrange(2**32))
    broken.at = 2  # in its first image
    options = PortOptions(reply_timeout_s=scene.timeout_s)
    ports = []
    for number, line in enumerate([*whole, broken]):
        socket = Socket(scene.folder / f"board {number}")
        socket.plug_line(line)
        scene.stack.callback(socket.unplug)
        ports.append(str(socket.path))

    def run() -> ValidationResult:
        subject = scene.bench.subject(bad, scene.log)
        assert subject.expected is not None
        with ExitStack() as stack:
            devices = [
                stack.enter_context(PatientDevice(port, options, say=scene.said.append))
                for port in ports
            ]
            return harness.validate(
                Lanes(devices, scene.said.append),
                subject.inputs,
                subject.expected,
                identity=Identity(SHA256.hex()),
                reference="plus one",
            )

    def check() -> None:
        assert sum(board.runs for board in [*boards, bad]) >= scene.bench.images
        if broken.faults:
            assert any(text.startswith("set aside, 3 left: ") for text in scene.said)

    scene.run, scene.check = run, check


@row("F25", "ended", says="^error: port .*: (not found|not a serial port)")
def name_no_port(scene: Scene) -> None:
    """The port is missing, no terminal, a folder or a file."""
    scene.socket.plug_line(Line(scene.board))
    file = scene.folder / "file"
    file.write_bytes(b"mine")
    places = ["/dev/ttyNONE", "/dev/null", str(scene.folder), str(file)]
    scene.port = scene.pick(places)

    def check() -> None:
        assert file.read_bytes() == b"mine"

    scene.check = check
