"""The engine that runs translated code, with the interpreter for everything else."""

import ctypes
from typing import Final

from zkos.compiler.build import Progress
from zkos.machine import state
from zkos.machine.channels import GuardedChannel
from zkos.machine.engines import NativeEngine, address_of
from zkos.machine.execution import Buffers
from zkos.machine.translator import hooks
from zkos.machine.translator.context import (
    CONTEXT_BLAKE2S,
    CONTEXT_KECCAK,
    CONTEXT_LEFT,
    CONTEXT_ORACLE,
    CONTEXT_TABLE,
    CONTEXT_U256,
    CONTEXT_WORDS,
    INTERPRET,
    STOPPED,
)
from zkos.machine.translator.discovery import WORD
from zkos.machine.translator.translation import Compile, Translation, translate_image
from zkos.terminal.steps import step

_FITTING_KEPT: Final = 64
_MOST_STEPS: Final = 1024
_HOOKS: Final = (
    (CONTEXT_U256, hooks.U256),
    (CONTEXT_KECCAK, hooks.KECCAK),
    (CONTEXT_BLAKE2S, hooks.BLAKE2S),
    (CONTEXT_ORACLE, hooks.ORACLE),
)


class TranslatedEngine:
    """Runs images it knows translated, others interpreted.

    The prover's profile, code that changes itself, and the last cycles before a limit
    are the interpreter's.
    """

    def __init__(
        self, *, every: bool = False, compile_text: Compile | None = None
    ) -> None:
        """`every` translates images it meets; else only those given to `prepare`."""
        self._every: Final = every
        self._compile: Final = compile_text
        self._interpreter: Final = NativeEngine()
        self._translations: list[Translation] = []
        self._fitting: dict[bytes, Translation | None] = {}
        self.translated_cycles = 0
        """Executed by translated code so far, in all runs."""
        self._context: Final = (ctypes.c_uint64 * CONTEXT_WORDS)()
        self.library: Final = self._interpreter.library
        """The compiled interpreter."""
        for offset, symbol in _HOOKS:
            self._context[offset // 8] = self.library.address(symbol)
        prototype = ctypes.CFUNCTYPE(
            ctypes.c_int32, *(ctypes.c_void_p,) * 4, ctypes.c_int64
        )
        self._enter: Final = prototype(self.library.address(hooks.ENTER))

    def prepare(self, image: bytes, progress: Progress = step) -> None:
        """Translate an image, or load its translation. Raises `ImageError`."""
        made = translate_image(image, self.library, progress, self._compile)
        self._translations.append(made)
        self._fitting.clear()

    def run(
        self, buffers: Buffers, cycle_limit: int, profile: int, channel: GuardedChannel
    ) -> int:
        """Execute; the reason."""
        translation = self._translation(buffers.image)
        plain = profile == int(state.PROFILE_SIMULATOR)
        interpreter, steps = self._interpreter, 1
        if translation is not None and plain:
            interpreter.serve(channel)
            while self._may_enter(buffers, cycle_limit):
                before = buffers.counter(state.STATE_CYCLES)
                status = self._enter_at(buffers, cycle_limit, translation)
                if status >= STOPPED:
                    return status - STOPPED
                done = buffers.counter(state.STATE_CYCLES)
                # Code that was not found is passed over in longer and longer steps.
                steps = 1 if done > before else min(2 * steps, _MOST_STEPS)
                limit = min(done + steps, cycle_limit)
                reason = interpreter.run(buffers, limit, profile, channel)
                if reason != int(state.CYCLE_LIMIT) or limit == cycle_limit:
                    return reason
        return interpreter.run(buffers, cycle_limit, profile, channel)

    @staticmethod
    def _may_enter(buffers: Buffers, cycle_limit: int) -> bool:
        """Whether there are cycles left, and the code is what was translated."""
        left = cycle_limit - buffers.counter(state.STATE_CYCLES)
        changed = buffers.state_word(state.STATE_ROM_CHANGED) != 0
        return left > 0 and not changed

    def _enter_at(
        self, buffers: Buffers, cycle_limit: int, translation: Translation
    ) -> int:
        """Run from the pc as far as the translation goes; its status."""
        pc = buffers.state_word(state.STATE_PC)
        if pc % WORD != 0 or pc // WORD >= len(translation.table):
            return INTERPRET
        context = self._context
        context[CONTEXT_TABLE // 8] = ctypes.addressof(translation.table)
        given = cycle_limit - buffers.counter(state.STATE_CYCLES)
        status = self._enter(
            translation.table[pc // WORD],
            address_of(buffers.state),
            address_of(buffers.memory),
            ctypes.addressof(context),
            given,
        )
        if status == hooks.TRAPPED:
            self.library.raise_trap()
        left = context[CONTEXT_LEFT // 8]
        self.translated_cycles += given - left
        buffers.set_counter(state.STATE_CYCLES, cycle_limit - left)
        return int(status)

    def knows(self, image: bytes) -> bool:
        """Whether it has a translation that fits an image."""
        return any(item.fits(image) for item in self._translations)

    def finish(self, channel: GuardedChannel) -> None:
        """Hand on the last words."""
        self._interpreter.finish(channel)

    def _translation(self, image: bytes) -> Translation | None:
        if image not in self._fitting:
            if len(self._fitting) >= _FITTING_KEPT:
                self._fitting.clear()
            fitting = (item for item in self._translations if item.fits(image))
            found = next(fitting, None)
            if found is None and self._every:
                self.prepare(image)
                found = self._translations[-1]
            self._fitting[image] = found
        return self._fitting[image]
