"""The machine as the rest of the project uses it: an image in, a result out."""

from typing import Any, Final, Literal, cast

from zkos.lang.intrinsics import attach
from zkos.lang.ints import U32, U64
from zkos.lang.memory import ByteView
from zkos.machine import interpreter
from zkos.machine.execution import Buffers, Channel, Engine, Execution, MachineResult

EngineName = Literal["cpython", "native"]


class Machine:
    """Runs program images. `cpython` is slow and traceable, `native` is compiled."""

    def __init__(self, engine: EngineName = "native") -> None:
        self._engine: Final[Engine] = _ENGINES[engine]()

    def run(
        self, image: bytes, channel: Channel, cycle_limit: int, *, prover: bool = False
    ) -> MachineResult:
        """Run `image` from reset to its stop. Raises `ImageError`.

        `prover` refuses what the proving circuit lacks.
        """
        execution = self.load(image, channel, prover=prover)
        try:
            return execution.proceed(cycle_limit)
        finally:
            execution.buffers.memory.close()

    def load(
        self, image: bytes, channel: Channel, *, prover: bool = False
    ) -> Execution:
        """A machine at reset, to be run in pieces. Raises `ImageError`."""
        return Execution(self._engine, image, channel, prover=prover)


class CPythonEngine:
    """The interpreter's source run by CPython."""

    def run(
        self, buffers: Buffers, cycle_limit: int, profile: int, channel: Channel
    ) -> int:
        attach(_Connection(channel))
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


class _Connection:
    """A channel as guest code under CPython sees it."""

    def __init__(self, channel: Channel) -> None:
        self.read: Final = channel.read
        self.write: Final = channel.write

    def option(self, index: int) -> int:
        raise AssertionError(f"the machine has no option {index}")


def _view(buffer: Any) -> ByteView:
    return ByteView(cast(bytearray, buffer), 0, len(buffer))


_ENGINES: Final = {"cpython": CPythonEngine}
ENGINE_NAMES: Final = tuple(_ENGINES)
"""The engines there are."""
