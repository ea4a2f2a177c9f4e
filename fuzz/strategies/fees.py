"""Blocks and what transactions in them pay: prices from comfortable to impossible."""

from dataclasses import replace
from typing import Final

from fuzz.strategies.cast import Cast, authorities, senders
from fuzz.strategies.numbers import WORD, near, word
from fuzz.strategies.source import Source, Weights
from zkos.host.context import MAX_BLOCK_GAS_LIMIT, BlockContext, DataAvailability
from zkos.host.transactions import AccessListEntry

INTRINSIC_GAS: Final = 21000
"""With the signature; of types from L1 too, which have none."""
CREATION_GAS: Final = 32000
MAX_FEE: Final = (1 << 256) - 1
NATIVE_LIMIT: Final = 1 << 35
"""Of a transaction and of a block."""
_CHAINS: Final = (37, 1, 324, 0, (1 << 64) - 1)
_BASE_FEES: Final = (1000, 0, 1, 7, 100_000, 10**9, (1 << 64) - 1)
_BASE_FEE_WEIGHTS: Final = Weights(48, 10, 6, 6, 11, 17, 2)
_NATIVE_PRICES: Final = (10, 1, 3, 1000, 10**6, 0)
_NATIVE_PRICE_WEIGHTS: Final = Weights(50, 15, 14, 10, 10, 1)
_NATIVE_PER_BYTE: Final = (0, 1, 100, 10_000, 200_000, 2_000_000, 1 << 40)
"""Native a byte of pubdata: from nothing to more than there can be."""
_NATIVE_PER_BYTE_WEIGHTS: Final = Weights(50, 16, 12, 10, 7, 4, 1)
_NATIVE_PER_GAS: Final = (1000, 100, 300, 10_000, 60_000, 70_000)
_NATIVE_PER_GAS_WEIGHTS: Final = Weights(45, 18, 20, 10, 5, 2)
_GAS: Final = (100_000, 30_000, 300_000, 500_000, 1_000_000)
_GAS_WEIGHTS: Final = Weights(20, 5, 40, 25, 10)
_GAS_LIMITS: Final = (30_000_000, 1_000_000, 250_000, 60_000)
_GAS_LIMIT_WEIGHTS: Final = Weights(35, 40, 20, 5)
_PUBDATA_LIMITS: Final = (400, 1000, 5000, 600, 65, 130, 153, 200, 306, 800, 64)
_SCHEMES: Final = tuple(DataAvailability(name) for name in ("keccak", "none", "blobs"))
_SCHEME_WEIGHTS: Final = Weights(84, 14, 2)
"""Blobs take a tenth of a second each: as long as a hundred other blocks."""


def first_context(source: Source, cast: Cast) -> BlockContext:
    """The facts of the first block."""
    hashes = _block_hashes(source)
    # With all hashes there are blocks on both sides of the oldest known.
    numbers = (1, 0, 2, 255, 257, 256, 1000, (1 << 64) - 1)
    number = source.choose(numbers[4:] if len(hashes or ()) > 3 else numbers)
    native_price = source.choose(_NATIVE_PRICES, _NATIVE_PRICE_WEIGHTS)
    timestamp = source.choose((42, 1_700_000_000, 0, (1 << 64) - 1))
    before = max(0, timestamp - source.below(3)) if source.chance(15) else None
    return BlockContext(
        chain_id=source.choose(_CHAINS, Weights(60, 15, 15, 5, 5)),
        block_number=number,
        timestamp=timestamp,
        eip1559_basefee=source.choose(_BASE_FEES, _BASE_FEE_WEIGHTS),
        pubdata_price=_pubdata_price(source, native_price),
        native_price=native_price,
        coinbase=coinbase(source, cast),
        gas_limit=_gas_limit(source),
        pubdata_limit=_pubdata_limit(source),
        mix_hash=word(source),
        block_hashes=hashes,
        last_block_timestamp=before,
        da=scheme(source),
    )


