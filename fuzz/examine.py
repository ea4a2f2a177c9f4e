"""Cases in all variants of the OS and in forward mode: slower than a target.

Forward and proving mode natively and the RISC-V image agree in all layers, none
fails, and without upstream's faults no transaction ends a block.
"""

from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from differential.compare import compare, failed
from differential.outcome import Difference, Outcome, Result
from differential.runners import native, riscv
from differential.runners.base import Runner, run_chain
from zkos.host.case import Case
from zkos.host.profile import Mode, Profile, Quirks, RunOptions

VARIANTS: Final = (
    *(
        RunOptions(profile=profile, quirks=quirks)
        for quirks, profile in product(Quirks, Profile)
    ),
    RunOptions(extra_precompiles=True),
)
"""All the ways to run a block that ship, and the one with all precompiles."""
ENGINES: Final[tuple[tuple[str, Runner, Mode], ...]] = (
    ("native", native.run_block, Mode.PROVING),
    ("forward", native.run_block, Mode.FORWARD),
    ("riscv", riscv.run_block, Mode.PROVING),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a case is kept."""

    kind: str
    """`diverge`, `abort`, `crash` or `timeout`."""
    block: int
    detail: Difference | str


@dataclass(frozen=True, slots=True)
class Examination:
    """What the engines said of a case."""

    outcomes: tuple[Outcome, ...]
    """Of the native proving run, block by block."""
    finding: Finding | None = None


def prepare(engines: tuple[str, ...] = ()) -> None:
    """Build or load what the engines run, so that no case waits for it."""
    native.library()
    if not engines or "riscv" in engines:
        riscv.program()
        riscv.machine()


def examine(
    case: Case, options: RunOptions, engines: tuple[str, ...] = ()
) -> Examination:
    """Run a case on `engines`, or all, and compare; raises CaseError."""
    chains: dict[str, list[Outcome]] = {}
    for name, run, mode in ENGINES:
        if not engines or name in engines:
            chains[name] = list(run_chain(run, case, replace(options, mode=mode)))
    first = next(iter(chains.values()))
    return Examination(tuple(first), _judge(chains, options.quirks))


def _judge(chains: dict[str, list[Outcome]], quirks: Quirks) -> Finding | None:
    for name, outcomes in chains.items():
        last = len(outcomes) - 1
        if failed(outcomes[last]):
            kind = outcomes[last].result.value
            return Finding(kind, last, f"{name}: {outcomes[last].reason}")
    names = list(chains)
    for other in names[1:]:
        finding = _compare((names[0], other), chains[names[0]], chains[other])
        if finding is not None:
            return finding
    outcomes = chains[names[0]]
    last = len(outcomes) - 1
    if outcomes[last].result is Result.ABORT and quirks is Quirks.NONE:
        return Finding("abort", last, outcomes[last].reason)
    return None


def _compare(
    names: tuple[str, str], left: list[Outcome], right: list[Outcome]
) -> Finding | None:
    for index, (one, two) in enumerate(zip(left, right, strict=False)):
        if "forward" in names:
            one, two = _without_proofs(one), _without_proofs(two)
        difference = compare(names, one, two)
        if difference is not None:
            return Finding("diverge", index, difference)
    if len(left) != len(right):
        blocks = Difference(names, "blocks", "", (len(left), len(right)))
        return Finding("diverge", min(len(left), len(right)), blocks)
    return None


def _without_proofs(outcome: Outcome) -> Outcome:
    detail = replace(outcome.detail, queries=None)
    return replace(outcome, oracle_words=None, detail=detail)
