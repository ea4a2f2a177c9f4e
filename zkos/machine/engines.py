"""The two ways to execute the interpreter's source: CPython and compiled.

Both give the interpreter the same buffers and serve its oracle words from the same
guarded channel.
"""

import ctypes
import mmap
from functools import cache
from typing import Any, Final, cast

from zkos.compiler.variant import PLAIN, Variant
from zkos.lang.intrinsics import attach
from zkos.lang.ints import U32, U64
from zkos.lang.memory import ByteView
from zkos.machine import interpreter
from zkos.machine.channels import WORD_BYTES, GuardedChannel
from zkos.machine.execution import Buffers
from zkos.machine.translator.hooks import RUN, hooked_interpreter


class CPythonEngine:
    """The interpreter's source run by CPython."""

    def __init__(self) -> None:
        self._words: _WordQueue | None = None

    def run(
        self, buffers: Buffers, cycle_limit: int, profile: int, channel: GuardedChannel
    ) -> int:
        """Execute; the reason."""
        if self._words is None or self._words.channel is not channel:
            _engage(channel)
            self._words = _WordQueue(channel)
        attach(self._words)
        try:
            reason = interpreter.run(
                _view(buffers.memory),
                _view(buffers.code),
                _view(buffers.state),
                U64(cycle_limit),
                U32(profile),
            )
        finally:
            attach(None)
        return int(reason)

    def finish(self, channel: GuardedChannel) -> None:
        """Hand on the last words."""
        if self._words is not None and self._words.channel is channel:
            self._words.flush()
            self._words = None


class _WordQueue:
    """A block channel as guest code under CPython sees it."""

    def __init__(self, channel: GuardedChannel) -> None:
        self.channel: Final = channel
        self._written: Final = bytearray()
        self._readable = b""

    def read(self) -> int:
        if not self._readable:
            self._readable = self.channel.exchange(self._take())
        word, self._readable = self._readable[:WORD_BYTES], self._readable[WORD_BYTES:]
        return int.from_bytes(word, "little")

    def write(self, word: int) -> None:
        self._readable = b""
        self._written.extend(word.to_bytes(WORD_BYTES, "little"))

    def option(self, index: int) -> int:
        raise AssertionError(f"the machine has no option {index}")

    def flush(self) -> None:
        if self._written:
            self.channel.exchange(self._take())

    def _take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


class NativeEngine:
    """The interpreter compiled for the machine this runs on."""

    def __init__(self, variant: Variant = PLAIN) -> None:
        self.library: Final = hooked_interpreter(variant)
        self._channel: GuardedChannel | None = None

    def run(
        self, buffers: Buffers, cycle_limit: int, profile: int, channel: GuardedChannel
    ) -> int:
        """Execute; the reason."""
        self.serve(channel)
        memory, code = _place(buffers.memory), _place(buffers.code)
        arguments = (memory, code, buffers.state, cycle_limit, profile)
        return int(self.library.call(RUN, *arguments))

    def serve(self, channel: GuardedChannel) -> None:
        """Connect the program of a channel, unless it is connected already."""
        if self._channel is not channel:
            _engage(channel)
            self.library.attach(channel)
            self._channel = channel

    def finish(self, channel: GuardedChannel) -> None:
        """Hand on the last words."""
        if self._channel is channel:
            self.library.flush()
            self.library.attach(None)
            self._channel = None


@cache
def native_engine() -> NativeEngine:
    """The compiled interpreter, built and loaded once a process."""
    return NativeEngine()


def _engage(channel: GuardedChannel) -> None:
    """Words kept for one program are lost when an engine begins another."""
    if channel.engaged:
        raise RuntimeError("an unfinished run cannot go on: another came between")
    channel.engaged = True


def _view(buffer: Any) -> ByteView:
    return ByteView(cast(bytearray, buffer), 0, len(buffer))


def _place(memory: mmap.mmap) -> tuple[int, int]:
    """Address and length of a mapping; valid until it is closed."""
    return address_of(memory), len(memory)


def address_of(buffer: bytearray | mmap.mmap) -> int:
    """Where a buffer lies, as long as it lives and keeps its size."""
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))