def scheme(source: Source) -> DataAvailability:
    """How pubdata is published."""
    return source.choose(_SCHEMES, _SCHEME_WEIGHTS)


def _pubdata_price(source: Source, native_price: int) -> int:
    """Wei a byte, so that a byte takes some native, or nearly one more."""
    per_byte = source.choose(_NATIVE_PER_BYTE, _NATIVE_PER_BYTE_WEIGHTS)
    if source.chance(2):
        return word(source)
    return max(0, per_byte * native_price + source.choose((0, 0, 1, -1)))


def _gas_limit(source: Source) -> int:
    """Of the block: room for everything, or for a few transactions."""
    if not source.chance(10):
        return MAX_BLOCK_GAS_LIMIT
    limit = source.choose(_GAS_LIMITS, _GAS_LIMIT_WEIGHTS)
    return limit + source.below(1000) if source.chance(50) else limit


def _pubdata_limit(source: Source) -> int:
    if not source.chance(9):
        return (1 << 64) - 1
    return source.choose(_PUBDATA_LIMITS) + source.below(3)


def _block_hashes(source: Source) -> tuple[int, ...] | None:
    """Hashes of the blocks before: the chain's, some, or all, which differ little."""
    count = source.choose((0, 1, 3, 256), Weights(66, 10, 9, 15))
    if not count:
        return None
    if count < 256:
        return tuple(word(source) for _ in range(count))
    last = word(source)
    return tuple((last + distance) % WORD for distance in range(count))


def next_context(source: Source, cast: Cast, last: BlockContext) -> BlockContext:
    """The facts of the block after `last`: it follows on its state and hashes."""
    fresh = first_context(source, cast)
    prices = last if source.chance(70) else fresh
    return replace(
        fresh,
        chain_id=last.chain_id,
        block_number=(last.block_number + 1) % (1 << 64),
        timestamp=min(last.timestamp + source.choose((0, 1, 12)), (1 << 64) - 1),
        eip1559_basefee=prices.eip1559_basefee,
        pubdata_price=prices.pubdata_price,
        native_price=prices.native_price,
        coinbase=prices.coinbase,
        block_hashes=fresh.block_hashes if source.chance(10) else None,
        last_block_timestamp=None,
    )


def coinbase(source: Source, cast: Cast) -> int:
    """Who gets the fees: sometimes somebody of the case."""
    match source.below(8):
        case 0:
            return source.choose((0x8001, 0x8008, 5, 0x100))
        case 1:
            return source.choose(senders())
        case 2:
            return cast.address(source)
        case 3:
            return 0
        case 4:
            return source.choose(authorities())
    return 0xC01BA5E


def fee(source: Source, context: BlockContext) -> tuple[int, int]:
    """The maximum fee and priority fee a gas, mostly enough for the native used."""
    native_per_gas = source.choose(_NATIVE_PER_GAS, _NATIVE_PER_GAS_WEIGHTS)
    price = native_per_gas * context.native_price
    if not context.eip1559_basefee and source.chance(25):
        # Free: native is unlimited.
        return 0, 0
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
            price = source.choose((MAX_FEE, 1 << 128, 1 << 236, 1 << 200))
            return price, price
    # Nothing can hold it.
    return MAX_FEE + 1, 0


def gas_limit(source: Source, intrinsic: int, *, quiet: bool) -> int:
    """Gas: mostly enough to go deep; `quiet` if nothing will run."""
    match source.below(25):
        case 0:
            return near(source, intrinsic, 2)
        case 1:
            return intrinsic + source.below(5000)
        case 2 if quiet:
            return source.choose((1 << 32, (1 << 40) + 1, MAX_BLOCK_GAS_LIMIT))
        case 3:
            # Around what a transfer needs to be validated.
            return intrinsic + source.choose((3000, 3299, 3300, 300, 2400))
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
