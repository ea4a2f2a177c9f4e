"""Makes blocks: EELS executes the body, the header is what it must then be.

The parent is invented so that base fee and excess blob gas follow from it. Blocks
stand on a state that is known in full; its witness is all of its tries.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from differential.ethereum.blocks import Account, KnownBlock
from differential.ethereum.eels import run_block
from differential.ethereum.execution import CannotBuild, Executed, Setting, execute
from differential.ethereum.states import full_state
from zkos.host.ethereum.block import EthereumBlock, Witness, distinct
from zkos.host.ethereum.tries import list_root
from zkos.host.rlp import Encodable, encode
from zkos.host.signing import keccak256
from zkos.versions import Fork

NO_OMMERS: Final = keccak256(encode([]))
GAS_BLOB: Final = 1 << 17
NO_BLOOM: Final = bytes(256)
_ANCESTORS: Final = 256


@dataclass(frozen=True)
class Plan:
    """What a block is to be."""

    fork: Fork
    before: Mapping[int, Account]
    transactions: Sequence[bytes] = ()
    withdrawals: Sequence[tuple[int, int, int, int]] = ()
    """Index, validator, address and amount in Gwei."""
    coinbase: int = 0
    number: int = 1
    timestamp: int = 1
    gas_limit: int = 30_000_000
    base_fee: int = 7
    """In wei."""
    mix_hash: int = 0
    excess_blob_gas: int = 0
    beacon_root: int = 0


def build_block(plan: Plan, name: str, *, check: bool = True) -> KnownBlock:
    """The block with what EELS makes of it. Raises CannotBuild.

    What it is expected to be is EELS's `state_transition` on the finished block;
    without `check` there is only the header that EELS's execution gives.
    """
    if plan.number < 1 or plan.timestamp < 1:
        raise CannotBuild("no block can be the parent of the first")
    full = full_state(plan.before)
    gas_module = importlib.import_module(f"ethereum.forks.{plan.fork.value}.vm.gas")
    target = int(gas_module.TARGET_BLOB_GAS_PER_BLOCK)
    used = 0 if plan.excess_blob_gas == 0 else target
    parent: list[Encodable] = [
        *_grandparents(plan.number)[-1:],
        NO_OMMERS,
        bytes(20),
        full.root,
        *_empty_lists(),
        NO_BLOOM,
        0,
        plan.number - 1,
        plan.gas_limit,
        plan.gas_limit // 2,
        plan.timestamp - 1,
        b"",
        bytes(32),
        bytes(8),
        plan.base_fee,
        _empty_lists()[0],
        used,
        plan.excess_blob_gas,
        bytes(32),
        bytes(32),
    ]
    headers = [*_headers(plan.number), encode(parent)]
    setting = Setting(
        plan.fork,
        plan.before,
        headers,
        plan.coinbase,
        plan.number,
        plan.timestamp,
        plan.gas_limit,
        plan.base_fee,
        plan.mix_hash,
        plan.excess_blob_gas,
        plan.beacon_root,
    )
    executed = execute(setting, plan.transactions, plan.withdrawals)
    header = _header(plan, keccak256(headers[-1]), executed)
    withdrawals = encode([
        [index, validator, address.to_bytes(20, "big"), amount]
        for index, validator, address, amount in plan.withdrawals
    ])  # fmt: skip
    witness = Witness(distinct(full.nodes), full.codes, tuple(headers))
    block = EthereumBlock(
        plan.fork, header, tuple(plan.transactions), withdrawals, witness
    )
    known = KnownBlock(name, block, plan.before)
    if not check:
        return known
    expected = run_block(known)
    if not expected.succeeded:
        raise CannotBuild(expected.reason)
    return KnownBlock(name, block, plan.before, expected)


def _header(plan: Plan, parent: bytes, body: Executed) -> bytes:
    return encode([
        parent,
        NO_OMMERS,
        plan.coinbase.to_bytes(20, "big"),
        body.state_root,
        body.transactions_root,
        body.receipts_root,
        body.bloom,
        0,
        plan.number,
        plan.gas_limit,
        body.gas_used,
        plan.timestamp,
        b"",
        plan.mix_hash.to_bytes(32, "big"),
        bytes(8),
        plan.base_fee,
        body.withdrawals_root,
        body.blob_gas_used,
        plan.excess_blob_gas,
        plan.beacon_root.to_bytes(32, "big"),
        body.requests_hash,
    ])  # fmt: skip


def _empty_lists() -> tuple[bytes, bytes]:
    """Roots of no transactions and no receipts."""
    return list_root(()), list_root(())


def _headers(number: int) -> tuple[bytes, ...]:
    """Headers before the parent of a block, oldest first, each naming the last."""
    return _chain(number)[0]


def _grandparents(number: int) -> tuple[bytes, ...]:
    """Their hashes; the last is what the parent names."""
    return _chain(number)[1]


@lru_cache(maxsize=16)
def _chain(number: int) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    first = max(0, number - _ANCESTORS)
    headers: list[bytes] = []
    hashes = [bytes(32)]
    for height in range(first, number - 1):
        fields: list[Encodable] = [
            hashes[-1], NO_OMMERS, bytes(20), bytes(32), *_empty_lists(), NO_BLOOM, 0,
            height, 30_000_000, 15_000_000, height, b"", bytes(32), bytes(8), 7,
            _empty_lists()[0], 0, 0, bytes(32), bytes(32),
        ]  # fmt: skip
        headers.append(encode(fields))
        hashes.append(keccak256(headers[-1]))
    return tuple(headers), tuple(hashes)
