"""Scenes for what v30 added: delegations, stored code, decrees, limits, batches, blobs.

A batch is several blocks a run, a blob costs milliseconds: there are few of both.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from fuzz.adversary.parts import (
    CONTRACT,
    HEIR,
    KEY,
    LIBRARY,
    OTHER_KEY,
    STOP,
    STRANGER,
    ask,
    batch,
    call,
    keep,
    load,
    push,
    scene,
    send,
    store,
)
from zkos.guest.protocol.addresses import COMPLEX_UPGRADER, CONTRACT_DEPLOYER
from zkos.host.accounts import Account
from zkos.host.case import AccountState, Case
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.signing import address_of_key, keccak256, sign
from zkos.host.transactions import Authorization, FieldTransaction, Kind
from zkos.host.tree import hash_bytes

AUTHORITY_KEY: Final = b"\x33" * 32
AUTHORITY: Final = address_of_key(AUTHORITY_KEY)
DELEGATED_KEY: Final = b"\x44" * 32
DELEGATED: Final = address_of_key(DELEGATED_KEY)
OLD: Final = 0x01D << 96
_SET_BYTECODE_DETAILS: Final = bytes.fromhex("f6eca0b0")
_P256: Final = 0x100
_MODEXP: Final = 5
_ECRECOVER: Final = 1
_SHA256: Final = 2
_P256_SIGNATURE: Final = (
    0xBB5A52F42F9C9261ED4361F59422A1E30036E7C32B270C8807A419FECA605023,
    0x2BA3A8BE6B94D5EC80A6D9D1190A436EFFE50D85A1EEE859B8CC6AF9BD5C2E18,
    0x4CD60B855D442F5B3C7B11EB6C4E0AE7525FE710FAB9AA7C77A67F79E6FADD76,
    0x2927B10512BAE3EDDCFE467828128BAD2903269919F7086069C8C4DF6C732838,
    0xC7787964EAAC00E5921FB1498A60F4606766B3D9685001558D1A974E7341513E,
)
"""Hash, r, s and the coordinates of the key of a signature that is valid."""
_BALANCE: Final = b"\x31"
_EXTCODEHASH: Final = b"\x3f"
_EXTCODESIZE: Final = b"\x3b"
_BLOCKHASH: Final = b"\x40"


def _jumps(value: int) -> bytes:
    """Code that jumps over data which looks like a destination, and writes."""
    skipped = push(0x5B5B5B5B) + b"\x50"
    ahead = 3 + len(skipped)
    return push(ahead) + b"\x56" + skipped + b"\x5b" + store(1, value) + STOP


def _copy_code(address: int) -> bytes:
    """The first word of an account's code, left on the stack."""
    return push(32) + push(0) * 2 + push(address) + b"\x3c" + push(0) + b"\x51"


def delegations() -> Case:
    """An account gets a delegate, one has and acts, one loses it (EIP-7702)."""
    looks = b"".join(
        ask_about + keep(10 + number)
        for number, ask_about in enumerate(
            (
                push(DELEGATED) + _EXTCODEHASH,
                push(AUTHORITY) + _EXTCODESIZE,
                _copy_code(DELEGATED),
                push(DELEGATED) + _BALANCE,
            )
        )
    )
    contracts = (
        AccountState(CONTRACT, code=call(DELEGATED) + looks + STOP),
        AccountState(LIBRARY, code=load(0) + store(1, 7) + STOP, storage=((9, 9),)),
        AccountState(DELEGATED, balance=10**15, nonce=3, delegate=LIBRARY),
        AccountState(AUTHORITY, balance=2, nonce=1),
    )
    given = Authorization(LIBRARY, nonce=1, private_key=AUTHORITY_KEY)
    taken = Authorization(0, nonce=4, private_key=DELEGATED_KEY)
    transactions = [
        send(AUTHORITY, kind=Kind.EIP7702, authorization_list=(given,)),
        send(CONTRACT, nonce=1),
        send(HEIR, kind=Kind.EIP1559, nonce=3, private_key=DELEGATED_KEY, value=1),
        send(
            CONTRACT,
            kind=Kind.EIP7702,
            nonce=5,
            private_key=OTHER_KEY,
            authorization_list=(taken, replace(given, nonce=8)),
        ),
    ]
    return scene(contracts, transactions)


