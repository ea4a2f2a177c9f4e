"""Chains of blocks on a known state: each header is what EELS makes of the body.

The first parent is invented, later blocks follow from the ones before them. What a
proposer decides is a `Body`; everything else of a block can be made again from it.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

from differential.ethereum.blocks import KnownBlock, State
from differential.ethereum.execution import CannotBuild, Executed, Setting, execute
from differential.ethereum.states import full_state
from zkos.host.ethereum.block import EthereumBlock, Witness, distinct
from zkos.host.ethereum.headers import FIELDS
from zkos.host.ethereum.tries import list_root
from zkos.host.rlp import Encodable, decode, encode
from zkos.host.signing import keccak256
from zkos.versions import Fork

NO_OMMERS: Final = keccak256(encode([]))
NO_BLOOM: Final = bytes(256)
EMPTY_LIST: Final = list_root(())
NO_REQUESTS: Final = bytes.fromhex(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)
MOST_ANCESTORS: Final = 256
PLACES: Final = {name: place for place, (name, _) in enumerate(FIELDS)}
"""Where a field of a header is, by its name."""
Withdrawal = tuple[int, int, int, int]
"""Index, validator, address and amount in Gwei."""


@dataclass(frozen=True)
class Body:
    """What the proposer of a block decides."""

    transactions: tuple[bytes, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    coinbase: int = 0
    timestamp: int = 2
    gas_limit: int = 30_000_000
    mix_hash: int = 0
    beacon_root: int = 0
    extra: bytes = b""


@dataclass(frozen=True)
class Parent:
    """What there is to choose about the block before the first."""

    number: int = 0
    timestamp: int = 1
    gas_limit: int = 30_000_000
    gas_used: int = 15_000_000
    base_fee: int = 7
    """In wei."""
    blob_gas_used: int = 0
    excess_blob_gas: int = 0


@dataclass(frozen=True)
class Link:
    """A block of a chain, and what goes on from it."""

    known: KnownBlock
    headers: tuple[bytes, ...]
    """The ancestors of the next block."""
    after: State
    refused: tuple[tuple[int, bytes], ...]
    """Transactions left out, each with how many came before it."""
    flaw: str = ""
    """Why Ethereum refuses the block all the same; nothing can follow."""


def invent_parent(before: State, parent: Parent) -> tuple[bytes, ...]:
    """The headers before the first block, oldest first."""
    ancestors, last = _ancestors(parent.number)
    root = full_state(before).root
    fields: list[Encodable] = [
        last, NO_OMMERS, bytes(20), root, EMPTY_LIST, EMPTY_LIST, NO_BLOOM, 0,
        parent.number, parent.gas_limit, parent.gas_used, parent.timestamp, b"",
        bytes(32), bytes(8), parent.base_fee, EMPTY_LIST, parent.blob_gas_used,
        parent.excess_blob_gas, bytes(32), NO_REQUESTS,
    ]  # fmt: skip
    return (*ancestors, encode(fields))


def refit_parent(before: State, headers: Sequence[bytes]) -> tuple[bytes, ...]:
    """The same ancestors, the last of which has this state."""
    fields = fields_of(headers[-1])
    fields[PLACES["stateRoot"]] = full_state(before).root
    return (*headers[:-1], encode(cast(list[Encodable], fields)))


def grow(
    fork: Fork,
    before: State,
    headers: tuple[bytes, ...],
    body: Body,
    name: str = "",
    *,
    lenient: bool = True,
) -> Link:
    """The next block of a chain. Raises CannotBuild.

    `lenient`: transactions that Ethereum does not allow are left out.
    """
    base_fee, excess, number = next_terms(fork, headers[-1], body.gas_limit)
    setting = Setting(
        fork,
        before,
        headers,
        body.coinbase,
        number,
        body.timestamp,
        body.gas_limit,
        base_fee,
        body.mix_hash,
        excess,
        body.beacon_root,
    )
    done = execute(setting, body.transactions, body.withdrawals, lenient=lenient)
    header = _header(setting, body.extra, done)
    full = full_state(before)
    block = EthereumBlock(
        fork,
        header,
        done.transactions,
        encode_withdrawals(body.withdrawals),
        Witness(distinct(full.nodes), full.codes, headers),
    )
    following = (*headers, header)[-MOST_ANCESTORS:]
    known = KnownBlock(name, block, before)
    return Link(known, following, done.after, done.refused, done.flaw)


def body_of(known: KnownBlock) -> Body:
    """What the proposer of a block decided. Raises ValueError for what is malformed."""
    fields = fields_of(known.block.header)

    def number(name: str) -> int:
        return int.from_bytes(fields[PLACES[name]], "big")

    rows = decode(known.block.withdrawals)
    withdrawals = [
        cast(Withdrawal, tuple(int.from_bytes(item, "big") for item in row))
        for row in cast(list[list[bytes]], rows)
    ]
    return Body(
        known.block.transactions,
        tuple(withdrawals),
        number("miner"),
        number("timestamp"),
        number("gasLimit"),
        number("mixHash"),
        number("parentBeaconBlockRoot"),
        fields[PLACES["extraData"]],
    )


def fields_of(header: bytes) -> list[bytes]:
    """The fields of an encoded header. Raises ValueError for what is none."""
    fields = decode(header)
    if isinstance(fields, bytes) or len(fields) != len(FIELDS):
        raise ValueError("no header")
    return cast(list[bytes], list(fields))


def encode_withdrawals(items: Sequence[Withdrawal]) -> bytes:
    """As a block holds them."""
    return encode([
        [index, validator, address.to_bytes(20, "big"), amount]
        for index, validator, address, amount in items
    ])  # fmt: skip


def next_terms(fork: Fork, parent: bytes, gas_limit: int) -> tuple[int, int, int]:
    """Base fee, excess blob gas and number after a parent. Raises CannotBuild."""
    from ethereum.exceptions import EthereumException
    from ethereum_rlp import rlp
    from ethereum_types.numeric import Uint

    base = f"ethereum.forks.{fork.value}"
    rules: Any = importlib.import_module(f"{base}.fork")
    gas: Any = importlib.import_module(f"{base}.vm.gas")
    blocks: Any = importlib.import_module(f"{base}.blocks")
    header = rlp.decode_to(blocks.Header, parent)
    try:
        base_fee = rules.calculate_base_fee_per_gas(
            Uint(gas_limit),
            header.gas_limit,
            header.gas_used,
            header.base_fee_per_gas,
        )
    except EthereumException as error:
        raise CannotBuild(f"gas limit: {type(error).__name__}") from error
    excess = gas.calculate_excess_blob_gas(header)
    return int(base_fee), int(excess), int(header.number) + 1


def blob_fee(fork: Fork, excess_blob_gas: int) -> int:
    """Wei a blob gas."""
    from ethereum_types.numeric import U64

    gas: Any = importlib.import_module(f"ethereum.forks.{fork.value}.vm.gas")
    return int(gas.calculate_blob_gas_price(U64(excess_blob_gas)))


def _header(setting: Setting, extra: bytes, done: Executed) -> bytes:
    return encode([
        keccak256(setting.headers[-1]),
        NO_OMMERS,
        setting.coinbase.to_bytes(20, "big"),
        done.state_root,
        done.transactions_root,
        done.receipts_root,
        done.bloom,
        0,
        setting.number,
        setting.gas_limit,
        done.gas_used,
        setting.timestamp,
        extra,
        setting.mix_hash.to_bytes(32, "big"),
        bytes(8),
        setting.base_fee,
        done.withdrawals_root,
        done.blob_gas_used,
        setting.excess_blob_gas,
        setting.beacon_root.to_bytes(32, "big"),
        done.requests_hash,
    ])  # fmt: skip


@lru_cache(maxsize=16)
def _ancestors(number: int) -> tuple[tuple[bytes, ...], bytes]:
    """Headers before a parent, oldest first, and the hash of the last."""
    first = max(0, number - MOST_ANCESTORS + 1)
    headers: list[bytes] = []
    last = bytes(32)
    for height in range(first, number):
        fields: list[Encodable] = [
            last, NO_OMMERS, bytes(20), bytes(32), EMPTY_LIST, EMPTY_LIST, NO_BLOOM,
            0, height, 30_000_000, 15_000_000, height, b"", bytes(32), bytes(8), 7,
            EMPTY_LIST, 0, 0, bytes(32), NO_REQUESTS,
        ]  # fmt: skip
        headers.append(encode(fields))
        last = keccak256(headers[-1])
    return tuple(headers), last
