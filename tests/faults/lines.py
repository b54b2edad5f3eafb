"""Lines that damage what passes; each does it once at least, by its seed."""

from __future__ import annotations

from collections.abc import Iterator

from tests.device.fake_board import Line, StopServing, messages_of
from tinycnn.device.packets import PacketType, decode_packet

__all__ = [
    "CRASH",
    "BitFlips",
    "Crash",
    "Doubles",
    "Dribble",
    "Exchange",
    "Late",
    "LateReplies",
    "Losses",
    "ModemManager",
    "Nap",
    "Noise",
    "OtherSpeed",
    "Resets",
    "Restless",
    "Silence",
    "Starting",
    "Torrent",
    "Unplugged",
]

_ANSWER = PacketType.INFER | PacketType.REPLY
CRASH = b"\r\n++ MbedOS Error Info ++\r\nError Status: 0x80FF013D HardFault\r\n"


class BitFlips(Line):
    """One to eight bits of a message are flipped."""

    share = 0.2

    def damage(self, data: bytes) -> bytes:
        """What is left of a message."""
        if not self.struck(self.share):
            return data
        damaged = bytearray(data)
        for _ in range(self.chance.randint(1, 8)):
            place = self.chance.randrange(len(damaged))
            damaged[place] ^= 1 << self.chance.randrange(8)
        return bytes(damaged)

    def up(self, data: bytes) -> bytes:
        """To the board."""
        return self.damage(data)

    def down(self, reply: bytes) -> Iterator[bytes]:
        """To the host."""
        yield self.damage(reply)


class Losses(BitFlips):
    """One to 64 bytes of a message are lost."""

    share = 0.1

    def damage(self, data: bytes) -> bytes:
        """What is left of a message."""
        if not self.struck(self.share):
            return data
        start = self.chance.randrange(len(data))
        return data[:start] + data[start + self.chance.randint(1, 64) :]


class Doubles(BitFlips):
    """Messages arrive twice."""

    share = 0.3

    def damage(self, data: bytes) -> bytes:
        """What becomes of a message."""
        return data * 2 if self.struck(self.share) else data


class LateReplies(Line):
    """A reply comes after the next one, or when the host has asked again."""

    late_s = 0.0
    held = b""

    def down(self, reply: bytes) -> Iterator[bytes]:
        """To the host."""
        if not self.held and self.struck(0.15):
            if self.late_s and self.chance.random() < 0.5:
                self.pause(self.late_s)
                yield reply
            else:
                self.held = reply
            return
        yield reply
        if self.held:
            yield self.held
            self.held = b""


class Noise(Line):
    """Random bytes before a message, up to 64 kB and now and then 1 MB."""

    def noise(self) -> bytes:
        """None, mostly."""
        if not self.struck(0.2):
            return b""
        most = 2**20 if self.chance.random() < 0.03 else 2 ** self.chance.randint(0, 16)
        return self.chance.randbytes(self.chance.randint(1, most))

    def up(self, data: bytes) -> bytes:
        """To the board."""
        return self.noise()[:20_000] + data

    def down(self, reply: bytes) -> Iterator[bytes]:
        """To the host."""
        yield self.noise() + reply


