"""Each declared difference fires where it must, and forgives nothing else."""

from dataclasses import dataclass, replace

import pytest

from differential.engines import unsupported
from differential.evm_compare import (
    compare_with_ethereum,
    first_transaction_apart,
)
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
    Origin,
    Policy,
)
from differential.outcome import TransactionStatus
from differential.runners import native, py_evm
from differential.runners.base import state_of_case
from tests.differential.ethereum_cases import (
    BALANCE,
    BLOBBASEFEE,
    COINBASE,
    CONTRACT,
    CREATE,
    CREATE2,
    KECCAK256,
    MLOAD,
    POP,
    RETURN,
    RETURNDATASIZE,
    RICH,
    SELFDESTRUCT,
    SENDER,
    SHL,
    SSTORE,
    STOP,
    AccountState,
    Kind,
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
from zkos.host.case import Case
from zkos.host.profile import Mode, Profile, Quirks, RunOptions

pytestmark = pytest.mark.native

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
LOOKS_AND_DIES = code((3,), 0x54, POP) + DIES
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
            transactions=[
                transaction(
                    kind=Kind.EIP1559,
                    max_fee_per_gas=20,
                    max_priority_fee_per_gas=0,
                    value=2,
                )
            ],
            sender=AccountState(SENDER, balance=20 * 10**6 + 1),
        ),
        case(
            transactions=[
                transaction(
                    kind=Kind.EIP1559,
                    max_fee_per_gas=20,
                    max_priority_fee_per_gas=0,
                    value=2,
                )
            ],
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
SLOW = (CREATE_AT_DEPTH_LIMIT, CODELESS_CALL_AT_DEPTH_LIMIT)
PARAMETERS = [
    pytest.param(rule, id=rule.name, marks=[pytest.mark.slow] if rule in SLOW else [])
    for rule in EXAMPLES
]


def compare(example, which, policy):
    example_case = getattr(example, which)
    block, state = example_case.blocks[0], state_of_case(example_case)
    ours = native.run_block(block, state, example.options)
    assert ours.succeeded
    return compare_with_ethereum(
        block,
        state,
        example.options,
        ours,
        policy=policy,
        excess_blob_gas=example.excess_blob_gas,
    )


def test_every_rule_has_an_example():
    named = [rule.name for rule in (*EXAMPLES, *ELSEWHERE)]
    assert sorted(named) == sorted(RULES)


@pytest.mark.parametrize("rule", PARAMETERS)
def test_rule_fires_and_explains_the_difference(rule):
    example = EXAMPLES[rule]
    compared = compare(example, "fires", Policy.of(example.options))
    assert compared.difference is None
    assert compared.declared[rule.name] >= 1


@pytest.mark.parametrize("rule", PARAMETERS)
def test_without_its_rule_the_difference_is_found(rule):
    example = EXAMPLES[rule]
    policy = Policy.of(example.options).without([rule])
    assert compare(example, "fires", policy).difference is not None


@pytest.mark.parametrize("rule", PARAMETERS)
def test_rule_spares_the_neighbour(rule):
    example = EXAMPLES[rule]
    with_rule = compare(example, "spares", Policy.of(example.options))
    assert with_rule.difference is None
    assert rule.name not in with_rule.declared
    without = Policy.of(example.options).without([rule])
    assert compare(example, "spares", without).difference is None


def test_words_of_initcode_are_intrinsic_gas():
    initcode = bytes(64)
    gas = 53_000 + 4 * len(initcode)
    for missing, status in ((1, "invalid"), (0, "success")):
        words = 2 * 2
        short = case(transactions=[creation(initcode, gas + words - missing)])
        state, block = state_of_case(short), short.blocks[0]
        policy = Policy.ethereum()
        outcome = py_evm.run_with(block, state, policy, EXACT)
        assert outcome.transactions[0].status.value == status
        assert (policy.fired[0, INITCODE_GAS.name] > 0) == bool(missing)
        faulty = py_evm.run_with(block, state, policy.without([INITCODE_GAS]), EXACT)
        assert faulty.transactions[0].status is not TransactionStatus.INVALID


DEPLOYED_EMPTY = AccountState(SENDER, balance=RICH, deployed_empty=True)
LEFT_FOR_TOUCHES = (-1, 0, 100, 199, 200, 299, 300, 399, 400)


@pytest.mark.parametrize("left", LEFT_FOR_TOUCHES)
@pytest.mark.parametrize("to", [0xE0, 0x9000, None])
def test_sender_with_empty_code_short_of_gas_for_touches(left, to):
    """What was done before the gas ran out stays, on both sides."""
    data = bytes(64)
    words = 0 if to == 0xE0 else 2 * 2
    gas = 21_000 + 4 * len(data) + words + left
    short = case(
        transactions=[
            transaction(to=to, gas_limit=gas, data=data),
            transaction(to=0xE0, gas_limit=30_000, nonce=int(left >= 200)),
        ],
        sender=DEPLOYED_EMPTY,
    )
    ours = native.run_block(short.blocks[0], state_of_case(short), EXACT)
    compared = compare_with_ethereum(short.blocks[0], state_of_case(short), EXACT, ours)
    assert compared.difference is None
    dropped = ours.transactions[0].status is TransactionStatus.INVALID
    assert dropped == (left < 400)
    assert ours.transactions[1].status is TransactionStatus.SUCCESS


@pytest.mark.parametrize(("length", "missing"), [(49153, 0), (49152, 0), (64, 1)])
def test_data_for_the_old_deployer_is_limited_as_initcode(length, missing):
    gas = 21_000 + 4 * length + 2 * ((length + 31) // 32) - missing
    data = bytes(length)
    sent = case(transactions=[transaction(to=0x9000, data=data, gas_limit=gas)])
    state, block = state_of_case(sent), sent.blocks[0]
    ours = native.run_block(block, state, EXACT)
    assert compare_with_ethereum(block, state, EXACT, ours).difference is None
    refused = ours.transactions[0].status is TransactionStatus.INVALID
    assert refused == (length > 49152 or missing > 0)


@pytest.mark.parametrize("length", [49152, 49153])
def test_long_initcode_without_gas_for_the_creation_is_refused(length):
    gas = 21_000 + 4 * length + 2 * 1537
    sent = case(transactions=[creation(bytes(length), gas)])
    state, block = state_of_case(sent), sent.blocks[0]
    ours = native.run_block(block, state, EXACT)
    assert compare_with_ethereum(block, state, EXACT, ours).difference is None
    refused = ours.transactions[0].status is TransactionStatus.INVALID
    assert refused == (length == 49153)


def test_balance_of_the_bootloader_is_swept_after_a_dropped_transaction():
    dropped = case(
        transactions=[transaction(nonce=1)],
        accounts=[AccountState(BOOTLOADER, balance=5)],
    )
    state, block = state_of_case(dropped), dropped.blocks[0]
    ours = native.run_block(block, state, EXACT)
    assert ours.transactions[0].status is TransactionStatus.INVALID
    compared = compare_with_ethereum(block, state, EXACT, ours)
    assert compared.difference is None
    assert compared.declared == {BOOTLOADER_BALANCE_SWEPT.name: 1}


@pytest.mark.parametrize("coinbase", [COINBASE, 0xF0])
def test_more_ether_than_there_can_be_is_not_for_ethereum(coinbase):
    rich = AccountState(0xF0, balance=2**256 - 1)
    body = call(0xF0, value=1) if coinbase == COINBASE else b""
    odd = case(
        body, accounts=[rich], coinbase=coinbase, transactions=[transaction(value=1)]
    )
    outcome = py_evm.run_block(odd.blocks[0], state_of_case(odd), EXACT)
    assert "more ether than there can be" in unsupported(outcome)
    assert native.run_block(odd.blocks[0], state_of_case(odd), EXACT).succeeded


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"max_priority_fee_per_gas": 0},
            "max_priority_fee_per_gas: this type has none",
        ),
        ({"signature": bytes(64) + b"\x1b\0"}, "signature: 66 bytes long"),
        (
            {"signature": bytes(65)},
            "signature: its last byte is neither 27 nor 28",
        ),
    ],
)
def test_what_no_envelope_can_carry_is_not_for_ethereum(fields, reason):
    odd = case(transactions=[transaction(sender=SENDER, **fields)])
    outcome = py_evm.run_block(odd.blocks[0], state_of_case(odd), EXACT)
    assert unsupported(outcome) == reason