def stored_code() -> Case:
    """Code with a jump map, code of version 0 without one, both run and copied."""
    code = b"".join(
        (
            call(OLD),
            call(LIBRARY),
            _copy_code(OLD) + keep(20),
            _copy_code(LIBRARY) + keep(21),
            push(OLD) + _EXTCODEHASH + keep(22),
            STOP,
        )
    )
    contracts = (
        AccountState(CONTRACT, code=code),
        AccountState(LIBRARY, code=_jumps(5)),
        AccountState(OLD, code=_jumps(6), code_version=0, storage=((1, 1),)),
        AccountState(STRANGER, deployed_empty=True),
    )
    return scene(contracts, [send(CONTRACT), send(STRANGER, nonce=1, value=1)])


def decree() -> Case:
    """An upgrade deploys code by its hash; the code is then called and copied."""
    code = _jumps(3)
    caller = call(LIBRARY) + _copy_code(LIBRARY) + keep(4) + STOP
    transactions = [_decree(code), send(CONTRACT)]
    made = scene((AccountState(CONTRACT, code=caller),), transactions)
    return replace(made, preimages=(code,))


def late_decree() -> Case:
    """An upgrade that comes too late, unless what is before it is dropped."""
    transactions = [send(HEIR, value=1), _decree(_jumps(3)), send(LIBRARY, nonce=1)]
    return replace(scene((), transactions), preimages=(_jumps(3),))


def foreign_decree() -> Case:
    """An upgrade, too late, that would make code of an account's encoding, or half.

    It must not matter whether something else has made the guest look at that account.
    """
    account = Account.make(0, 1, deployed=False).encode()
    transactions = [send(HEIR, value=1), _decree(account, 60), _decree(account)]
    return scene((AccountState(STRANGER, nonce=1),), transactions)


def _decree(code: bytes, length: int | None = None) -> FieldTransaction:
    """Code for an address, by its hash and length."""
    words = (
        LIBRARY.to_bytes(32, "big"),
        hash_bytes(code),
        (len(code) if length is None else length).to_bytes(32, "big"),
        keccak256(code),
    )
    return FieldTransaction(
        Kind.UPGRADE,
        gas_limit=400_000,
        max_fee_per_gas=0,
        max_priority_fee_per_gas=0,
        to=int(CONTRACT_DEPLOYER),
        sender=int(COMPLEX_UPGRADER),
        data=_SET_BYTECODE_DETAILS + b"".join(words),
    )


def limits() -> Case:
    """Transactions that the block has no room for, by gas, pubdata and gas limit."""
    code = load(0) + store(1, 1) + store(2, 2) + store(3, 3) + STOP
    wide = b"".join(store(slot, 1 << 200) for slot in range(8)) + STOP
    contracts = (
        AccountState(CONTRACT, code=code, storage=((0, 1), (3, 1))),
        AccountState(LIBRARY, code=wide),
        AccountState(OLD, code=load(0) + b"\xfe"),
    )
    transactions = [
        send(CONTRACT),
        send(LIBRARY, nonce=1),
        send(HEIR, nonce=1, gas_limit=400_000),
        send(HEIR, nonce=1, value=3),
        send(OLD, kind=Kind.EIP1559, nonce=5, private_key=OTHER_KEY),
    ]
    context = BlockContext(gas_limit=320_000, pubdata_limit=420)
    return scene(contracts, transactions, context)


