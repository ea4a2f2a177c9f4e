"""For every declared difference, a case in which it shows and a near one without."""

from dataclasses import dataclass, replace

from differential.known import (
    BALANCE_FOR_MAXIMUM_FEE,
    BLOB_BASE_FEE_IS_ONE,
    BLOCK_ABOVE_GAS_LIMIT,
    BOOTLOADER_BALANCE_SWEPT,
    CHAIN_ID_ZERO,
    CODELESS_CALL_AT_DEPTH_LIMIT,
    COLLISION_KEEPS_GAS,
    CREATE_AT_DEPTH_LIMIT,
    CREATION_GAS_IN_EXECUTION,
    CREATION_OVER_STORAGE,
    DELEGATED_DESTRUCTION_SPARED,
    DESTRUCTION_SPARES_UNSEEN_SLOTS,
    EMPTY_CONTRACT_PAYS_TOUCHES,
    EMPTY_KECCAK_OFFSET,
    FEE_LIMIT,
    FEES_HELD_BY_BOOTLOADER,
    FEES_TO_COINBASE,
    INITCODE_GAS,
    INITCODE_SIZE_FIRST,
    LATE_REFUSAL,
    MEMORY_LIMIT,
    MOCK_BLAKE2F,
    MOCK_POINT_EVALUATION,
    MODEXP_EMPTY_BASE,
    MODEXP_LENGTH_LIMIT,
    NO_GAS_POOL,
    NO_REFUNDS,
    NO_STATE_CLEARING,
    OUT_OF_NATIVE,
    PRIORITY_FEE_ABOVE_MAXIMUM,
    REFUSED_CODE_IS_RETURNED,
    RULES,
    SELFDESTRUCT_TO_UNTOUCHED_PRECOMPILE,
    SENDER_WITH_CODE,
    SHIFT_LOW_WORD,
    WASM_DEPLOYER_REVERTS,
    WIPED_AGAIN,
)
from tests.differential.ethereum_cases import (
    BALANCE,
    BLOBBASEFEE,
    COINBASE,
    CONTRACT,
    CREATE,
    CREATE2,
    DELEGATECALL,
    GAS,
    KECCAK256,
    MLOAD,
    POP,
    RETURN,
    RETURNDATASIZE,
    RICH,
    SELFDESTRUCT,
    SENDER,
    SHL,
    STOP,
    call,
    case,
    code,
    created_by,
    created_with_salt,
    keep,
    recurse_then,
    transaction,
    write,
)
from zkos.host.case import AccountState, Case
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.host.transactions import Kind

EXACT = RunOptions(Profile.REPLAY, Mode.FORWARD)
UPSTREAM = replace(EXACT, quirks=Quirks.UPSTREAM)
BOOTLOADER = 0x8001
HUGE = 2**50
REFUSED_CODE = write(b"\xef") + code((0, 1), RETURN)


@dataclass
class Example:
    """A case in which a rule fires, and a near one in which it does not."""

    fires: Case
    spares: Case
    options: RunOptions = EXACT
    excess_blob_gas: int = 0


def creation(data, gas_limit=10**6, **fields):
    return transaction(to=None, data=data, gas_limit=gas_limit, **fields)


def create_from(initcode, *, value=0, length=None):
    """CREATE of code put in memory before; leaves the address."""
    size = len(initcode) if length is None else length
    return write(initcode) + code((value, 0, size), CREATE)


def create2_from(initcode, salt):
    return write(initcode) + code((0, 0, len(initcode), salt), CREATE2)


def modexp_input(base, exponent, modulus, tail=b""):
    return b"".join(n.to_bytes(32, "big") for n in (base, exponent, modulus)) + tail


def calls_precompile(address, data, **arguments):
    return write(data) + call(address, size=len(data), **arguments) + keep()


def delegate(address):
    """Run the code of an account as one's own."""
    return code((0, 0, 0, 0), (address,), GAS, DELEGATECALL)


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


