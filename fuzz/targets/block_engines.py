"""Engines of our OS as block targets call them: a prepared channel in, an end out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from differential.runners import native, riscv
from differential.runners.base import Ending
from fuzz.coverage.counters import Counters
from fuzz.coverage.lines import counting
from zkos.compiler.native import NativeLibrary
from zkos.compiler.variant import Variant
from zkos.host.channel import QueryChannel
from zkos.host.profile import RunOptions
from zkos.versions import DEFAULT, Build, Protocol

SEARCH: Final = Variant(
    coverage=True,
    bindings=(("zkos.guest.evm.trace", "fuzz.targets.guest.steps"),),
)
"""Counts blocks of code, and what opcodes came to."""


@dataclass(frozen=True, slots=True)
class BlockEngine:
    """An engine and, where it has them, its coverage counters."""

    name: str
    run: Callable[[QueryChannel, RunOptions], Ending]
    counters: Counters | None = None


@cache
def coverage_library(protocol: Protocol = DEFAULT) -> NativeLibrary:
    """The compiled OS with coverage counters; comparisons go to nobody."""
    return native.library(Build(protocol, variant=counting(SEARCH)))


@cache
def coverage_engine(protocol: Protocol = DEFAULT) -> BlockEngine:
    """The compiled OS, of any version; the counters are those of `protocol`."""

    def run(channel: QueryChannel, options: RunOptions) -> Ending:
        return native.run_library(coverage_library(options.protocol), channel, options)

    return BlockEngine("native", run, Counters.of(coverage_library(protocol)))


@cache
def riscv_engine(*protocols: Protocol) -> BlockEngine:
    """The RISC-V images on the emulated machine, translated and loaded now."""
    for protocol in protocols or (DEFAULT,):
        riscv.translate(riscv.program(Build(protocol)).image())
    return BlockEngine("riscv", riscv.run_guest)
