"""What cases have since v31: system contracts as code, service transactions.

The contracts are small ones of ours that do what the protocol listens to: they call the
hooks only they may call, and emit the events that tell of other chains.
"""

from dataclasses import replace
from functools import partial
from typing import Final

from fuzz.strategies.calls import abi_bytes
from fuzz.strategies.cases import Extras
from fuzz.strategies.cast import UPGRADER, Cast, senders
from fuzz.strategies.damage import damage
from fuzz.strategies.decrees import SET_BYTECODE_DETAILS, deployer_input
from fuzz.strategies.envelopes import as_written
from fuzz.strategies.fees import gas_limit, intrinsic_gas
from fuzz.strategies.numbers import data, word
from fuzz.strategies.source import Source, Weights
from fuzz.strategies.system_code import (
    BASE_TOKEN,
    DECREES,
    FEES,
    MESSENGER,
    MINT_HOOK,
    ROOTS,
    SENDER_HOOK,
    SYSTEM_CONTEXT,
    TRACKER,
    announcer,
    forwarder,
    keeper,
    reporter,
    tracker,
)
from fuzz.strategies.transactions import UPGRADE_SENDER, signed, upgrade
from zkos.host import rlp
from zkos.host.case import AccountState, Block, Case, SlotState
from zkos.host.signing import keccak256
from zkos.host.transactions import RawTransaction, Transaction

TREASURY: Final = 0x10011
MESSAGE_ROOTS: Final = 0x10005
OPERATOR: Final = 0x8001
ADD_ROOTS: Final = bytes.fromhex("cca2f7bc")
SET_LAYER: Final = bytes.fromhex("040203e6")
SET_FEE: Final = bytes.fromhex("08273d8a")
_SERVICE_TYPE: Final = b"\x7d"
_SERVICES: Final = ((ROOTS, ADD_ROOTS), (SYSTEM_CONTEXT, SET_LAYER), (FEES, SET_FEE))
_SERVICE_WEIGHTS: Final = Weights(55, 33, 12)
_L1_CHAIN_SLOT: Final = 154
_FULL_TREASURY: Final = (1 << 127) - 1
_TREASURIES: Final = (_FULL_TREASURY, 10**30, 10**15, 0)
_TREASURY_WEIGHTS: Final = Weights(80, 8, 8, 4)
_TOP: Final = int.from_bytes(keccak256((6).to_bytes(32, "big")), "big")
"""Where the levels of the tree of messages begin."""
_SPOKEN_TO: Final = (MESSENGER, BASE_TOKEN, ROOTS, SYSTEM_CONTEXT, UPGRADER)
_SPOKEN_WEIGHTS: Final = Weights(34, 20, 22, 14, 10)
_LAYERS: Final = (0, 9, 31337, 506)


def prepare(source: Source, cast: Cast) -> None:
    """Let programs meet system contracts."""
    if source.chance(60):
        cast.made += (MESSENGER, BASE_TOKEN, ROOTS, SYSTEM_CONTEXT, TREASURY)


def furnish(source: Source, cast: Cast, state: Case) -> Case:
    """The state with system contracts, a treasury and what is known of other chains."""
    taken = {item.address for item in state.accounts}
    taken |= {item.address for item in state.sequence if isinstance(item, AccountState)}
    slots = {(item.address, item.slot) for item in state.leaves}
    accounts = [item for item in _system(source) if item.address not in taken]
    leaves = [
        leaf for leaf in _outside(source) if (leaf.address, leaf.slot) not in slots
    ]
    if state.sequence:
        return replace(state, sequence=(*state.sequence, *accounts, *leaves))
    return replace(
        state,
        accounts=(*state.accounts, *accounts),
        leaves=(*state.leaves, *leaves),
    )


def vary(source: Source, cast: Cast, block: Block) -> Block:
    """The block with service transactions, or calls of system contracts.

    Rarely blobs have another price, with which no transaction from L2 stays.
    """
    if source.chance(2):
        fee = source.choose((0, 2, word(source)))
        block = replace(block, context=replace(block.context, blob_fee=fee))
    match source.below(100):
        case roll if roll < 16:
            return _service_block(source, cast, block)
        case roll if roll < 22:
            sent = [*block.transactions]
            sent.insert(source.below(len(sent) + 1), service(source))
            return replace(block, transactions=tuple(sent))
        case roll if roll < 70:
            spoken = [_speak(source, cast, block) for _ in range(source.integer(1, 3))]
            return replace(block, transactions=(*block.transactions, *spoken))
    return block


EXTRAS: Final = Extras(prepare, furnish, vary)


