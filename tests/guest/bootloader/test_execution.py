"""How executions end: refunds, reverts, delegations, native and pubdata spent."""

import pytest
import rlp
from Crypto.Hash import keccak

from tests.guest.bootloader.cases import (
    CONTRACT,
    KEY,
    LOOPS,
    REVERTS,
    SENDER,
    TARGET,
    account,
    both,
    legacy,
    reasons,
    run,
    statuses,
    storage,
    typed,
)
from tests.support.blocks import BLOCKS
from zkos.host.profile import Quirks

GUEST = BLOCKS
pytestmark = pytest.mark.usefixtures("target")
SUCCESS = ("success", "")
NATIVE = "OutOfNativeResourcesDuringValidation"
NATIVE_IS_GAS = {"native_price": 1000}
OTHER = "0x" + f"{2:064x}"
AUTHORITY = "0x2b5ad5c4795c026514f8317c7a215e218dccd6cf"
RETURNS_1 = {"code": "0x60015f5260205ff3"}
NO_CODE = int(keccak.new(digest_bits=256).hexdigest(), 16)


def created_by(sender, nonce):
    digits = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    preimage = rlp.encode([bytes.fromhex(sender[2:]), digits])
    return "0x" + keccak.new(data=preimage, digest_bits=256).hexdigest()[24:]


def clears(count):
    """A contract that sets so many slots to 0."""
    code = "".join(f"5f60{slot:02x}55" for slot in range(count)) + "00"
    slots = {f"{slot:#x}": 1 for slot in range(count)}
    return {"code": "0x" + code, "storage": slots}


@pytest.mark.parametrize(
    ("slots", "used", "refund"),
    [(1, 26_005, 4800), (2, 31_010, 6202), (5, 46_025, 9205)],
)
def test_refund_of_cleared_slots_is_at_most_a_fifth(slots, used, refund):
    (done,) = run(legacy(to=CONTRACT), accounts={CONTRACT: clears(slots)}).transactions
    assert done.gas_refunded == refund
    assert done.gas_used == used - refund


def test_reverted_transaction_has_no_refund_of_slots():
    contract = clears(1)
    contract["code"] = contract["code"][:-2] + "5f5ffd"
    (done,) = run(legacy(to=CONTRACT), accounts={CONTRACT: contract}).transactions
    assert (done.status.value, done.gas_refunded) == ("reverted", 0)


def test_output_of_a_creation_is_its_code():
    # 60 09 5f 39: the last 2 bytes of the initcode become the code.
    initcode = "0x6002600a5f3960025ff3" + "6001"
    (done,) = run(legacy(to=None, data=initcode)).transactions
    assert done.return_data == bytes.fromhex("6001")
    assert done.created == int(created_by(SENDER, 0), 16)


def test_reverted_creation_keeps_its_output():
    (done,) = run(legacy(to=None, data="0x60015f5260205ffd")).transactions
    assert (done.status.value, done.created) == ("reverted", 0)
    assert int.from_bytes(done.return_data, "big") == 1


def test_creation_onto_a_taken_address_takes_all_gas():
    taken = {created_by(SENDER, 0): {"nonce": 1}}
    (done,) = run(legacy(to=None, data="0x00"), accounts=taken).transactions
    assert (done.status.value, done.gas_used) == ("reverted", 100_000)


def test_native_of_a_creation_covers_the_code_read_back():
    initcode = "0x6002600a5f3960025ff3" + "6001"
    message = legacy(to=None, data=initcode, gas_limit=10**7)
    (done,) = run(message, block=NATIVE_IS_GAS).transactions
    (exact,) = run(
        {**message, "gas_limit": done.gas_used}, block=NATIVE_IS_GAS
    ).transactions
    assert (exact.status.value, exact.gas_used) == ("success", done.gas_used)
    (short,) = run(
        {**message, "gas_limit": done.gas_used - 1}, block=NATIVE_IS_GAS
    ).transactions
    assert (short.reason, short.created, short.return_data) == ("OutOfNative", 0, b"")


def test_out_of_native_takes_all_gas_and_undoes_execution_only():
    accounts = {CONTRACT: {"code": "0x60015f555b600456"}}
    message = legacy(to=CONTRACT, gas_limit=10**7, gas_price=1000)
    for quirks in Quirks:
        outcome = run(message, accounts=accounts, block=NATIVE_IS_GAS, quirks=quirks)
        assert statuses(outcome) == [("reverted", "OutOfNative")]
        assert outcome.transactions[0].gas_used == 10**7
        assert storage(outcome) == {}
        assert account(outcome, SENDER).nonce == 1


