"""The hunt by generated blocks: a changed build, and its plain peer, on each.

Both sides run every block on the same state; whatever either says must be equal. The
state is then written by the host, and its root must be the one the guest computed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from differential.compare import compare
from differential.outcome import Outcome, Result
from differential.runners import native, riscv
from differential.runners.base import (
    Ending,
    conclude,
    encode_block,
    state_after,
    state_of_case,
)
from fuzz.mutants.mutant import Mutant, Where, source_of
from fuzz.mutants.quick import quick_library
from fuzz.strategies.cases import case as generate_case
from fuzz.targets.block_differential import VARIANTS
from zkos.host.case import Block
from zkos.host.case_errors import CaseError
from zkos.host.channel import QueryChannel
from zkos.host.oracle import HonestOracle
from zkos.host.profile import Mode, RunOptions
from zkos.host.state import ChainState
from zkos.host.tree import hash_bytes
from zkos.machine.engines import NativeEngine
from zkos.machine.machine import Machine
from zkos.versions import Build

Run = Callable[[QueryChannel, RunOptions], Ending]


@dataclass(frozen=True, slots=True)
class Pair:
    """A changed side and a plain one, with their names."""

    names: tuple[str, str]
    changed: Run
    plain: Run


def pair_of(mutant: Mutant) -> Pair:
    """Build both sides; may take a while."""
    variant = mutant.variant
    match mutant.where:
        case Where.NATIVE:
            library = quick_library(variant)
            _warm_up_riscv()
            changed: Run = lambda talk, options: native.run_library(  # noqa: E731
                library, talk, options
            )
            return Pair(("native*", "riscv"), changed, riscv.run_guest)
        case Where.RISCV:
            program = riscv.program(Build(variant=variant))
            native.library()
            changed = lambda talk, options: riscv.run_image(  # noqa: E731
                talk, program.image((options.word(),)), program
            )
            return Pair(("riscv*", "native"), changed, native.run_guest)
        case Where.MACHINE:
            emulator = Machine(NativeEngine(variant))
            plain = riscv.program()
            native.library()
            changed = lambda talk, options: riscv.run_image(  # noqa: E731
                talk, plain.image((options.word(),)), plain, emulator
            )
            return Pair(("machine*", "native"), changed, native.run_guest)
        case Where.TRANSLATOR:
            native.library()
            riscv.translate(riscv.program().image())
            return Pair(("riscv*", "native"), riscv.run_guest, native.run_guest)
        case Where.HOST:
            native.library()
            return Pair(("native", "host*"), native.run_guest, native.run_guest)


def _warm_up_riscv() -> None:
    """Build what the plain side would build in its first run."""
    riscv.program()
    riscv.machine()


def attempt(pair: Pair, seed: int, number: int) -> str | None:
    """Try case `number` of a seed: what gave the fault away, or None."""
    case = generate_case(source_of(seed, number))
    options = replace(VARIANTS[number % len(VARIANTS)], mode=Mode.PROVING)
    state = state_of_case(case)
    for block in case.blocks:
        found, after = _attempt_block(pair, block, state, options)
        if found is not None or after is None:
            return found
        state = after
    return None


def _attempt_block(
    pair: Pair, block: Block, state: ChainState, options: RunOptions
) -> tuple[str | None, ChainState | None]:
    """What a block gives away, and the state after it if there is one."""
    try:
        encoded = encode_block(block)
    except CaseError:
        return None, None
    ends, talks = [], []
    for run in (pair.changed, pair.plain):
        talk = QueryChannel(HonestOracle(state, block.context, encoded))
        ends.append(run(talk, options))
        talks.append(talk)
    if not _same(ends, talks):
        return _difference(pair, ends, talks, state, options), None
    if ends[0].result is not Result.SUCCESS:
        # Both refuse: an honest block that a host's fault made unacceptable.
        proof = "/tree.py:" in ends[0].reason or "a slot without" in ends[0].reason
        return (f"both reject: {ends[0].reason}" if proof else None), None
    outcome = conclude(talks[0], ends[0], state, options)
    before = state.tree.root()
    after = state_after(state, outcome)
    return _state_fault(before, state, after, outcome), after


def _state_fault(
    before: bytes, state: ChainState, after: ChainState, outcome: Outcome
) -> str | None:
    """What the host did wrong when it wrote a block to the state."""
    if int.from_bytes(after.tree.root(), "big") != outcome.state_root:
        return "state_root after the block"
    # Digests are redone only above changes: read one that was there before.
    if state.tree.root() != before or state.tree.proof(0).root() != before:
        return "state_root before the block"
    for data in outcome.detail.preimages or ():
        if after.preimages.get(hash_bytes(data)) is None:
            return "preimages after the block"
    return None


def _same(ends: list[Ending], talks: list[QueryChannel]) -> bool:
    (one, two), (x, y) = ends, talks
    return (
        one.result is two.result
        and one.public_input == two.public_input
        and x.messages == y.messages
        and x.queries == y.queries
        and x.fault == y.fault
    )


def _difference(
    pair: Pair,
    ends: list[Ending],
    talks: list[QueryChannel],
    state: ChainState,
    options: RunOptions,
) -> str:
    left, right = (
        conclude(talk, end, state, options)
        for talk, end in zip(talks, ends, strict=True)
    )
    found = compare(pair.names, left, right)
    if found is None:
        return "another conversation"
    if found.layer == "outcome":
        return f"outcome {found.values[0]}: {left.reason or right.reason}"
    return found.layer
