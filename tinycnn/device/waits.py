"""How long to wait for a reply before asking again: learned from the replies."""

from __future__ import annotations

from tinycnn.device.packets import PacketType

__all__ = ["Waits"]

_HELLO_EVERY_S = 0.5  # so that a device that is just starting is found soon

# Until the first reply of its kind has shown how long the device takes, a share of the
# exchange's timeout; then a multiple of that time, with a share as the least.
_FIRST_WAIT_SHARE = 1 / 15
_SHORTEST_WAIT_SHARE = 1 / 60
_LONGEST_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 4.0
_WAIT_FACTOR = 4.0


class Waits:
    """The waits of one device."""

    def __init__(self) -> None:
        self._usual_s: dict[int, float] = {}

    def first_s(self, kind: PacketType, timeout_s: float) -> float:
        """How long to wait for a reply before it is asked for again.

        Args:
            kind: What is asked.
            timeout_s: How long its exchange may take.
        """
        if kind == PacketType.HELLO:
            return _HELLO_EVERY_S
        if kind not in self._usual_s:
            return min(_LONGEST_FIRST_WAIT_S, timeout_s * _FIRST_WAIT_SHARE)
        shortest_s = min(_LONGEST_FIRST_WAIT_S, timeout_s * _SHORTEST_WAIT_SHARE)
        return max(shortest_s, _WAIT_FACTOR * self._usual_s[kind])

    def after_silence_s(self, kind: PacketType, wait_s: float) -> float:
        """How long to wait once it was asked for again, after `wait_s` of silence."""
        if kind == PacketType.HELLO:
            return wait_s
        return min(2 * wait_s, max(_LONGEST_WAIT_S, wait_s))

    def learn(self, kind: PacketType, took_s: float) -> None:
        """Remember how long a reply took, from the last time that it was asked for."""
        self._usual_s[kind] = max(took_s, 0.9 * self._usual_s.get(kind, 0.0))