STORAGE_ONLY = AccountState(0xE0, storage=((1, 2),))
INITCODE = code(STOP)
TARGET = created_with_salt(CONTRACT, 5, INITCODE)
DIES = code((0,), SELFDESTRUCT)
BORN = created_by(SENDER, 0)
LOOKS_AND_DIES = code((3,), 0x54, POP) + DIES
PAYS_LESS_THAN_IT_OFFERS = transaction(
    kind=Kind.EIP1559, max_fee_per_gas=20, max_priority_fee_per_gas=0, value=2
)
EXPENSIVE = modexp_input(1100, 32, 1100, bytes(1100) + b"\xff" * 32)
BLAKE_INPUT = bytes(212) + b"\1"

EXAMPLES = {
    NO_REFUNDS: Example(
        case(code((0, 0), 0x55), storage=((0, 1),)),
        case(code((0, 2), 0x55), storage=((0, 1),)),
    ),
    FEES_TO_COINBASE: Example(case(), case(eip1559_basefee=0)),
    FEES_HELD_BY_BOOTLOADER: Example(
        case(code((BOOTLOADER,), BALANCE) + keep()),
        case(code((BOOTLOADER + 1,), BALANCE) + keep()),
    ),
    BOOTLOADER_BALANCE_SWEPT: Example(
        case(accounts=[AccountState(BOOTLOADER, balance=5)]),
        case(accounts=[AccountState(BOOTLOADER + 1, balance=5)]),
    ),
    MOCK_BLAKE2F: Example(
        case(calls_precompile(9, BLAKE_INPUT) + code(RETURNDATASIZE) + keep(1)),
        case(calls_precompile(4, BLAKE_INPUT) + code(RETURNDATASIZE) + keep(1)),
    ),
    MOCK_POINT_EVALUATION: Example(
        case(calls_precompile(10, bytes(193))), case(calls_precompile(2, bytes(193)))
    ),
    BLOB_BASE_FEE_IS_ONE: Example(
        case(code(BLOBBASEFEE) + keep()),
        case(code(RETURNDATASIZE) + keep()),
        excess_blob_gas=10**8,
    ),
    CREATE_AT_DEPTH_LIMIT: Example(
        free(recurse_then(code((0, 0, 0), CREATE, POP))),
        free(code((0, 0, 0), CREATE, POP)),
    ),
    CODELESS_CALL_AT_DEPTH_LIMIT: Example(
        free(recurse_then(call(0xE1) + keep())), free(call(0xE1) + keep())
    ),
    REFUSED_CODE_IS_RETURNED: Example(
        case(create_from(REFUSED_CODE) + code(POP, RETURNDATASIZE) + keep()),
        case(create_from(INITCODE) + code(POP, RETURNDATASIZE) + keep()),
    ),
    CREATION_OVER_STORAGE: Example(
        case(
            create2_from(INITCODE, 5) + keep(),
            accounts=[AccountState(TARGET, storage=((3, 4),))],
        ),
        case(
            create2_from(INITCODE, 5) + keep(),
            accounts=[AccountState(TARGET, balance=4)],
        ),
    ),
    DESTRUCTION_SPARES_UNSEEN_SLOTS: Example(
        dying_over_storage(DIES), dying_over_storage(LOOKS_AND_DIES)
    ),
    COLLISION_KEEPS_GAS: Example(
        case(
            transactions=[creation(INITCODE)],
            accounts=[AccountState(created_by(SENDER, 0), nonce=1)],
        ),
        case(
            transactions=[creation(INITCODE)],
            accounts=[AccountState(created_by(SENDER, 0), balance=1)],
        ),
    ),
    SELFDESTRUCT_TO_UNTOUCHED_PRECOMPILE: Example(
        case(code((5,), SELFDESTRUCT)),
        case(code((5,), BALANCE, (5,), SELFDESTRUCT)),
    ),
    CREATION_GAS_IN_EXECUTION: Example(
        case(transactions=[creation(INITCODE, 40_000)]),
        case(transactions=[creation(INITCODE, 20_000)]),
    ),
    NO_STATE_CLEARING: Example(
        case(call(STORAGE_ONLY.address) + keep(), accounts=[STORAGE_ONLY]),
        case(
            call(STORAGE_ONLY.address) + keep(),
            accounts=[replace(STORAGE_ONLY, nonce=1)],
        ),
    ),
    OUT_OF_NATIVE: Example(
        free(calls_precompile(5, EXPENSIVE)),
        free(calls_precompile(5, modexp_input(2, 1, 2, b"\1\2\3\4\5"))),
    ),
    MEMORY_LIMIT: Example(
        free(code((2**27 - 31,), MLOAD) + keep()),
        free(code((2**20,), MLOAD) + keep()),
    ),
    MODEXP_LENGTH_LIMIT: Example(
        free(calls_precompile(5, modexp_input(1, 2**32, 0))),
        free(calls_precompile(5, modexp_input(1, 32, 0))),
    ),
    FEE_LIMIT: Example(
        case(
            transactions=[transaction(max_fee_per_gas=2**110)],
            sender=AccountState(SENDER, balance=2**200),
        ),
        case(
            transactions=[transaction(max_fee_per_gas=2**100)],
            sender=AccountState(SENDER, balance=2**200),
        ),
    ),
    NO_GAS_POOL: Example(
        case(
            transactions=[transaction(gas_limit=90_000, nonce=n) for n in range(2)],
            gas_limit=100_000,
        ),
        case(
            transactions=[transaction(gas_limit=70_000, nonce=n) for n in range(2)],
            gas_limit=100_000,
        ),
    ),
    BLOCK_ABOVE_GAS_LIMIT: Example(case(gas_limit=2**56), case(gas_limit=2**56 - 1)),
    WASM_DEPLOYER_REVERTS: Example(
        case(transactions=[transaction(to=0x9000, data=b"\1")]),
        case(transactions=[transaction(to=0x9001, data=b"\1")]),
    ),
    EMPTY_CONTRACT_PAYS_TOUCHES: Example(
        case(sender=AccountState(SENDER, balance=RICH, deployed_empty=True)),
        case(
            accounts=[AccountState(COINBASE, balance=1, deployed_empty=True)],
        ),
    ),
    SHIFT_LOW_WORD: Example(
        case(code((2**32 + 1, 1), SHL) + keep()),
        case(code((2**64, 1), SHL) + keep()),
        options=UPSTREAM,
    ),
    EMPTY_KECCAK_OFFSET: Example(
        case(code((2**32, 0), KECCAK256) + keep()),
        case(code((2**31, 0), KECCAK256) + keep()),
        options=UPSTREAM,
    ),
    DELEGATED_DESTRUCTION_SPARED: Example(
        case(transactions=[creation(delegate(CONTRACT))], body=DIES),
        case(transactions=[creation(DIES)]),
        options=UPSTREAM,
    ),
    WIPED_AGAIN: Example(
        case(transactions=[creation(DIES), transaction(to=BORN, nonce=1, value=5)]),
        case(transactions=[creation(DIES), transaction(to=BORN, nonce=1)]),
        options=UPSTREAM,
    ),
    SENDER_WITH_CODE: Example(
        case(sender=AccountState(SENDER, balance=RICH, code=code(STOP))),
        case(sender=AccountState(SENDER, balance=RICH, storage=((1, 1),))),
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
    CHAIN_ID_ZERO: Example(
        case(chain_id=0), case(transactions=[transaction(eip155=False)], chain_id=0)
    ),
    LATE_REFUSAL: Example(
        case(transactions=[creation(bytes(49153))]),
        case(transactions=[creation(bytes(49152))]),
    ),
    INITCODE_SIZE_FIRST: Example(
        case(create_from(b"", value=1, length=49153) + keep()),
        case(create_from(b"", value=1, length=49152) + keep()),
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
    INITCODE_GAS: "test_words_of_initcode_are_intrinsic_gas",
    RULES["no_blob_transactions"]: "test_state_test.py",
    RULES["block_gas_limit"]: "test_state_test.py",
    RULES["no_system_calls"]: "test_block_test.py",
    RULES["no_withdrawals"]: "test_block_test.py",
}