def precompiles() -> Case:
    """P256, modular powers and others; hashes of past blocks."""
    digest = hash_bytes(b"message")
    signed = sign(KEY, digest)
    r, s = (int.from_bytes(signed[at : at + 32], "big") for at in (0, 32))
    question = (int.from_bytes(digest, "big"), signed[64], r, s)
    code = b"".join(
        (
            ask(_P256, _P256_SIGNATURE) + keep(1),
            ask(_MODEXP, (32, 32, 32, (1 << 255) + 12345, 65537, (1 << 254) + 9))
            + keep(2),
            ask(_ECRECOVER, question) + keep(3),
            ask(_SHA256, (5,)) + keep(4),
            push(299) + _BLOCKHASH + keep(6),
            push(44) + _BLOCKHASH + keep(7),
            push(43) + _BLOCKHASH + keep(8),
            STOP,
        )
    )
    hashes = tuple(number + 1 for number in range(256))
    context = BlockContext(block_number=300, block_hashes=hashes)
    contract = AccountState(CONTRACT, code=code)
    return scene((contract,), [send(CONTRACT, gas_limit=600_000)], context)


def idle() -> Case:
    """A block without transactions: no slot is looked at."""
    return scene((), [])


def unpublished() -> Case:
    """A block whose pubdata nobody wants."""
    code = load(1) + store(2, 9) + store(51, 8) + STOP
    contract = AccountState(CONTRACT, code=code, storage=((1, 11), (2, 22)))
    context = BlockContext(da=DataAvailability.NONE)
    return scene((contract,), [send(CONTRACT)], context)


def _counter() -> AccountState:
    """Each call writes a new slot, named by the one that counts them."""
    count = push(0) + b"\x54" + push(1) + b"\x01" + b"\x80" + keep(0)
    code = count + b"\x80" + b"\x55" + STOP
    return AccountState(CONTRACT, code=code, storage=((0, 41), (7, 7)))


def two_blocks() -> Case:
    """A batch: the second block reads and writes what the first has written."""
    blocks = (
        [send(CONTRACT), send(HEIR, nonce=1, value=4)],
        [send(CONTRACT, nonce=2), send(CONTRACT, nonce=3)],
    )
    return batch((_counter(),), blocks)


def three_blocks() -> Case:
    """A batch that begins with an upgrade and is not published; one block is empty."""
    code = load(0) + store(1, 3) + STOP
    blocks: tuple[list[FieldTransaction], ...] = (
        [_decree(code), send(CONTRACT)],
        [],
        [send(LIBRARY, nonce=1), send(CONTRACT, nonce=2)],
    )
    made = batch((_counter(),), blocks, BlockContext(da=DataAvailability.NONE))
    return replace(made, preimages=(code,))


def lone_block() -> Case:
    """A batch of one block with a deposit from L1."""
    deposit = FieldTransaction(
        Kind.L1,
        gas_limit=400_000,
        max_fee_per_gas=1000,
        max_priority_fee_per_gas=0,
        to=CONTRACT,
        sender=STRANGER,
        value=12,
    )
    return batch((_counter(),), ([deposit, send(CONTRACT)],))


def blob() -> Case:
    """A block whose pubdata goes into a blob."""
    context = BlockContext(da=DataAvailability.BLOBS)
    return scene((_counter(),), [send(CONTRACT)], context)


def blob_batch() -> Case:
    """Two blocks that share a blob."""
    context = BlockContext(da=DataAvailability.BLOBS)
    return batch((_counter(),), ([send(CONTRACT)], [send(CONTRACT, nonce=1)]), context)


PROTOCOL_SCENES: Final[dict[str, Callable[[], Case]]] = {
    "delegations": delegations,
    "stored_code": stored_code,
    "decree": decree,
    "late_decree": late_decree,
    "foreign_decree": foreign_decree,
    "limits": limits,
    "precompiles": precompiles,
    "idle": idle,
    "unpublished": unpublished,
    "two_blocks": two_blocks,
    "three_blocks": three_blocks,
    "lone_block": lone_block,
    "blob": blob,
    "blob_batch": blob_batch,
}
