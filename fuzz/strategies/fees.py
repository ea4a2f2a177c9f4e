"""Blocks and what transactions in them pay: prices from comfortable to impossible."""

from typing import Final

from fuzz.strategies.cast import Cast, senders
from fuzz.strategies.numbers import WORD, near, word
from fuzz.strategies.source import Source, Weights
from zkos.host.context import MAX_BLOCK_GAS_LIMIT, BlockContext
from zkos.host.transactions import AccessListEntry

INTRINSIC_GAS: Final = 21000
"""With the signature."""
L1_INTRINSIC_GAS: Final = 11000
CREATION_GAS: Final = 32000
MAX_FEE_LIMIT: Final = (1 << 128) - 1
_CHAINS: Final = (37, 1, 324, 0, (1 << 64) - 1)
_BASE_FEES: Final = (1000, 0, 1, 7, 100_000, 10**9, (1 << 64) - 1)
_BASE_FEE_WEIGHTS: Final = Weights(50, 6, 6, 6, 12, 18, 2)
_NATIVE_PRICES: Final = (10, 1, 3, 1000, 10**6, 0)
_NATIVE_PRICE_WEIGHTS: Final = Weights(50, 15, 14, 10, 10, 1)
_PUBDATA_PRICES: Final = (0, 1, 2, 50, 1 << 40)
_PUBDATA_WEIGHTS: Final = Weights(56, 41, 1, 1, 1)
_NATIVE_PER_GAS: Final = (1000, 100, 300, 10_000, 60_000, 70_000)
_NATIVE_PER_GAS_WEIGHTS: Final = Weights(45, 18, 20, 10, 5, 2)
_GAS: Final = (100_000, 30_000, 300_000, 500_000, 1_000_000, 7_000_000)
_GAS_WEIGHTS: Final = Weights(20, 5, 40, 24, 9, 2)
"""The most is enough to deploy the longest code."""


def first_context(source: Source, cast: Cast) -> BlockContext:
    """The facts of the first block."""
    hashes = _block_hashes(source)
    # With all hashes there are blocks on both sides of the oldest known.
    numbers = (1, 0, 2, 255, 257, 256, 1000, (1 << 64) - 1)
    number = source.choose(numbers[4:] if len(hashes) > 3 else numbers)
    limit = MAX_BLOCK_GAS_LIMIT
    if source.chance(12):
        limits = (30_000_000, 1_000_000, 60_000, limit + 1)
        limit = source.choose(limits, Weights(60, 25, 10, 5))
    return BlockContext(
        chain_id=source.choose(_CHAINS, Weights(60, 15, 15, 5, 5)),
        block_number=number,
        timestamp=source.choose((42, 1_700_000_000, 0, (1 << 64) - 1)),
        eip1559_basefee=source.choose(_BASE_FEES, _BASE_FEE_WEIGHTS),
        gas_per_pubdata=source.choose(_PUBDATA_PRICES, _PUBDATA_WEIGHTS),
        native_price=source.choose(_NATIVE_PRICES, _NATIVE_PRICE_WEIGHTS),
        coinbase=coinbase(source, cast),
        gas_limit=limit,
        mix_hash=word(source),
        block_hashes=hashes,
    )


def _block_hashes(source: Source) -> tuple[int, ...]:
    """Hashes of the blocks before: none, some, or all, which then differ little."""
    count = source.choose((0, 1, 3, 256), Weights(62, 12, 11, 15))
    if count < 256:
        return tuple(word(source) for _ in range(count))
    last = word(source)
    return tuple((last + distance) % WORD for distance in range(count))


def next_context(source: Source, cast: Cast, last: BlockContext) -> BlockContext:
    """The facts of the block after `last`."""
    fresh = first_context(source, cast)
    keep = source.chance(70)
    return BlockContext(
        chain_id=last.chain_id,
        block_number=(last.block_number + 1) % (1 << 64),
        timestamp=last.timestamp,
        eip1559_basefee=last.eip1559_basefee if keep else fresh.eip1559_basefee,
        gas_per_pubdata=last.gas_per_pubdata if keep else fresh.gas_per_pubdata,
        native_price=last.native_price if keep else fresh.native_price,
        coinbase=last.coinbase if keep else fresh.coinbase,
        gas_limit=fresh.gas_limit,
        mix_hash=fresh.mix_hash,
        block_hashes=fresh.block_hashes,
    )


def coinbase(source: Source, cast: Cast) -> int:
    """Who gets the fees: sometimes somebody of the case."""
    match source.below(8):
        case 0:
            return 0x8001
        case 1:
            return source.choose(senders())
        case 2:
            return cast.address(source)
        case 3:
            return 0
    return 0xC01BA5E


def fee(source: Source, context: BlockContext) -> tuple[int, int]:
    """The maximum fee and priority fee a gas, mostly enough for the native used."""
    native_per_gas = source.choose(_NATIVE_PER_GAS, _NATIVE_PER_GAS_WEIGHTS)
    price = native_per_gas * context.native_price
    if source.chance(8):
        # Around the price at which one more unit of native a gas is had.
        units = source.choose((1, 2, 10, 100))
        price = near(source, units * context.native_price, 1)
    most = max(price, context.eip1559_basefee)
    match source.below(10):
        case 0:
            return most + price, max(price - context.eip1559_basefee, 0)
        case 1:
            return most, source.below(most + 1)
    return most, most


def bad_fee(source: Source, context: BlockContext) -> tuple[int, int]:
    """A maximum and priority fee that are refused or overflow something."""
    match source.below(4):
        case 0:
            price = max(1, context.eip1559_basefee)
            return price, price + source.integer(1, 5)
        case 1:
            price = max(0, context.eip1559_basefee - source.integer(1, 3))
            return price, price
        case 2:
            price = source.choose((MAX_FEE_LIMIT, 1 << 100, 1 << 120))
            return price, price
    return 1 << 128, 0


def gas_limit(source: Source, intrinsic: int, *, quiet: bool) -> int:
    """Gas: mostly enough to go deep; `quiet` if nothing will run."""
    match source.below(25):
        case 0:
            return near(source, intrinsic, 2)
        case 1:
            return intrinsic + source.below(5000)
        case 2 if quiet:
            return source.choose((1 << 32, (1 << 40) + 1, MAX_BLOCK_GAS_LIMIT))
    return intrinsic + source.choose(_GAS, _GAS_WEIGHTS) + source.below(1000)


def intrinsic_gas(
    data: bytes, access_list: tuple[AccessListEntry, ...] | None, *, creates: bool
) -> int:
    """What a signed transaction needs before anything runs."""
    gas = INTRINSIC_GAS + calldata_gas(data)
    for entry in access_list or ():
        gas += 2400 + 1900 * len(entry.storage_keys)
    if creates:
        gas += 2 * ((len(data) + 31) // 32) + CREATION_GAS
    return gas


def calldata_gas(data: bytes) -> int:
    """4 for each zero byte, 16 for others."""
    zeros = data.count(0)
    return 4 * zeros + 16 * (len(data) - zeros)
