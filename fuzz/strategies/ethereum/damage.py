"""Blocks that Ethereum mostly must refuse: one thing changed in a good one.

Roots that cover what was changed follow it or not, so that both the rule and the root
are tried. The parent's header may change too, where a rule reads it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, cast

from differential.ethereum.blocks import KnownBlock
from differential.ethereum.chains import PLACES, fields_of
from fuzz.strategies.numbers import word
from fuzz.strategies.rlp_items import change, listed
from fuzz.strategies.source import Source, Weights
from zkos.host.ethereum.block import EthereumBlock
from zkos.host.ethereum.headers import FIELDS
from zkos.host.ethereum.tries import list_root
from zkos.host.rlp import Encodable, decode, encode
from zkos.host.signing import keccak256

_NUMBERS: Final = tuple(name for name, length in FIELDS if length == 0)
_OF_PARENT: Final = (
    *("number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"),
    *("blobGasUsed", "excessBlobGas"),
)
_NUMBER_PLACES: Final = tuple(PLACES[name] for name in _NUMBERS)
_EXTRA: Final = PLACES["extraData"]
_KINDS: Final = Weights(30, 12, 12, 22, 12, 12)


def damaged(
    source: Source, known: KnownBlock, refused: Sequence[tuple[int, bytes]] = ()
) -> KnownBlock:
    """The block with one thing wrong; `refused` are transactions it may not have."""
    if refused and source.chance(50):
        block = _with_refused(source, known.block, source.choose(refused))
    else:
        block = source.choose(_CHANGES, _KINDS)(source, known.block)
    return replace(known, block=block, expected=None)


def _field(source: Source, block: EthereumBlock) -> EthereumBlock:
    """Another value in a field of the header."""
    fields = fields_of(block.header)
    at = source.below(len(fields))
    return replace(block, header=_listed(_changed(source, fields, at)))


def _changed(source: Source, fields: list[bytes], at: int) -> list[bytes]:
    old = fields[at]
    if at in _NUMBER_PLACES:
        number = int.from_bytes(old, "big")
        other = source.choose(
            (number + 1, number - 1, 0, 2 * number, 1 << 64, number + (1 << 64), 5000)
        )
        if other < 0 or other == number:
            other = number + source.integer(1, 1 << 17)
        new = other.to_bytes((other.bit_length() + 7) // 8, "big")
    elif at == _EXTRA:
        new = source.bytes(source.choose((33, 32, 0, 34, 64)))
    else:
        flipped = bytearray(old)
        flipped[source.below(len(old))] ^= 1 << source.below(8)
        new = source.choose((bytes(flipped), bytes(len(old)), old[:-1], old + b"\0"))
    return [*fields[:at], new, *fields[at + 1 :]]


def _encoding(source: Source, block: EthereumBlock) -> EthereumBlock:
    """The header in another form: lengths, zeros, more or fewer fields, a rest."""
    if source.chance(15):
        rest = source.choose((b"\0", b"\x80", block.header))
        return replace(block, header=block.header + rest)
    pieces = [encode(item) for item in fields_of(block.header)]
    return replace(block, header=listed(b"".join(change(source, pieces))))


def _parent(source: Source, block: EthereumBlock) -> EthereumBlock:
    """A parent of which the block is not the next; its hash is named."""
    headers = block.witness.headers
    fields = fields_of(headers[-1])
    fields = _changed(source, fields, PLACES[source.choose(_OF_PARENT)])
    parent = _listed(fields)
    witness = replace(block.witness, headers=(*headers[:-1], parent))
    header = _with(block.header, "parentHash", keccak256(parent))
    return replace(block, header=header, witness=witness)


def _transactions(source: Source, block: EthereumBlock) -> EthereumBlock:
    """One left out, repeated, moved or with a changed byte."""
    items = list(block.transactions)
    if not items:
        return _field(source, block)
    at = source.below(len(items))
    match source.below(4):
        case 0:
            del items[at]
        case 1:
            items.insert(at, items[at])
        case 2:
            items.append(items.pop(at))
        case _:
            data = bytearray(items[at])
            data[source.below(len(data))] ^= 1 << source.below(8)
            items[at] = bytes(data)
    return _with_transactions(source, block, items)


def _with_refused(
    source: Source, block: EthereumBlock, refused: tuple[int, bytes]
) -> EthereumBlock:
    place, data = refused
    items = list(block.transactions)
    items.insert(min(place, len(items)), data)
    return _with_transactions(source, block, items)


def _with_transactions(
    source: Source, block: EthereumBlock, items: Sequence[bytes]
) -> EthereumBlock:
    header = block.header
    if source.chance(85):
        header = _with(header, "transactionsRoot", list_root(items))
    return replace(block, header=header, transactions=tuple(items))


def _withdrawals(source: Source, block: EthereumBlock) -> EthereumBlock:
    """Another amount, one more or less, another order; or no list of such at all."""
    rows = [list(row) for row in cast(list[list[bytes]], decode(block.withdrawals))]
    if not rows:
        rows.append([b"", b"", bytes(19) + b"\7", b"\1"])
    else:
        at = source.below(len(rows))
        match source.below(4):
            case 0:
                del rows[at]
            case 1:
                rows.append(rows[at])
            case 2:
                rows[at][3] = (
                    source.integer(1, 1 << 62).to_bytes(8, "big").lstrip(b"\0")
                )
            case _:
                rows[at][source.below(4)] = source.bytes(source.choose((0, 1, 19, 21)))
    items = [encode(cast(list[Encodable], row)) for row in rows]
    header = block.header
    if source.chance(70):
        header = _with(header, "withdrawalsRoot", list_root(items))
    return replace(block, header=header, withdrawals=listed(b"".join(items)))


def _two_fields(source: Source, block: EthereumBlock) -> EthereumBlock:
    """A field of fees, gas or time, together with what is computed from it."""
    fields = fields_of(block.header)
    name = source.choose(("gasUsed", "blobGasUsed", "gasLimit", "timestamp", "number"))
    fields = _changed(source, fields, PLACES[name])
    other = source.choose(("stateRoot", "receiptsRoot", "logsBloom", "mixHash"))
    if source.chance(40):
        fields[PLACES[other]] = word(source).to_bytes(32, "big")
    return replace(block, header=_listed(fields))


def _with(header: bytes, name: str, value: bytes) -> bytes:
    fields = fields_of(header)
    fields[PLACES[name]] = value
    return _listed(fields)


def _listed(fields: Sequence[bytes]) -> bytes:
    return encode(cast(list[Encodable], list(fields)))


_CHANGES: Final[tuple[Callable[[Source, EthereumBlock], EthereumBlock], ...]] = (
    _field,
    _encoding,
    _parent,
    _transactions,
    _withdrawals,
    _two_fields,
)
