"""The words between a running program and its host, without ever raising inside.

Machine spec 4, CSR 0x7c0. Engines move words in blocks: `exchange` takes everything
written since the last call and gives everything that can now be read. What is left
unread is dropped by the next write (oracle spec 1).
"""

from collections.abc import Callable
from typing import Final, Protocol, cast, runtime_checkable

from zkos.compiler.native import Answerer
from zkos.machine import state

WORD_BYTES: Final = 4
FILLER: Final = bytes(WORD_BYTES)
"""Read in place of a word there is not; the machine stops at once."""


@runtime_checkable
class BlockChannel(Protocol):
    """A host that answers in blocks; the fast kind."""

    def exchange(self, written: bytes) -> bytes:
        """Take words, give the words now readable; little-endian."""


@runtime_checkable
class WordChannel(Protocol):
    """A host that takes and gives single 32-bit words."""

    def read(self) -> int:
        """The next word for the program."""

    def write(self, word: int) -> None:
        """Take one word from the program."""


class NoWord(EOFError):
    """The program read, but the host had nothing for it."""


class GuardedChannel:
    """The host's end as engines see it: trouble becomes a flag in the state.

    An exception of the host, or an empty answer, sets the flag that makes the
    interpreter stop after the read.
    """

    def __init__(
        self,
        channel: BlockChannel | WordChannel | None,
        machine_state: bytearray,
        *,
        whole: bool = False,
    ) -> None:
        """`whole`: the program runs to its end before anything else is done."""
        self.raised: BaseException | None = None
        """What the host raised first."""
        self.engaged = False
        """Whether an engine has begun to serve a program from this channel."""
        self.is_ending = False
        """Whether the program is over and only its last words are handed on."""
        self._channel: Final = channel
        # Asked once: the check of a protocol is slow.
        self._in_blocks: Final = isinstance(channel, BlockChannel)
        self._state: Final = machine_state
        self._whole: Final = whole

    def answerer(self) -> Answerer | None:
        """Who answers in place of the channel, in runs without a break."""
        offer: Callable[[], Answerer | None] | None
        offer = getattr(self._channel, "answerer", None) if self._whole else None
        return None if offer is None else offer()

    def exchange(self, written: bytes) -> bytes:
        """As for `BlockChannel`, but never raises and never answers nothing."""
        if self.raised is not None:
            return FILLER
        try:
            answer = self._answer(written)
        except BaseException as error:  # nothing may be raised across the machine
            self.raised = error
            answer = b""
        self._state[state.STATE_HOST_STOP] = 0 if answer else 1
        return answer or FILLER

    def _answer(self, written: bytes) -> bytes:
        if self._in_blocks:
            answer = cast(BlockChannel, self._channel).exchange(written)
            if len(answer) % WORD_BYTES != 0:
                raise ValueError(f"the host sent {len(answer)} bytes, not whole words")
            return answer
        if self._channel is None:
            raise NoWord("no host is connected")
        channel = cast(WordChannel, self._channel)
        for start in range(0, len(written), WORD_BYTES):
            word = written[start : start + WORD_BYTES]
            channel.write(int.from_bytes(word, "little"))
        if self.is_ending:
            return b""
        given = channel.read()
        if not 0 <= given < 1 << 32:
            raise ValueError(f"the host sent {given}, which is no 32-bit word")
        return given.to_bytes(WORD_BYTES, "little")