def test_quirks_are_declared_for_upstream_only():
    quirks = {rule.name for rule in RULES.values() if rule.origin is Origin.QUIRK}
    assert quirks <= Policy.of(UPSTREAM).enabled
    assert not quirks & Policy.of(EXACT).enabled


def test_every_beginning_of_a_block_agrees_and_a_corrupted_one_is_found():
    sent = [transaction(nonce=number) for number in range(5)]
    body = code((7,), 0x43, SSTORE, (1, 1), 0x5A, SSTORE)
    many = case(body, transactions=sent)
    block, state = many.blocks[0], state_of_case(many)
    assert first_transaction_apart(block, state, EXACT, native.run_block) is None

    def corrupted(part, before, options):
        outcome = native.run_block(part, before, options)
        if len(part.transactions) <= 3:
            return outcome
        storage = tuple(
            replace(diff, current=diff.current + 1) for diff in outcome.detail.storage
        )
        return replace(outcome, detail=replace(outcome.detail, storage=storage))

    assert first_transaction_apart(block, state, EXACT, corrupted) == 3


def test_corrupted_outcome_is_found():
    example = EXAMPLES[NO_REFUNDS].fires
    block, state = example.blocks[0], state_of_case(example)
    ours = native.run_block(block, state, EXACT)
    receipt = ours.transactions[0]
    wrong = {
        "gas_used": replace(receipt, gas_used=receipt.gas_used - 1),
        "status": replace(receipt, status=TransactionStatus.REVERTED),
        "return_data": replace(receipt, return_data=b"1"),
    }
    for layer, changed in wrong.items():
        outcome = replace(ours, transactions=(changed,))
        found = compare_with_ethereum(block, state, EXACT, outcome).difference
        assert found.layer == layer
    accounts = tuple(
        replace(diff, balance=diff.balance + 1) for diff in ours.detail.accounts
    )
    changed = replace(ours, detail=replace(ours.detail, accounts=accounts))
    found = compare_with_ethereum(block, state, EXACT, changed).difference
    assert (found.layer, found.where) == ("accounts", f"balance of {COINBASE:#042x}")
    storage = tuple(replace(diff, current=9) for diff in ours.detail.storage)
    changed = replace(ours, detail=replace(ours.detail, storage=storage))
    found = compare_with_ethereum(block, state, EXACT, changed).difference
    assert (found.layer, found.where) == ("storage", f"slot 0x0 of {CONTRACT:#042x}")
