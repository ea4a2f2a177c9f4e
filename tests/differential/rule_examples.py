"""For every declared difference, a case in which it shows and a near one without."""

from dataclasses import dataclass, replace

import rlp

from differential.known import (
    ABSENT_PRECOMPILES_ARE_COLD,
    BALANCE_FOR_MAXIMUM_FEE,
    BLOB_BASE_FEE_IS_ONE,
    CHAIN_ID_ZERO,
    CREATION_OVER_STORAGE,
    DELEGATED_DESTRUCTION_SPARED,
    DELEGATED_TO_NOTHING,
    DESTRUCTION_SPARES_UNSEEN_SLOTS,
    EMPTY_CODE_HAS_HASH,
    EMPTY_LIST_IS_ZERO,
    FEES_TO_COINBASE,
    FLOOR_UNCHECKED,
    GAS_LIMIT_BINDS_GAS_USED,
    GAS_LIMIT_CAPPED,
    INITCODE_GAS,
    INITCODE_GAS_TWICE,
    INITCODE_SIZE_FIRST,
    LATE_REFUSAL,
    LAX_RLP_LENGTHS,
    LIMITS_OF_THE_BLOCK,
    MEMORY_LIMIT,
    MODEXP_EMPTY_BASE,
    MODEXP_LENGTH_LIMIT,
    NATIVE_GAS,
    NO_BLAKE2F,
    NO_BLS_PRECOMPILES,
    NO_CALLDATA_FLOOR,
    NO_POINT_EVALUATION,
    NO_STATE_CLEARING,
    OUT_OF_NATIVE,
    OUT_OF_RETURN_MEMORY,
    P256_IS_COLD,
    P256_PRECOMPILE,
    PREVRANDAO_IS_ONE,
    PRIORITY_FEE_ABOVE_MAXIMUM,
    PUBDATA_NOT_COVERED,
    RULES,
    SENDER_PAYS_TOUCHES,
    SENDER_WITH_CODE,
    STORAGE_COLLISION,
    WARMS_REFUSED_CREATION,
)
from differential.policy import Policy
from differential.reference.rules import Told
from tests.differential.ethereum_cases import (
    BALANCE,
    BLOBBASEFEE,
    COINBASE,
    CONTRACT,
    CREATE,
    CREATE2,
    DELEGATECALL,
    GAS,
    KEY,
    MLOAD,
    POP,
    RETURNDATASIZE,
    RICH,
    SELFDESTRUCT,
    SENDER,
    SSTORE,
    STOP,
    authorization,
    call,
    case,
    code,
    created_by,
    created_with_salt,
    keep,
    set_code,
    transaction,
    write,
)
from zkos.host.case import AccountState, Case
from zkos.host.delivery import deliver
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.host.transactions import Kind, RawTransaction
from zkos.versions import Protocol

EXACT = RunOptions(Profile.REPLAY, Mode.FORWARD)
UPSTREAM = replace(EXACT, quirks=Quirks.UPSTREAM)
PRODUCTION = RunOptions(Profile.PRODUCTION, Mode.FORWARD)
HUGE = 2**50
MUCH = 10**4
PREVRANDAO = 0x44
EXTCODEHASH = 0x3F
NOTHING_TOLD = Told()
PARITY = 9
"""Where it stands among the items of a transaction of type 2."""


@dataclass
class Example:
    """A case in which a rule fires, and a near one in which it does not."""

    fires: Case
    spares: Case
    options: RunOptions = EXACT
    excess_blob_gas: int = 0
    told: Told = NOTHING_TOLD
    """Of `fires`."""
    plain: bool = False
    """It shows in Ethereum itself."""

    def policy(self):
        return Policy.ethereum() if self.plain else Policy.of(self.options)


def creation(data, gas_limit=10**6, **fields):
    return transaction(to=None, data=data, gas_limit=gas_limit, **fields)


def create_from(initcode, *, value=0, length=None):
    """CREATE of code put in memory before; leaves the address."""
    size = len(initcode) if length is None else length
    return write(initcode) + code((value, 0, size), CREATE)


def create2_from(initcode, salt, *, value=0):
    return write(initcode) + code((value, 0, len(initcode), salt), CREATE2)


def modexp_input(base, exponent, modulus, tail=b""):
    return b"".join(n.to_bytes(32, "big") for n in (base, exponent, modulus)) + tail


