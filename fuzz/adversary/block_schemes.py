"""Schemes of lies about blocks: transactions, metadata, publishing, batches, blobs."""

from collections.abc import Sequence
from typing import Final

from fuzz.adversary import state_schemes
from fuzz.adversary.blobs import FORGERIES, BlobLie
from fuzz.adversary.claims import (
    BlockLie,
    ChainLie,
    CountLie,
    FieldLie,
    TransactionsLie,
)
from fuzz.adversary.conversation import Liar, Served, number
from fuzz.adversary.knowledge import Knowledge
from fuzz.adversary.queries import (
    CONFIGURATION,
    METADATA,
    PROOF_DATA,
    SCHEME,
    STATE,
    WORD,
    fields,
    span,
)
from fuzz.adversary.statement import RLP
from fuzz.strategies.source import Source, Weights
from zkos.host.channel import framed

_FORGERIES: Final = tuple(FORGERIES)
_ADDRESS_BYTES: Final = 24
_ADDRESS_BITS: Final = 160
_ODD_SIZES: Final = (0, 1, (1 << 32) - 1, 1 << 32, (1 << 32) - 4, 1 << 30, 1 << 63)
_SIZES: Final = Weights(4, 4, 4, 4, 1, 1, 2)
_ACTIONS: Final = Weights(1, 2, 1, 1, 3)
_ENCODINGS: Final = (0, 1, 2, 255, 256, 1 << 32, (1 << 64) - 1)
_SCHEMES: Final = (0, 1, 2, 3, 4, 5, 255, 256, (1 << 32) + 3)
_COUNTS: Final = (0, 1, 2, 3, 4, (1 << 32) - 1)
_CHAIN_PARTS: Final[tuple[tuple[int, ...], ...]] = (
    (METADATA, SCHEME, PROOF_DATA, *STATE),
    (METADATA,),
    (PROOF_DATA,),
    STATE,
    (PROOF_DATA, *STATE),
    (METADATA, PROOF_DATA),
)
_PARTS: Final = Weights(60, 8, 8, 8, 8, 8)
_BEFORE: Final = -1
"""Instead of a block, for what is asked before them."""
_CAPS: Final = tuple(
    (1 << 24) + more for more in (-(1 << 24), -1, 0, 1, 1 << 24, (1 << 63) - 1)
)
_EDGES: Final = (0, 1, 2, 255, 256, (1 << 32) - 1, (1 << 63), (1 << 64) - 1)