class Dribble(Line):
    """Messages come in pieces of one to three bytes."""

    most_s = 0.0005

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Them, with pauses."""
        self.faults += 1
        while data:
            size = self.chance.randint(1, 3)
            yield data[:size]
            data = data[size:]
            self.pause(self.chance.random() * self.most_s)

    def carry(self, data: bytes) -> Iterator[bytes]:
        """Both ways."""
        for piece in self.pieces(data):
            for reply in self.board.receive(piece):
                yield from self.down(reply)

    def down(self, reply: bytes) -> Iterator[bytes]:
        """To the host."""
        yield from self.pieces(reply)


class Resets(Line):
    """The board is reset before a request, in a reply or after it."""

    def up(self, data: bytes) -> bytes:
        """To the board."""
        if self.struck(0.05):
            self.board.reset()
            return data[self.chance.randrange(len(data)) :]
        return data

    def down(self, reply: bytes) -> Iterator[bytes]:
        """To the host."""
        if self.struck(0.05):
            self.board.reset()
            yield reply[: self.chance.randrange(len(reply))]
        else:
            yield reply


class Restless(Line):
    """The board is reset after every so many replies."""

    every = 2

    def down(self, reply: bytes) -> Iterator[bytes]:
        """To the host."""
        self.calls += 1
        if self.calls % self.every == 0:
            self.faults += 1
            self.board.reset()
        yield reply


class Late(Line):
    """Something happens once, after so many messages."""

    at = 0

    def is_time(self) -> bool:
        """Whether this message is the one."""
        self.at -= 1
        self.faults += self.at == -1
        return self.at == -1


class ModemManager(Late):
    """The board is asked for a modem."""

    def up(self, data: bytes) -> bytes:
        """To the board."""
        return b"AT\r\n" * 5 * self.is_time() + data


class Silence(Late):
    """From some reply on, or its middle, nothing comes."""

    def down(self, reply: bytes) -> Iterator[bytes]:
        """To the host."""
        if self.is_time():
            yield reply[: self.chance.randrange(len(reply))]
        elif self.at >= 0:
            yield reply


class Torrent(Late):
    """From some reply on there are bytes without end and without a delimiter."""

    def down(self, reply: bytes) -> Iterator[bytes]:
        """To the host."""
        if not self.is_time():
            yield reply
            return
        noise = self.chance.randbytes(4096).replace(b"\0", b"\1")
        while True:
            yield noise


class Nap(Late):
    """The board does nothing for a while, once."""

    nap_s = 0.0

    def up(self, data: bytes) -> bytes:
        """To the board."""
        if self.is_time():
            self.nap()
        return data

    def nap(self) -> None:
        """Do nothing."""
        self.pause(self.nap_s)


class Unplugged(Late):
    """The connection ends, between messages or in one."""

    def up(self, data: bytes) -> bytes:
        """To the board."""
        if self.is_time():
            raise StopServing
        return data

    def down(self, reply: bytes) -> Iterator[bytes]:
        """To the host."""
        if self.at == 0 and self.chance.random() < 0.5:
            self.faults += 1
            yield reply[: self.chance.randrange(len(reply))]
            raise StopServing
        yield reply


class Crash(Late):
    """The firmware crashes in some image, says so, and starts again or hangs."""

    times = 1
    hangs = False

    def down(self, reply: bytes) -> Iterator[bytes]:
        """To the host."""
        is_answer = decode_packet(reply[:-1]).type == _ANSWER
        self.at -= is_answer
        if not is_answer or self.at >= 0 or self.faults == self.times:
            yield reply
            return
        self.faults += 1
        self.board.reset()
        yield CRASH + b"\0"
        if self.hangs:
            self.pause(3600)


class Exchange(Late):
    """Another board is in its place after a reset."""

    def up(self, data: bytes) -> bytes:
        """To the board."""
        if self.is_time():
            self.board.board_id = b"\7" * 8
            self.board.reset()
        return data


class OtherSpeed(Line):
    """A board at 115,200 bit/s; with a host at another rate nothing is understood."""

    def carry(self, data: bytes) -> Iterator[bytes]:
        """Both ways."""
        import termios  # Windows has none, and this file's other lines work there

        if termios.tcgetattr(self.master)[4] == termios.B115200:
            yield from super().carry(data)
            return
        self.faults += 1
        yield self.chance.randbytes(len(data))


class Starting(Line):
    """Opening the port starts the board, which tells of itself in plain text."""

    banner = b""
    start_s = 0.0
    is_up = False

    def carry(self, data: bytes) -> Iterator[bytes]:
        """Both ways."""
        if not self.is_up:
            self.is_up, self.faults = True, 1
            yield self.banner
            self.pause(self.start_s)
            data = messages_of(data)[-1]
        yield from super().carry(data)