def test_native_that_ran_out_is_forgotten_upstream_only():
    message = legacy(to=CONTRACT, gas_limit=10**7)
    upstream, ours = both(message, accounts={CONTRACT: LOOPS}, block=NATIVE_IS_GAS)
    assert ours.transactions[0].native_used == 10**7
    assert upstream.transactions[0].native_used == 30_000 + 707_100


def authorization(**changes):
    return {"address": CONTRACT, "nonce": 0, "private_key": OTHER, **changes}


def delegating(*entries, **changes):
    changes = {"gas_limit": 10**6, **changes}
    return typed("eip7702", authorization_list=list(entries), **changes)


def test_delegation_is_in_force_at_once():
    accounts = {CONTRACT: RETURNS_1}
    outcome = run(delegating(authorization(), to=AUTHORITY), accounts=accounts)
    (done,) = outcome.transactions
    assert int.from_bytes(done.return_data, "big") == 1
    assert account(outcome, AUTHORITY).nonce == 1
    assert account(outcome, AUTHORITY).code_hash != NO_CODE


@pytest.mark.parametrize("ending", [REVERTS, LOOPS])
def test_delegation_survives_a_revert(ending):
    outcome = run(
        delegating(authorization(), to=TARGET),
        accounts={TARGET: ending, AUTHORITY: {"balance": 1}},
    )
    assert outcome.transactions[0].status.value == "reverted"
    assert account(outcome, AUTHORITY).code_hash != NO_CODE


def test_refund_of_a_delegation_survives_a_revert():
    outcome = run(
        delegating(authorization(), to=TARGET, gas_limit=100_000),
        accounts={TARGET: LOOPS, AUTHORITY: {"balance": 1}},
    )
    (done,) = outcome.transactions
    assert (done.gas_used, done.gas_refunded) == (87_500, 12_500)


def test_native_that_ran_out_takes_the_refund_of_a_delegation_back():
    message = delegating(authorization(), to=TARGET, gas_limit=10**7)
    accounts = {TARGET: LOOPS, AUTHORITY: {"balance": 1}}
    upstream, ours = both(message, accounts=accounts, block=NATIVE_IS_GAS)
    assert statuses(upstream) == statuses(ours) == [("reverted", "OutOfNative")]
    assert upstream.transactions[0].gas_used == 10**7 - 12_500
    assert ours.transactions[0].gas_used == 10**7


def test_self_sponsored_delegation_needs_the_next_nonce():
    for nonce, delegated in ((0, False), (1, True)):
        entry = authorization(private_key=KEY, nonce=nonce)
        outcome = run(delegating(entry, to=TARGET))
        assert statuses(outcome) == [SUCCESS]
        assert account(outcome, SENDER).nonce == (2 if delegated else 1)
        assert (account(outcome, SENDER).code_hash != NO_CODE) is delegated


@pytest.mark.parametrize("quirks", Quirks)
def test_authorization_without_native_drops_the_transaction(quirks):
    message = delegating(authorization(), to=TARGET)
    assert reasons(run(message, block=NATIVE_IS_GAS, quirks=quirks)) == [NATIVE]
    message["gas_limit"] = 3 * 10**6
    assert statuses(run(message, block=NATIVE_IS_GAS, quirks=quirks)) == [SUCCESS]


def test_pubdata_must_be_covered_by_native():
    # The gas used is all native, that for pubdata included. The limit may not change
    # by much: the fee taken for it is part of the pubdata.
    block = {**NATIVE_IS_GAS, "pubdata_price": 1000 * 10_000}
    accounts = {CONTRACT: {"code": "0x60015f5500"}}
    message = legacy(to=CONTRACT, gas_limit=4 * 10**6)
    (done,) = run(message, accounts=accounts, block=block).transactions
    assert done.gas_used - done.native_used == 10_000 * done.pubdata_used
    message["gas_limit"] = done.gas_used
    outcome = run(message, accounts=accounts, block=block)
    assert statuses(outcome) == [SUCCESS]
    message["gas_limit"] = done.gas_used - 1
    outcome = run(message, accounts=accounts, block=block)
    assert statuses(outcome) == [("reverted", "PubdataNotCovered")]
    assert storage(outcome) == {}
    assert outcome.transactions[0].pubdata_used < done.pubdata_used


def test_pubdata_of_a_reverted_transaction_is_that_of_validation():
    accounts = {CONTRACT: {"code": "0x60015f555f5ffd"}}
    (done,) = run(legacy(to=CONTRACT), accounts=accounts).transactions
    (alone,) = run(legacy()).transactions
    assert done.pubdata_used == alone.pubdata_used