def calls_precompile(address, data, **arguments):
    """Keep whether the call went well, and how much it returned."""
    made = write(data) + call(address, size=len(data), **arguments) + keep()
    return made + code(RETURNDATASIZE) + keep(1)


def delegate(address):
    """Run the code of an account as one's own."""
    return code((0, 0, 0, 0), (address,), GAS, DELEGATECALL)


def gas_of(body):
    """Keep the gas that code takes."""
    return code(GAS) + body + code(GAS, 0x90, 0x03) + keep(2)


def dying_over_storage(initcode):
    """Create an account that dies at once, where slot 3 is 4."""
    target = created_with_salt(CONTRACT, 5, initcode)
    return case(
        create2_from(initcode, 5) + keep(),
        accounts=[AccountState(target, storage=((3, 4),))],
    )


def free(body, **fields):
    """A call with all the gas it wants, for nothing."""
    wants = transaction(gas_limit=HUGE, max_fee_per_gas=0)
    return case(body, transactions=[wants], eip1559_basefee=0, **fields)


def paying_much(body=b"", **fields):
    """A call whose gas is worth more native resource than it needs."""
    wants = transaction(max_fee_per_gas=MUCH)
    return case(body, **{"transactions": [wants], "native_price": 1, **fields})


def with_long_length(sent):
    """A transaction whose outer list has a length with a zero before it."""
    data = deliver(sent, 37).data
    count = data[0] - 0xF7
    longer = bytes([data[0] + 1, 0]) + data[1 : 1 + count] + data[1 + count :]
    return RawTransaction(longer, sender=SENDER)


def of_even_parity():
    """A transaction whose signature has parity 0, with its fields as items."""
    for value in range(64):
        sent = transaction(kind=Kind.EIP1559, value=value)
        head, *body = deliver(sent, 37).data
        items = rlp.decode(bytes(body))
        if items[PARITY] == b"":
            return sent, head, items
    raise AssertionError("half of all signatures have it")


def with_a_list_for_zero():
    """The same, whose parity is written as another kind of item."""
    _, head, items = of_even_parity()
    body = rlp.encode([*items[:PARITY], [], *items[PARITY + 1 :]])
    return RawTransaction(bytes([head]) + body, sender=SENDER)


RETURNS_MUCH = 257 * (call(4, size=2**20) + code(POP))
TO_NOTHING = AccountState(0xE0, delegate=0xE1)
STORAGE_ONLY = AccountState(0xE0, storage=((1, 2),))
INITCODE = code(STOP)
TARGET = created_with_salt(CONTRACT, 5, INITCODE)
DIES = code((0,), SELFDESTRUCT)
BORN = created_by(SENDER, 0)
LOOKS_AND_DIES = code((3,), 0x54, POP) + DIES
PAYS_LESS_THAN_IT_OFFERS = transaction(
    kind=Kind.EIP1559, max_fee_per_gas=20, max_priority_fee_per_gas=0, value=2
)
BLAKE_INPUT = bytes(212) + b"\1"
ZERO_DATA = transaction(gas_limit=10**5, data=bytes(1000))
WORDS = bytes(64)
GAS_OF_WORDS = 53_000 + 4 * len(WORDS) + 2 * 2
DELEGATED = AccountState(SENDER, balance=RICH, delegate=CONTRACT)
OVER_STORAGE = case(
    create2_from(INITCODE, 5) + keep(),
    accounts=[AccountState(TARGET, storage=((3, 4),))],
)
OVER_BALANCE = case(
    create2_from(INITCODE, 5) + keep(), accounts=[AccountState(TARGET, balance=4)]
)
POOR_CREATION = create2_from(INITCODE, 5, value=1) + code(POP)
ASKS_TARGET = gas_of(code((TARGET,), BALANCE, POP))


def floor_case(gas_limit):
    return case(transactions=[transaction(gas_limit=gas_limit, data=bytes(1000))])