def service(source: Source) -> RawTransaction:
    """A service transaction; one in eight is refused for a reason."""
    target, selector = source.choose(_SERVICES, _SERVICE_WEIGHTS)
    content = selector + _arguments(source, target)
    sender, tail = OPERATOR, b""
    match source.below(32):
        case 0:
            sender = source.choose((0, 0x8007, *senders()))
        case 1:
            target = source.choose((MESSENGER, FEES, ROOTS, SYSTEM_CONTEXT))
        case 2:
            content = content[: source.below(5)]
        case 3:
            tail = source.bytes(source.integer(1, 3))
    salt = source.choose((0, 1, word(source) % (1 << 64), word(source)), _SALTS)
    fields: list[rlp.Encodable] = [target.to_bytes(20, "big"), content, salt]
    if source.chance(3):
        fields.append(source.choose((0, 1)))
    envelope = _SERVICE_TYPE + rlp.encode(fields) + tail
    if source.chance(5):
        envelope = _SERVICE_TYPE + damage(source, envelope[1:])
    return RawTransaction(envelope, sender)


_SALTS: Final = Weights(40, 20, 38, 2)


def _service_block(source: Source, cast: Cast, block: Block) -> Block:
    """Only service transactions, perhaps after an upgrade; rarely another."""
    sent: list[Transaction] = []
    if source.chance(20):
        sent.append(upgrade(source, cast))
    sent += [service(source) for _ in range(source.integer(1, 4))]
    if source.chance(8):
        sent += block.transactions[:1]
    return replace(block, transactions=tuple(sent))


def _speak(source: Source, cast: Cast, block: Block) -> Transaction:
    """A call of a system contract with what it understands."""
    target = source.choose(_SPOKEN_TO, _SPOKEN_WEIGHTS)
    content = _words_for(source, cast, target)
    made = signed(source, cast, block.context)
    if target == UPGRADER and source.chance(60):
        made = upgrade(source, cast)
        return replace(made, sender=UPGRADE_SENDER, to=UPGRADER, data=content)
    entries = made.access_list
    intrinsic = intrinsic_gas(content, entries, creates=False)
    limit = max(made.gas_limit, gas_limit(source, intrinsic, quiet=False))
    spoken = replace(made, to=target, data=content, gas_limit=limit)
    return as_written(spoken, block.context.chain_id)


def _words_for(source: Source, cast: Cast, target: int) -> bytes:
    """Calldata for one of our system contracts; some is too short or too long."""
    match target:
        case 0x8008:
            content = cast.address(source).to_bytes(20, "big") + data(source)
        case 0x800A:
            amount = source.choose((0, 1, 10**18, word(source), (1 << 256) - 1))
            content = amount.to_bytes(32, "big")
        case 0x800F:
            return deployer_input(source, cast.address(source)).removeprefix(
                SET_BYTECODE_DETAILS if source.chance(90) else b""
            )
        case _:
            content = bytes(4) + _arguments(source, target)
    if source.chance(10):
        content = content[: source.below(len(content) + 1)]
    return content


def _arguments(source: Source, target: int) -> bytes:
    """What a contract that a service transaction calls is told."""
    if target != ROOTS:
        return source.choose((*_LAYERS, word(source))).to_bytes(32, "big")
    head = source.choose((1, 506, word(source))), word(source)
    root = word(source).to_bytes(32, "big")
    array = (32).to_bytes(32, "big") + (1).to_bytes(32, "big") + root
    match source.below(20):
        case 0:
            array = abi_bytes(root + root, 32)
        case 1:
            array += bytes(source.integer(1, 32))
        case 2:
            array = (64).to_bytes(32, "big") + array[32:]
        case 3:
            array = array[: source.below(97)]
    return b"".join(number.to_bytes(32, "big") for number in head) + array


def _system(source: Source) -> list[AccountState]:
    """System contracts as code, and the treasury."""
    contract = partial(AccountState, nonce=1)
    made = [
        contract(MESSENGER, code=forwarder(source, SENDER_HOOK)),
        contract(BASE_TOKEN, code=forwarder(source, MINT_HOOK)),
        contract(UPGRADER, code=forwarder(source, DECREES, UPGRADE_SENDER)),
        contract(ROOTS, code=reporter(source)),
        contract(SYSTEM_CONTEXT, code=announcer(source)),
        contract(FEES, code=keeper()),
    ]
    made = [item for item in made if source.chance(90)]
    if source.chance(70):
        made.append(contract(TRACKER, code=tracker(source)))
    balance = source.choose(_TREASURIES, _TREASURY_WEIGHTS)
    if balance:
        made.append(AccountState(TREASURY, balance))
    return made


def _outside(source: Source) -> list[SlotState]:
    """Slots that the protocol itself reads."""
    made = []
    if source.chance(50):
        made.append(SlotState(TRACKER, _L1_CHAIN_SLOT, 31337))
    if source.chance(50):
        layer = source.choose((*_LAYERS, word(source)))
        made.append(SlotState(SYSTEM_CONTEXT, 0, layer))
    if source.chance(60):
        height = source.choose((0, 1, 2, word(source)))
        place = ((_TOP + height) % (1 << 256)).to_bytes(32, "big")
        node = int.from_bytes(keccak256(place), "big")
        made.append(SlotState(MESSAGE_ROOTS, 4, height))
        if source.chance(80):
            made.append(SlotState(MESSAGE_ROOTS, node, word(source)))
    return made
