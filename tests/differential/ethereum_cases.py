"""Small cases that show one difference from Ethereum each."""

from zkos.host.case import AccountState, Block, Case
from zkos.host.context import BlockContext
from zkos.host.rlp import encode
from zkos.host.signing import address_of_key, keccak256
from zkos.host.transactions import Authorization, FieldTransaction, Kind

KEY = b"\x11" * 32
OTHER_KEY = b"\x22" * 32
OTHER = address_of_key(OTHER_KEY)
SENDER = address_of_key(KEY)
CONTRACT = 0xC0DE
COINBASE = 0xC01
RICH = 10**30
STOP, ADD, SHL, KECCAK256, BALANCE = 0x00, 0x01, 0x1B, 0x20, 0x31
RETURNDATASIZE, BLOBBASEFEE, POP, MLOAD, MSTORE = 0x3D, 0x4A, 0x50, 0x51, 0x52
SLOAD, SSTORE, JUMPI, GAS, JUMPDEST, ADDRESS = 0x54, 0x55, 0x57, 0x5A, 0x5B, 0x30
CREATE, CALL, RETURN, DELEGATECALL = 0xF0, 0xF1, 0xF3, 0xF4
CREATE2, SELFDESTRUCT = 0xF5, 0xFF


def push(number):
    """The shortest PUSH of a number."""
    size = (number.bit_length() + 7) // 8
    return bytes([0x5F + size]) + number.to_bytes(size, "big")


def code(*items):
    """Opcodes, bytes as they are, and tuples of pushed numbers, the first on top."""
    parts = []
    for item in items:
        if isinstance(item, tuple):
            parts.extend(push(number) for number in reversed(item))
        elif isinstance(item, bytes):
            parts.append(item)
        else:
            parts.append(bytes([item]))
    return b"".join(parts)


def keep(slot=0):
    """Store the top of the stack."""
    return code((slot,), SSTORE)


def call(address, *, value=0, gas=None, size=0):
    """Call with the first `size` bytes of memory; leaves the result."""
    limit = code(GAS) if gas is None else code((gas,))
    return code((value, 0, size, 0, 0), (address,)) + limit + code(CALL)


def write(data):
    """Put bytes at memory 0."""
    words = [data[i : i + 32].ljust(32, b"\0") for i in range(0, len(data), 32)]
    return b"".join(
        b"\x7f" + word + code((32 * index,), MSTORE) for index, word in enumerate(words)
    )


def transaction(**fields):
    given = {
        "kind": Kind.LEGACY,
        "gas_limit": 10**6,
        "max_fee_per_gas": 10,
        "to": CONTRACT,
        "private_key": KEY,
    }
    return FieldTransaction(**{**given, **fields})


def authorization(address, nonce=0, key=OTHER_KEY, **fields):
    """The wish of an account to run the code of another."""
    return Authorization(address, nonce=nonce, private_key=key, **fields)


def set_code(*entries, **fields):
    """A transaction of type 4."""
    return transaction(kind=Kind.EIP7702, authorization_list=entries, **fields)


def case(
    body=b"",
    *,
    storage=(),
    accounts=(),
    transactions=None,
    sender=None,
    funds=0,
    **context,
):
    """A block with a contract; by default one transaction calls it."""
    given = {"eip1559_basefee": 7, "coinbase": COINBASE, **context}
    return Case(
        blocks=(Block(BlockContext(**given), tuple(transactions or [transaction()])),),
        accounts=(
            sender or AccountState(SENDER, balance=RICH),
            AccountState(CONTRACT, funds, 1, code=body, storage=storage),
            *accounts,
        ),
    )


def created_by(sender, nonce):
    """Address of a contract by CREATE."""
    digest = keccak256(encode([sender.to_bytes(20, "big"), nonce]))
    return int.from_bytes(digest[12:], "big")


def created_with_salt(deployer, salt, initcode):
    """Address of a contract by CREATE2."""
    digest = keccak256(
        b"\xff"
        + deployer.to_bytes(20, "big")
        + salt.to_bytes(32, "big")
        + keccak256(initcode)
    )
    return int.from_bytes(digest[12:], "big")


def recurse_then(action):
    """Call itself to the depth limit; the frame whose call fails does `action`."""
    head = code((0, 0, 0, 0, 0), ADDRESS, GAS, CALL)
    end = len(head) + 4 + len(action) + 1
    jump = b"\x61" + end.to_bytes(2, "big") + code(JUMPI)
    return head + jump + action + code(STOP, JUMPDEST)