def sender(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """A transaction is said to be of somebody else, or of nobody."""
    picked = _pick(known, source, RLP)
    if picked is None:
        return state_schemes.edit(known, source)
    block, place, served = picked
    honest = int.from_bytes(served.sender[WORD:], "little")
    claimed = source.choose(known.senders)
    if source.chance(25):
        claimed = honest ^ 1 << source.below(_ADDRESS_BITS)
    if source.chance(20):
        claimed = (honest if source.chance(60) else claimed) | 1 << source.integer(
            _ADDRESS_BITS, 8 * _ADDRESS_BYTES - 1
        )
    answer = framed(claimed.to_bytes(_ADDRESS_BYTES, "little"))
    if source.chance(8):
        answer = answer[: WORD * source.below(7)] if source.chance(50) else framed(b"")
    return (_with(known, block, place, served._replace(sender=answer)),)


def encoding(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """A transaction is said to be in another encoding."""
    picked = _pick(known, source, None)
    if picked is None:
        return state_schemes.edit(known, source)
    block, place, served = picked
    answer = number(source.choose(_ENCODINGS))
    return (_with(known, block, place, served._replace(encoding=answer)),)


def unreadable(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """A size that is none, a content longer or shorter than its size."""
    picked = _pick(known, source, None)
    if picked is None:
        nothing = Served(framed(source.bytes(8 * source.below(4))), b"", b"", b"")
        return (TransactionsLie(0, (nothing,)),)
    block, place, served = picked
    size = int.from_bytes(served.size[WORD:], "little")
    content = served.content[WORD:]
    match source.below(7):
        case 0:
            changed = served._replace(size=_bad_size(source, served))
        case 1:
            claimed = source.choose(_ODD_SIZES, _SIZES)
            changed = served._replace(size=number(claimed))
        case 2:
            claimed = max(size + source.choose((-9, -8, -4, -1, 1, 2, 4, 8, 64)), 0)
            changed = served._replace(size=number(claimed))
        case 3:
            longer = content + source.bytes(WORD * source.integer(1, 4))
            changed = served._replace(content=_counted(longer))
        case 4:
            words = source.below(len(content) // WORD + 1)
            changed = served._replace(content=_counted(content[: WORD * words]))
        case 5:
            return (_echoed(known, source, block, place),)
        case _:
            phantom = served._replace(size=_bad_size(source, served))
            block_served = list(known.stage.told[block].served)
            block_served.insert(place, phantom)
            for_ever = source.chance(5)
            if for_ever:
                block_served[place + 1 :] = ()
            return (TransactionsLie(block, tuple(block_served), for_ever),)
    return (_with(known, block, place, changed),)


def _echoed(
    known: Knowledge, source: Source, block: int, place: int
) -> TransactionsLie:
    """A transaction that is dropped, then its size with little or no content.

    What is missing must not be what was read before.
    """
    served = list(known.stage.told[block].served)
    honest = served[place]
    nobody = honest._replace(sender=framed(source.bytes(20) + bytes(4)))
    content = honest.content[WORD:]
    kept = WORD * source.below(4) if source.chance(50) else 0
    cut = honest._replace(content=_counted(content[:kept]))
    served[place : place + 1] = (nobody, cut)
    return TransactionsLie(block, tuple(served))


def transactions(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Other transactions: one is missing, changed, repeated, moved or put in."""
    last = len(known.stage.told) - 1
    block = last if source.chance(60) else source.below(last + 1)
    served = list(known.stage.told[block].served)
    action = source.choose(range(5), _ACTIONS) if served else 4
    place = source.below(len(served)) if served else 0
    if action == 0:
        del served[place]
    elif action == 1:
        served[place] = _with_data(served[place], source)
    elif action == 2:
        served.insert(source.below(len(served) + 1), served[place])
    elif action == 3:
        other = source.below(len(served))
        served[place], served[other] = served[other], served[place]
    else:
        pool = known.strangers if source.chance(60) or not served else known.pool
        served.insert(place + source.below(2), source.choose(pool))
    return (TransactionsLie(block, tuple(served)),)


def metadata(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Another field of the metadata."""
    block = source.below(len(known.stage.told))
    told = known.stage.told[block]
    protocol = known.stage.protocol
    name = source.choose(fields(METADATA, protocol))
    start, length = span(METADATA, name, protocol)
    honest = told.metadata[start : start + length]
    if name == "block_hashes":
        changed = _shifted(honest, source)
    elif name == "coinbase" and source.chance(70):
        changed = source.choose(known.senders).to_bytes(length, "little")
    else:
        changed = _some_number(honest, source)
    return (FieldLie(block, METADATA, name, changed, protocol),)


def configuration(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Another chain: its id, its flag for proofs, its cap of gas limits; or none."""
    honest = framed(known.stage.configuration)
    if source.chance(8):
        answer = honest[: WORD * source.below(len(honest) // WORD)]
        return (BlockLie(_BEFORE, CONFIGURATION, answer),)
    name = source.choose(fields(CONFIGURATION))
    start, length = span(CONFIGURATION, name)
    value = int.from_bytes(honest[start : start + length], "little")
    if name == "proves_fri" and source.chance(60):
        changed = (1 - value).to_bytes(length, "little")
    elif name == "max_tx_gas_limit" and source.chance(60):
        cap = source.choose(_CAPS) % (1 << 8 * length)
        changed = cap.to_bytes(length, "little")
    else:
        changed = _some_number(honest[start : start + length], source)
    return (FieldLie(_BEFORE, CONFIGURATION, name, changed),)


def publishing(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Another scheme, of one block or of all."""
    answer = number(source.choose(_SCHEMES))
    count = len(known.stage.told)
    blocks = range(count) if source.chance(60) else (source.below(count),)
    return tuple(BlockLie(block, SCHEME, answer) for block in blocks)


def proof_data(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Another root, size of the tree, or time of the block before."""
    block = source.below(len(known.stage.told))
    name = source.choose(fields(PROOF_DATA))
    start, length = span(PROOF_DATA, name)
    honest = known.stage.told[block].proof_data[start : start + length]
    changed = _some_number(honest, source)
    if name == "root" and source.chance(60):
        changed = source.choose(_roots(known))
    return (FieldLie(block, PROOF_DATA, name, changed),)


def count(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Another number of blocks, or one after a length."""
    if not known.stage.is_batch:
        return metadata(known, source)
    claimed = source.choose(_COUNTS)
    answer = claimed.to_bytes(WORD, "little")
    if source.chance(10):
        answer = number(claimed) if source.chance(50) else b""
    return (CountLie(answer),)


def chain(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Later blocks of a batch go on where another chain would be.

    That chain lacks a transaction, which is then said to be of somebody else; or it
    begins elsewhere; or a block simply comes again.
    """
    told = known.stage.told
    if not known.stage.is_batch or not known.variations:
        return state_schemes.other_world(known, source)
    parts = source.choose(_CHAIN_PARTS, _PARTS)
    if source.chance(15):
        again = (told[0], *told[:-1])
        return (ChainLie(again, 1, parts),)
    variation = source.choose(known.variations)
    if variation.left_out is None:
        return (ChainLie(variation.told, source.below(2), parts),)
    block, place = variation.left_out
    later = ChainLie(variation.told, block + 1, parts)
    if source.chance(10):
        return (later,)
    served = told[block].served[place]
    dropped = served._replace(sender=framed(source.bytes(20) + bytes(4)))
    if source.chance(30):
        dropped = served._replace(size=_bad_size(source, served))
    return _with(known, block, place, dropped), later


def advice(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """A forged commitment to a blob, or a forged proof."""
    if not known.blobs:
        return state_schemes.preimage(known, source)
    return (BlobLie(source.choose(_FORGERIES)),)


def _pick(
    known: Knowledge, source: Source, wanted: int | None
) -> tuple[int, int, Served] | None:
    """Block, number and answers of a transaction, of an encoding if one is wanted."""
    places = [
        (block, place, served)
        for block, told in enumerate(known.stage.told)
        for place, served in enumerate(told.served)
        if wanted is None or told.block.transactions[place].encoding == wanted
    ]
    return source.choose(places) if places else None


def _with(known: Knowledge, block: int, place: int, changed: Served) -> TransactionsLie:
    served = list(known.stage.told[block].served)
    served[place] = changed
    return TransactionsLie(block, tuple(served))


def _with_data(served: Served, source: Source) -> Served:
    """The same transaction with other bytes, size and content alike."""
    size = int.from_bytes(served.size[WORD:], "little")
    data = bytearray(served.content[WORD : WORD + size])
    if not data:
        return served
    match source.below(4):
        case 0:
            del data[source.below(len(data)) :]
        case 1:
            data += source.bytes(source.integer(1, 40))
        case _:
            data[source.below(len(data))] ^= 1 << source.below(8)
    other = bytes(data)
    return served._replace(size=number(len(other)), content=framed(other))


def _bad_size(source: Source, served: Served) -> bytes:
    """A size of another length, or out of range."""
    payload = served.size[WORD:]
    match source.below(5):
        case 0:
            return _counted(b"")
        case 1:
            return _counted(payload[:WORD])
        case 2:
            return _counted(payload + bytes(WORD))
        case 3:
            return _counted(payload + payload)
        case _:
            return number((1 << 32) + source.below(1 << 31))


def _counted(payload: bytes) -> bytes:
    """An answer of so many words."""
    return (len(payload) // WORD).to_bytes(WORD, "little") + payload


def _shifted(hashes: bytes, source: Source) -> bytes:
    """The hashes of past blocks moved by one, or one of them changed."""
    match source.below(4):
        case 0:
            return hashes[32:] + source.bytes(32)
        case 1:
            return bytes(32) + hashes[:-32]
        case 2:
            return hashes[:-32] + source.bytes(32)
        case _:
            place = source.below(len(hashes))
            flipped = hashes[place] ^ 1 << source.below(8)
            return hashes[:place] + bytes([flipped]) + hashes[place + 1 :]


def _some_number(honest: bytes, source: Source) -> bytes:
    """Another number of as many bytes."""
    length = len(honest)
    value = int.from_bytes(honest, "little")
    match source.below(4):
        case 0:
            changed = value + source.choose((1, -1, 2, -2, 60, -60))
        case 1:
            changed = source.choose(_EDGES)
        case 2:
            changed = value ^ 1 << source.below(8 * length)
        case _:
            changed = int.from_bytes(source.bytes(length), "little")
    return (changed % (1 << 8 * length)).to_bytes(length, "little")


def _roots(known: Knowledge) -> Sequence[bytes]:
    other = [world.state.tree.root() for _, world in known.worlds]
    own = [told.block.root for told in known.stage.told]
    return [*other, *own]
