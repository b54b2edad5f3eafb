"""Faults of the line: what passes is damaged, late, lost or too much, or all is."""

from __future__ import annotations

from functools import partial

from tests.device.fake_board import Line
from tests.device.pluggable import SteadyBoard
from tests.faults import lines
from tests.faults.scene import Scene
from tests.faults.simulated import SimulatedBoard
from tests.faults.table import BOARD, TIMEOUT, list_port, row

__all__: list[str] = []

_BOTH = "python and simulated"
_GONE = rf"lost: .*; {BOARD} did not come back within"
_RESET = "was reset 3 times during (image|STATUS)"


@row("F1", "survived", on=_BOTH)
def flip_bits(scene: Scene) -> None:
    """Bits are flipped, in 0.1, 1 or 20 of 100 messages."""
    scene.timeout_s *= 3
    scene.plug(lines.BitFlips, share=scene.pick([0.001, 0.01, 0.2]))
    _runs_once(scene)


@row("F2", "survived", on=_BOTH)
def lose_bytes(scene: Scene) -> None:
    """Bytes are lost, 1 to 64 in a row."""
    scene.timeout_s *= 2
    scene.plug(lines.Losses)
    _runs_once(scene)


@row("F3", "survived", on=_BOTH)
def double_messages(scene: Scene) -> None:
    """Messages arrive twice."""
    scene.plug(lines.Doubles)
    _runs_once(scene)


@row("F4", "survived", on=_BOTH)
def delay_replies(scene: Scene) -> None:
    """Replies are late, after others or after they were asked for again."""
    scene.timeout_s *= 2
    scene.plug(lines.LateReplies, late_s=scene.timeout_s * 1.2 / 15)
    _runs_once(scene)


@row("F5", "survived", on=_BOTH)
def add_noise(scene: Scene) -> None:
    """Noise comes in between, 1 byte to 1 MiB."""
    scene.plug(lines.Noise)
    _runs_once(scene)


@row("F6", "ended", says="bytes that are no packet", on=_BOTH)
def flood(scene: Scene) -> None:
    """Bytes without end and without a delimiter."""
    scene.timeout_s = min(scene.timeout_s, 0.3)
    if isinstance(scene.board, SimulatedBoard):
        scene.timeout_s = 1.0
    scene.plug(lines.Torrent)


@row("F7", "survived", on=_BOTH)
def dribble(scene: Scene) -> None:
    """Messages come in pieces of 1 to 3 bytes."""
    scene.plug(lines.Dribble)
    _runs_once(scene)


@row("F8", "ended", says=TIMEOUT, on=_BOTH)
def fall_silent(scene: Scene) -> None:
    """Silence, from a reply's first byte or its middle on."""
    scene.timeout_s /= 3
    scene.plug(lines.Silence)


@row("F9", "either", says=TIMEOUT, on=_BOTH)
def hang(scene: Scene) -> None:
    """The board hangs, shorter or longer than a reply may take."""
    scene.timeout_s /= 2
    share = scene.pick([0.2, 0.4, 3.0])
    _nap(scene, share * scene.timeout_s)


@row("F9w", "either", says=TIMEOUT)
def hang_while_written_to(scene: Scene) -> None:
    """The board hangs, and no more fits the port's buffer."""
    scene.board = SteadyBoard(input_bytes=30_000, max_payload=16_384)
    share = scene.pick([0.4, 3.0])
    scene.plug(lines.Nap, nap_s=share * scene.timeout_s)


@row("P", "ended", says=TIMEOUT, on=_BOTH)
def pause(scene: Scene) -> None:
    """A pause of 20 s, where a reply may take 15 s."""
    seconds = scene.full_s or scene.timeout_s * 20 / 45
    scene.timeout_s = seconds * 15 / 20
    _nap(scene, seconds)


@row("F10", "either", says=_RESET, on=_BOTH)
def reset(scene: Scene) -> None:
    """The board is reset, in a request, in a run or in a reply."""
    scene.plug(lines.Resets)


@row("R", "either", says=_RESET, on=_BOTH)
def reset_at_every_second_reply(scene: Scene) -> None:
    """The board is reset at every second reply."""
    scene.board.max_payload = scene.pick([64, 128])
    scene.plug(lines.Restless)


@row("F11", "either", says="MbedOS Error Info")
def crash(scene: Scene) -> None:
    """The firmware crashes in an image: once, again and again, or for good."""
    times, hangs = scene.pick([(1, False), (2, False), (9, False), (1, True)])
    scene.timeout_s /= 2
    scene.plug(lines.Crash, times=times, hangs=hangs)


@row("F12", "ended", says=_GONE, on=_BOTH)
def unplug(scene: Scene) -> None:
    """The cable is pulled in a read or a write, for good."""
    scene.plug(lines.Unplugged)


@row("F12o", "ended", says="^error: port .*(lost|not found)")
def unplug_at_once(scene: Scene) -> None:
    """The cable is pulled as the port is opened."""
    scene.plug(lines.Unplugged, at=0)
    if scene.chance.random() < 0.5:
        scene.socket.unplug()
        scene.line = None


@row("F13", "survived", on=_BOTH)
def replug(scene: Scene) -> None:
    """The cable is pulled, and the board comes back on another node."""
    name = scene.pick([None, scene.folder / "other"])

    def plug() -> None:
        scene.board.reset()
        scene.socket.plug_line(Line(scene.board), name=name)
        if name is not None:
            scene.listed.append(list_port(str(name)))

    scene.on_wait = plug
    scene.plug(lines.Unplugged)


@row("F18", "survived", on=_BOTH)
def probe(scene: Scene) -> None:
    """A modem manager asks the board five times for a modem."""
    scene.plug(lines.ModemManager)


@row("F19", "ended", says=r"--baud")
def mistake_the_speed(scene: Scene) -> None:
    """The host's baud rate is not the board's."""
    scene.timeout_s /= 3
    scene.baud = scene.pick([9_600, 57_600, 230_400])
    scene.plug(lines.OtherSpeed)


@row("F20", "survived", on=_BOTH)
def start_at_opening(scene: Scene) -> None:
    """Opening the port starts the board, which says up to 64 KiB of text first."""
    size = 2 ** scene.chance.randint(0, 16)
    banner = (b"*** Booting Zephyr OS build v3.7.0 ***\r\n" * 2_000)[:size]
    scene.plug(lines.Starting, banner=banner, start_s=scene.chance.random() * 0.3)


def _runs_once(scene: Scene) -> None:
    """No image is run twice, as far as the board can tell."""
    if isinstance(scene.board, SimulatedBoard):
        return

    def check() -> None:
        subject = scene.bench.subject(scene.board, scene.log)
        assert scene.board.runs == len(subject.inputs)

    scene.check = check


def _nap(scene: Scene, seconds: float) -> None:
    """Once nothing happens for so long."""
    line = scene.plug(lines.Nap, nap_s=seconds)
    if isinstance(scene.board, SimulatedBoard):
        simulator = scene.board.simulator
        line.nap = partial(simulator.hang, seconds)  # type: ignore[attr-defined]
        scene.stack.callback(simulator.wake)
