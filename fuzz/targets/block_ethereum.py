"""Blocks of our OS against Ethereum under the declared differences.

With unlimited native resource, no system contracts and no price for pubdata ours is
closest to Ethereum. What Ethereum cannot be asked at all is counted and not compared.
py-evm is asked first; where it differs, EELS says who is alone.
"""

from dataclasses import replace
from typing import Final

from differential.evm_compare import compare_with_ethereum
from differential.outcome import UNSUPPORTED, Outcome, Result
from fuzz.coverage.target import Problem
from fuzz.strategies.cast import LOOPER
from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import coverage_engine
from fuzz.targets.blocks import BlockTarget, Judgement
from zkos.host.case import AccountState, Block, Case
from zkos.host.profile import Profile, Quirks, RunOptions
from zkos.host.state import ChainState
from zkos.host.transactions import FieldTransaction, RawTransaction, Transaction

OPTIONS: Final = RunOptions(profile=Profile.REPLAY)
_MOST_NATIVE_PRICE: Final = 10
_MOST_GAS: Final = 1_000_000
_REFERENCE: Final = "py_evm"
_ARBITER: Final = "eels"


def block_ethereum() -> BlockTarget:
    """The compiled OS against py-evm and EELS under the declared differences."""
    return _target("block_ethereum", OPTIONS)


def block_ethereum_upstream() -> BlockTarget:
    """The same with upstream's faults, which are declared too."""
    options = replace(OPTIONS, quirks=Quirks.UPSTREAM)
    return _target("block_ethereum_upstream", options)


def _target(name: str, options: RunOptions) -> BlockTarget:
    return BlockTarget(
        name,
        [coverage_engine()],
        options,
        reference=compare_block,
        repair=only_ethereum,
    )


def compare_block(
    block: Block, state: ChainState, options: RunOptions, ours: Outcome
) -> Judgement:
    """The difference from py-evm as a problem."""
    if not ours.succeeded:
        return Judgement(compared=False)
    done = compare_with_ethereum(block, state, options, ours, engine=_REFERENCE)
    names = ("native", _REFERENCE)
    if done.reference.result is Result.CRASH:
        reason = done.reference.reason
        if reason.startswith(UNSUPPORTED):
            return Judgement(compared=False)
        site = reason.split(":")[0]
        crash = Problem("crash", names[1:], "outcome", "", site, (reason,))
        return Judgement(crash, compared=False)
    found = done.difference
    if found is None:
        return Judgement()
    arbiter = compare_with_ethereum(block, state, options, ours, engine=_ARBITER)
    sides = _reason(ours, found.where)
    if arbiter.reference.succeeded and arbiter.difference is None:
        sides = f"{sides} {_ARBITER} is with ours".strip()
    return Judgement(
        Problem("diverge", names, found.layer, found.where, sides, found.values)
    )


def _reason(ours: Outcome, where: str) -> str:
    """Why ours reverted or refused the transaction in which the two part."""
    for index, item in enumerate(ours.transactions or ()):
        if where.startswith(f"transactions[{index}]"):
            return (item.reason or "").split(" ")[0]
    return ""


def only_ethereum(case: Case) -> Case:
    """The case without what Ethereum does not have: types, prices, code versions.

    Nor with the contract that uses up a block: references take minutes for it.
    """
    return replace(
        case,
        accounts=tuple(
            _as_deployed(entry) for entry in case.accounts if entry.address != LOOPER
        ),
        sequence=tuple(
            _as_deployed(entry) if isinstance(entry, AccountState) else entry
            for entry in case.sequence
            if entry.address != LOOPER
        ),
        blocks=tuple(_ethereum_block(block) for block in case.blocks),
    )


def _as_deployed(entry: AccountState) -> AccountState:
    """The account with code as it would be deployed: others see its padding."""
    return replace(entry, code_version=1)


def _ethereum_block(block: Block) -> Block:
    context = replace(
        block.context,
        pubdata_price=0,
        native_price=max(1, min(block.context.native_price, _MOST_NATIVE_PRICE)),
    )
    stay = (_bounded(item) for item in block.transactions if _is_ethereum(item))
    return replace(block, context=context, transactions=tuple(stay))


def _bounded(item: Transaction) -> Transaction:
    """The transaction with gas for seconds of a reference at most."""
    if isinstance(item, FieldTransaction) and item.gas_limit > _MOST_GAS:
        return replace(item, gas_limit=_MOST_GAS)
    return item


def _is_ethereum(item: Transaction) -> bool:
    """Whether a transaction is delivered as a signed envelope."""
    if item.format is not None:
        return False
    match item:
        case RawTransaction():
            return True
        case FieldTransaction(kind=kind):
            return kind.is_signed
    return False


if __name__ == "__main__":
    main("block_ethereum")
