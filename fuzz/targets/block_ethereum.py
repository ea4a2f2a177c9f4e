"""Blocks of our OS against py-evm under the declared differences.

With unlimited native resource, no system contracts and no price for pubdata ours is
closest to Ethereum. What Ethereum cannot be asked at all is counted and not compared.
"""

from dataclasses import replace
from typing import Final

from differential.evm_compare import compare_with_ethereum
from differential.outcome import Outcome, Result
from fuzz.coverage.target import Problem
from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import coverage_engine
from fuzz.targets.blocks import BlockTarget, Judgement
from zkos.guest.protocol.addresses import BOOTLOADER
from zkos.host.case import Block, Case
from zkos.host.profile import Profile, Quirks, RunOptions
from zkos.host.signing import SIGNATURE_BYTES
from zkos.host.state import ChainState
from zkos.host.transactions import FieldTransaction, Kind, RawTransaction, Transaction

OPTIONS: Final = RunOptions(profile=Profile.REPLAY)
_MOST_NATIVE_PRICE: Final = 10
_ETHEREUM: Final = (Kind.LEGACY, Kind.EIP2930, Kind.EIP1559)


def block_ethereum() -> BlockTarget:
    """The compiled OS against py-evm under the declared differences."""
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
    done = compare_with_ethereum(block, state, options, ours)
    names = ("native", "py_evm")
    if done.reference.result is Result.CRASH:
        reason = done.reference.reason
        if reason.startswith("unsupported"):
            return Judgement(compared=False)
        site = reason.split(":")[0]
        crash = Problem("crash", names[1:], "outcome", "", site, (reason,))
        return Judgement(crash, compared=False)
    found = done.difference
    if found is None:
        return Judgement()
    site = _reason(ours, found.where)
    return Judgement(
        Problem("diverge", names, found.layer, found.where, site, found.values)
    )


def _reason(ours: Outcome, where: str) -> str:
    """Why ours reverted or refused the transaction in which the two part."""
    for index, item in enumerate(ours.transactions or ()):
        if where.startswith(f"transactions[{index}]"):
            return (item.reason or "").split(" ")[0]
    return ""


def only_ethereum(case: Case) -> Case:
    """The case without what Ethereum does not have: types, fields, prices."""
    return replace(case, blocks=tuple(_ethereum_block(block) for block in case.blocks))


def _ethereum_block(block: Block) -> Block:
    coinbase = block.context.coinbase
    context = replace(
        block.context,
        gas_per_pubdata=0,
        native_price=max(1, min(block.context.native_price, _MOST_NATIVE_PRICE)),
        coinbase=0 if coinbase == int(BOOTLOADER) else coinbase,
    )
    items = (_ethereum_transaction(item) for item in block.transactions)
    return Block(context, tuple(item for item in items if item is not None))


def _ethereum_transaction(item: Transaction) -> Transaction | None:
    if isinstance(item, RawTransaction):
        return item
    if not isinstance(item, FieldTransaction) or item.kind not in _ETHEREUM:
        return None
    if item.signature is not None and not _fits_envelope(item.signature):
        return None
    priority = item.max_priority_fee_per_gas if item.kind is Kind.EIP1559 else None
    return replace(
        item,
        max_priority_fee_per_gas=priority,
        gas_per_pubdata=0,
        paymaster=0,
        paymaster_input=b"",
        factory_deps=(),
        mint_value=None,
        refund_recipient=None,
        reserved=(),
        reserved_dynamic=None,
    )


def _fits_envelope(signature: bytes) -> bool:
    """Whether Ethereum's envelopes can carry a signature."""
    return len(signature) == SIGNATURE_BYTES and signature[-1] in (27, 28)


if __name__ == "__main__":
    main("block_ethereum")
