"""The machine as the rest of the project uses it: an image in, a result out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

from zkos.machine.engines import CPythonEngine, native_engine
from zkos.machine.execution import (
    Buffers,
    Channel,
    Engine,
    Execution,
    MachineResult,
    Stop,
)

EngineName = Literal["cpython", "native"]
SLICE_CYCLES: Final = 1 << 28
"""A run comes back to Python this often, so that it can be interrupted."""
_ENGINES: Final[dict[EngineName, Callable[[], Engine]]] = {
    "cpython": CPythonEngine,
    "native": native_engine,
}
ENGINE_NAMES: Final = tuple(_ENGINES)
"""The engines there are."""


class Machine:
    """Runs program images. `cpython` is slow and traceable, `native` is compiled."""

    def __init__(self, engine: EngineName | Engine = "native") -> None:
        self._engine: Final[Engine] = (
            _ENGINES[engine]() if isinstance(engine, str) else engine
        )
        self._spare: tuple[Buffers, bool] | None = None
        """Memory of the last run at reset, and the profile its code is decoded for."""

    def run(
        self,
        image: bytes,
        channel: Channel | None,
        cycle_limit: int,
        *,
        prover: bool = False,
        watch: int | None = None,
    ) -> MachineResult:
        """Run `image` from reset to its stop. Raises `ImageError`.

        Without a `channel` a program that reads ends with `HOST_ERROR`. `prover`
        refuses what the proving circuit lacks. `watch` is the address of a word of
        memory to tell after the run.
        """
        buffers = self._take_spare(image, prover=prover) or Buffers.for_image(image)
        execution = Execution(self._engine, buffers, channel, prover=prover, whole=True)
        try:
            result = _run_in_slices(execution, cycle_limit)
            if watch is None:
                return result
            return replace(result, watched=execution.word(watch))
        finally:
            if buffers.reset():
                self._spare = buffers, prover
            else:
                buffers.close()

    def _take_spare(self, image: bytes, *, prover: bool) -> Buffers | None:
        """The memory of the last run, if it fits."""
        spare, self._spare = self._spare, None
        if spare is None:
            return None
        if (spare[0].image, spare[1]) == (image, prover):
            return spare[0]
        spare[0].close()
        return None

    def load(
        self, image: bytes, channel: Channel | None, *, prover: bool = False
    ) -> Execution:
        """A machine at reset, to be run in pieces. Raises `ImageError`."""
        buffers = Buffers.for_image(image)
        return Execution(self._engine, buffers, channel, prover=prover)


def _run_in_slices(execution: Execution, cycle_limit: int) -> MachineResult:
    limit = min(SLICE_CYCLES, cycle_limit)
    result = execution.proceed(limit)
    while result.reason is Stop.CYCLE_LIMIT and limit < cycle_limit:
        limit = min(limit + SLICE_CYCLES, cycle_limit)
        result = execution.proceed(limit)
    execution.finish()
    return result