EXAMPLES = {
    NO_CALLDATA_FLOOR: Example(
        case(transactions=[ZERO_DATA]),
        case(gas_of(b"") * 400, transactions=[replace(ZERO_DATA, gas_limit=10**6)]),
    ),
    GAS_LIMIT_CAPPED: Example(
        case(transactions=[transaction(gas_limit=2**24 + 1)]),
        case(transactions=[transaction(gas_limit=2**24)]),
        replace(EXACT, protocol=Protocol.V32),
    ),
    NO_BLS_PRECOMPILES: Example(
        case(calls_precompile(0x0B, bytes(256))),
        case(calls_precompile(0x12, bytes(256))),
    ),
    P256_PRECOMPILE: Example(
        case(gas_of(code((0x100,), BALANCE, POP))),
        case(gas_of(code((0x101,), BALANCE, POP))),
    ),
    ABSENT_PRECOMPILES_ARE_COLD: Example(
        case(gas_of(code((9,), BALANCE, POP))),
        case(gas_of(code((8,), BALANCE, POP))),
        options=replace(EXACT, protocol=Protocol.V31),
    ),
    NO_BLAKE2F: Example(
        case(calls_precompile(9, BLAKE_INPUT)), case(calls_precompile(4, BLAKE_INPUT))
    ),
    NO_POINT_EVALUATION: Example(
        case(calls_precompile(10, bytes(192))), case(calls_precompile(2, bytes(192)))
    ),
    BLOB_BASE_FEE_IS_ONE: Example(
        case(code(BLOBBASEFEE) + keep()),
        case(code(RETURNDATASIZE) + keep()),
        excess_blob_gas=10**8,
    ),
    PREVRANDAO_IS_ONE: Example(
        paying_much(code(PREVRANDAO) + keep(), mix_hash=5),
        paying_much(code(PREVRANDAO) + keep(), mix_hash=1),
        options=PRODUCTION,
    ),
    FEES_TO_COINBASE: Example(
        paying_much(), paying_much(eip1559_basefee=0), options=PRODUCTION
    ),
    NATIVE_GAS: Example(
        case(transactions=[transaction(gas_limit=2 * 10**6)]),
        paying_much(),
        options=PRODUCTION,
        told=Told(native_used={0: 1_500_000}),
    ),
    OUT_OF_NATIVE: Example(
        case(transactions=[transaction(to=0xE0, value=1)]),
        paying_much(transactions=[transaction(value=1, max_fee_per_gas=MUCH)]),
        options=PRODUCTION,
        told=Told(out_of_native=frozenset({0})),
    ),
    OUT_OF_RETURN_MEMORY: Example(
        free(RETURNS_MUCH), free(b""), told=Told(out_of_return_memory=frozenset({0}))
    ),
    PUBDATA_NOT_COVERED: Example(
        paying_much(code((1, 1), SSTORE), pubdata_price=9 * 10**7),
        paying_much(code((1, 1), SSTORE), pubdata_price=10**6),
        options=PRODUCTION,
        told=Told(not_covered=frozenset({0})),
    ),
    LIMITS_OF_THE_BLOCK: Example(
        case(transactions=[transaction(gas_limit=5 * 10**5)]),
        paying_much(),
        options=PRODUCTION,
        told=Told(dropped=frozenset({0})),
    ),
    GAS_LIMIT_BINDS_GAS_USED: Example(
        case(
            transactions=[transaction(gas_limit=40_000, nonce=n) for n in range(3)],
            gas_limit=60_000,
        ),
        case(
            transactions=[transaction(gas_limit=40_000, nonce=n) for n in range(2)],
            gas_limit=80_000,
        ),
    ),
    MEMORY_LIMIT: Example(
        free(code((2**27 - 31,), MLOAD) + keep()),
        free(code((2**20,), MLOAD) + keep()),
    ),
    MODEXP_LENGTH_LIMIT: Example(
        free(calls_precompile(5, modexp_input(1, 2**32, 0))),
        free(calls_precompile(5, modexp_input(1, 32, 0))),
    ),
    CREATION_OVER_STORAGE: Example(OVER_STORAGE, OVER_BALANCE),
    DESTRUCTION_SPARES_UNSEEN_SLOTS: Example(
        dying_over_storage(DIES), dying_over_storage(LOOKS_AND_DIES)
    ),
    NO_STATE_CLEARING: Example(
        free(b"", accounts=[STORAGE_ONLY], coinbase=STORAGE_ONLY.address),
        free(
            b"",
            accounts=[replace(STORAGE_ONLY, nonce=1)],
            coinbase=STORAGE_ONLY.address,
        ),
    ),
    DELEGATED_TO_NOTHING: Example(
        case(call(0xE0, value=1) + keep(), funds=9, accounts=[TO_NOTHING]),
        case(
            call(0xE0, value=1) + keep(),
            funds=9,
            accounts=[replace(TO_NOTHING, nonce=1)],
        ),
    ),
    P256_IS_COLD: Example(
        case(gas_of(code((0x100,), BALANCE, POP))),
        case(gas_of(code((0x101,), BALANCE, POP))),
        options=UPSTREAM,
    ),
    WARMS_REFUSED_CREATION: Example(
        case(POOR_CREATION + ASKS_TARGET),
        case(code((TARGET,), BALANCE, POP) + POOR_CREATION + ASKS_TARGET),
        options=UPSTREAM,
    ),
    SENDER_PAYS_TOUCHES: Example(
        case(sender=DELEGATED),
        case(accounts=[AccountState(COINBASE, balance=1, deployed_empty=True)]),
        options=UPSTREAM,
    ),
    DELEGATED_DESTRUCTION_SPARED: Example(
        case(transactions=[creation(delegate(CONTRACT))], body=DIES),
        case(transactions=[creation(DIES)]),
        options=UPSTREAM,
    ),
    LAX_RLP_LENGTHS: Example(
        case(transactions=[with_long_length(transaction())]),
        case(transactions=[transaction()]),
        options=UPSTREAM,
    ),
    SENDER_WITH_CODE: Example(
        case(sender=AccountState(SENDER, balance=RICH, code=code(STOP))),
        case(sender=DELEGATED),
    ),
    PRIORITY_FEE_ABOVE_MAXIMUM: Example(
        case(
            transactions=[transaction(kind=Kind.EIP1559, max_priority_fee_per_gas=11)]
        ),
        case(
            transactions=[transaction(kind=Kind.EIP1559, max_priority_fee_per_gas=10)]
        ),
    ),
    BALANCE_FOR_MAXIMUM_FEE: Example(
        case(
            transactions=[PAYS_LESS_THAN_IT_OFFERS],
            sender=AccountState(SENDER, balance=20 * 10**6 + 1),
        ),
        case(
            transactions=[PAYS_LESS_THAN_IT_OFFERS],
            sender=AccountState(SENDER, balance=20 * 10**6 + 2),
        ),
    ),
    LATE_REFUSAL: Example(
        case(transactions=[creation(bytes(49153))]),
        case(transactions=[creation(bytes(49152))]),
    ),
    INITCODE_GAS: Example(
        case(transactions=[creation(WORDS, GAS_OF_WORDS - 1)]),
        case(transactions=[creation(WORDS, GAS_OF_WORDS)]),
    ),
    INITCODE_GAS_TWICE: Example(
        case(
            gas_of(create_from(WORDS)),
            transactions=[set_code(authorization(CONTRACT, 1, KEY), to=SENDER)],
        ),
        case(gas_of(create_from(WORDS))),
    ),
    INITCODE_SIZE_FIRST: Example(
        case(create_from(b"", value=1, length=49153) + keep()),
        case(create_from(b"", value=1, length=49152) + keep()),
    ),
    FLOOR_UNCHECKED: Example(floor_case(30_999), floor_case(31_000), plain=True),
    STORAGE_COLLISION: Example(OVER_STORAGE, OVER_BALANCE, plain=True),
    EMPTY_CODE_HAS_HASH: Example(
        case(
            code((0xE0,), EXTCODEHASH) + keep(),
            accounts=[AccountState(0xE0, deployed_empty=True)],
        ),
        case(
            code((0xE0,), EXTCODEHASH) + keep(),
            accounts=[AccountState(0xE0, balance=1, deployed_empty=True)],
        ),
    ),
    EMPTY_LIST_IS_ZERO: Example(
        case(transactions=[with_a_list_for_zero()]),
        case(transactions=[of_even_parity()[0]]),
    ),
    CHAIN_ID_ZERO: Example(
        case(chain_id=0), case(transactions=[transaction(eip155=False)], chain_id=0)
    ),
    MODEXP_EMPTY_BASE: Example(
        case(
            calls_precompile(5, modexp_input(0, 0, 1, b"\5"))
            + code((0, 0, 1), 0x3E, (0,), MLOAD)
            + keep(1)
        ),
        case(calls_precompile(5, modexp_input(0, 1, 1, b"\1\5"))),
    ),
}
ELSEWHERE = {
    RULES["no_blob_transactions"]: "test_state_test.py",
    RULES["block_gas_limit"]: "test_state_test.py",
    RULES["no_system_calls"]: "test_block_test.py",
    RULES["no_withdrawals"]: "test_block_test.py",
}
