"""The hunt by generated blocks and batches, with the campaign's own targets.

The plain engine and the changed one run every block; whatever either says must be
equal, and an independent judge must find the commitments right. Options take turns by
the number of a case: production, batches, the replay profile with all precompiles,
forward mode, upstream's faults.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from differential.runners import native, riscv
from differential.runners.base import Ending
from fuzz.coverage.target import Problem
from fuzz.mutants.mutant import Mutant, Where, source_of
from fuzz.mutants.workshop import workshop_of
from fuzz.targets.block_batch import BatchTarget
from fuzz.targets.block_engines import BlockEngine, riscv_engine
from fuzz.targets.blocks import BlockTarget
from zkos.compiler.native import NativeLibrary
from zkos.host.channel import QueryChannel
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.machine.engines import NativeEngine
from zkos.machine.machine import Machine
from zkos.versions import Build, Protocol

Attempt = Callable[[int, int], Problem | None]
"""Tries case `number` of a seed: what gave the fault away, or None."""
PRODUCTION: Final = RunOptions()
TURNS: Final = (
    (BlockTarget, PRODUCTION),
    (BatchTarget, PRODUCTION),
    (BlockTarget, PRODUCTION),
    (BlockTarget, RunOptions(profile=Profile.REPLAY, extra_precompiles=True)),
    (BlockTarget, PRODUCTION),
    (BatchTarget, PRODUCTION),
    (BlockTarget, RunOptions(mode=Mode.FORWARD)),
    (BlockTarget, RunOptions(quirks=Quirks.UPSTREAM)),
)


def turns_of(protocol: Protocol) -> Sequence[tuple[type[BlockTarget], RunOptions]]:
    """The turns, under the rules of a version."""
    return [(kind, replace(options, protocol=protocol)) for kind, options in TURNS]


def attempt_of(mutant: Mutant) -> Attempt:
    """Build both sides; may take a while."""
    engines = engines_of(mutant)
    turns = turns_of(mutant.protocol)
    hunts = [hunt_of(kind, options, engines) for kind, options in turns]
    return lambda seed, number: hunts[number % len(hunts)](seed, number)


def hunt_of(
    kind: type[BlockTarget], options: RunOptions, engines: Sequence[BlockEngine]
) -> Attempt:
    """Tries cases of one turn; the changed side is the first engine.

    What the plain side shows as well is a finding, but no merit of the hunt.
    """
    target, peer = (kind("mutant", some, options) for some in (engines, engines[1:]))

    def attempt(seed: int, number: int) -> Problem | None:
        value = target.generate(source_of(seed, number))
        problem = target.run(value).problem
        if problem is None or not peer.engines:
            return problem
        return None if peer.run(value).problem is not None else problem

    return attempt


def engines_of(mutant: Mutant) -> Sequence[BlockEngine]:
    """The changed side first, and the plain one; the judge is everybody's peer."""
    match mutant.where:
        case Where.NATIVE:
            shop = workshop_of(mutant.protocol)
            changed = shop.build((mutant.patch,)).library
            return engine("native*", changed), engine("native", shop.plain)
        case Where.RISCV:
            return _changed_riscv(mutant), _plain_native()
        case Where.MACHINE:
            return _changed_machine(mutant), _plain_native()
        case Where.TRANSLATOR:
            return replace(riscv_engine(), name="riscv*"), _plain_native()
        case Where.HOST:
            return (_plain_native(),)


def _plain_native() -> BlockEngine:
    native.library()
    return BlockEngine("native", native.run_guest)


def engine(name: str, library: NativeLibrary) -> BlockEngine:
    """A build that leaves its arena clean for others."""

    def run(channel: QueryChannel, options: RunOptions) -> Ending:
        ending = native.run_library(library, channel, options)
        library.reset()
        return ending

    return BlockEngine(name, run)


def _changed_riscv(mutant: Mutant) -> BlockEngine:
    program = riscv.program(Build(variant=mutant.variant))

    def run(channel: QueryChannel, options: RunOptions) -> Ending:
        return riscv.run_image(channel, program.image((options.word(),)), program)

    return BlockEngine("riscv*", run)


def _changed_machine(mutant: Mutant) -> BlockEngine:
    emulator = Machine(NativeEngine(mutant.variant))
    plain = riscv.program()

    def run(channel: QueryChannel, options: RunOptions) -> Ending:
        image = plain.image((options.word(),))
        return riscv.run_image(channel, image, plain, emulator)

    return BlockEngine("machine*", run)
