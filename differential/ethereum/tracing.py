"""What our engines do in the EVM on a block of Ethereum, step by step."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from differential.engines import EngineError
from differential.ethereum.blocks import KnownBlock
from differential.ethereum.running import conclude
from differential.runners.base import Ending
from differential.trace import Trace
from zkos.compiler.variant import TRACE
from zkos.host.channel import QueryChannel
from zkos.host.ethereum.oracle import WitnessOracle
from zkos.host.profile import RunOptions
from zkos.host.trace import decode_trace
from zkos.versions import Build, Instance


def trace_block(engine: str, known: KnownBlock, options: RunOptions) -> Trace:
    """A traced run of a block on one of our engines.

    Raises EngineError for any other, OracleError for a witness without a parent.
    """
    if engine not in _RUNS:
        there = ", ".join(_RUNS)
        raise EngineError(f"engine {engine} cannot be traced here, only {there}")
    fork = known.block.fork
    options = replace(options, instance=Instance.ETHEREUM, fork=fork, report=True)
    build = Build(instance=Instance.ETHEREUM, fork=fork, variant=TRACE)
    channel = QueryChannel(WitnessOracle(known.block))
    ending = _RUNS[engine](build, channel, options)
    outcome = conclude(channel, ending, options)
    return Trace(outcome, decode_trace(channel.messages))


def _native(build: Build, channel: QueryChannel, options: RunOptions) -> Ending:
    from differential.runners import native

    library = native.library(build)
    return native.run_library(library, channel, options, main=build.main)


def _riscv(build: Build, channel: QueryChannel, options: RunOptions) -> Ending:
    from differential.runners import riscv

    program = riscv.program(build)
    return riscv.run_image(channel, program.image((options.word(),)), program)


def _cpython(build: Build, channel: QueryChannel, options: RunOptions) -> Ending:
    from differential.runners import cpython

    return cpython.run_build(build, channel, options)


_RUNS: Final[dict[str, Callable[[Build, QueryChannel, RunOptions], Ending]]] = {
    "native": _native,
    "riscv": _riscv,
    "cpython": _cpython,
}
