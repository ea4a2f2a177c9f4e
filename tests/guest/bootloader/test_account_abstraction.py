"""Accounts with code as senders: the steps, their checks, what stays (spec 8)."""

import pytest

from differential.outcome import Result
from tests.guest.bootloader.cases import RICH, run, statuses
from zkos.host.profile import Quirks

pytestmark = pytest.mark.cpython
ACCOUNT = 0xACC0
FEE_ACCOUNT = 0x8001
VALIDATE, PAY, EXECUTE, PRE_PAYMASTER = 0x202BCCE7, 0xE2F318E3, 0xDF9C1589, 0xA28C1AEE
FEE = 200_000 * 1000


def push(value, size=None):
    data = value.to_bytes(size or max(1, (value.bit_length() + 7) // 8), "big")
    return bytes([0x5F + len(data)]) + data


def answer(value, length=32):
    """Return the leading bytes of a word."""
    return push(value) + push(0) + b"\x52" + push(length) + push(0) + b"\xf3"


CREATE = push(0) * 3 + b"\xf0\x50"
"""Raises the nonce by creating an empty contract."""
STORE_CALLDATASIZE = b"\x36" + push(7) + b"\x55"
REVERT = push(0) * 2 + b"\xfd"
MAGIC = answer(VALIDATE << 224)


def pay(amount):
    """Send ether to the fee account."""
    call = push(0) * 4 + push(amount) + push(FEE_ACCOUNT) + b"\x5a\xf1\x50"
    return call + b"\x00"


def contract(methods):
    """Code that runs the method of a selector and reverts for others."""
    head = push(0) + b"\x35" + push(224) + b"\x1c"
    size = len(head) + 11 * len(methods) + len(REVERT)
    dispatch, bodies = head, b""
    for selector, body in methods.items():
        target = size + len(bodies)
        dispatch += b"\x80" + push(selector, 4) + b"\x14" + push(target, 2) + b"\x57"
        bodies += b"\x5b" + body
    return "0x" + (dispatch + REVERT + bodies).hex()


def run_account(methods, *, nonce=1, **changes):
    transaction = {
        "type": "eip712",
        "from": f"{ACCOUNT:#042x}",
        "to": "0x" + "42" * 20,
        "signature": "0x" + "05" * 65,
        "nonce": nonce,
        "gas_limit": 200_000,
        "max_fee_per_gas": 1000,
        "max_priority_fee_per_gas": 0,
        "gas_per_pubdata": 1,
        "data": "0x" + "ab" * 40,
        **changes,
    }
    accounts = {
        f"{ACCOUNT:#042x}": {**RICH, "nonce": 1, "code": contract(methods)},
    }
    return run(transaction, accounts=accounts, quirks=Quirks.NONE)


GOOD = {
    VALIDATE: CREATE + MAGIC,
    PAY: pay(FEE),
    EXECUTE: STORE_CALLDATASIZE + answer(0xCAFE),
}


def balance_of(outcome, address):
    return {each.address: each for each in outcome.detail.accounts}[address].balance


def test_account_validates_pays_and_executes():
    outcome = run_account(GOOD)
    assert statuses(outcome) == [("success", "")]
    (receipt,) = outcome.transactions
    assert int.from_bytes(receipt.return_data, "big") == 0xCAFE
    spent = 1000 * receipt.gas_used
    assert balance_of(outcome, ACCOUNT) == 10**18 - spent
    assert balance_of(outcome, 0) == spent
    # The calldata is as long as the encoded transaction: five length words, the 40
    # bytes of data and the 65 of the signature in whole words after 19 words of head.
    size = 32 * (19 + 5 + 2 + 3)
    assert (ACCOUNT, 7, size) in {
        (slot.address, slot.key, slot.current) for slot in outcome.detail.storage
    }


def test_excess_is_returned():
    outcome = run_account({**GOOD, PAY: pay(FEE + 12345)})
    assert statuses(outcome) == [("success", "")]
    spent = 1000 * outcome.transactions[0].gas_used
    assert balance_of(outcome, ACCOUNT) == 10**18 - spent


def test_failed_execution_reverts_and_still_pays():
    outcome = run_account({**GOOD, EXECUTE: STORE_CALLDATASIZE + REVERT})
    assert statuses(outcome) == [("reverted", "Reverted")]
    assert not outcome.detail.storage
    assert balance_of(outcome, 0) == 1000 * outcome.transactions[0].gas_used


@pytest.mark.parametrize(
    ("methods", "reason"),
    [
        ({VALIDATE: REVERT}, "Revert"),
        ({VALIDATE: CREATE + answer(VALIDATE << 224, 31)}, "InvalidReturndataLength"),
        ({VALIDATE: CREATE + answer(PAY << 224)}, "InvalidMagic"),
        ({VALIDATE: MAGIC}, "NonceNotIncreased"),
        ({PAY: REVERT}, "Revert"),
        ({PAY: pay(FEE - 1)}, "ReceivedInsufficientFees"),
    ],
)
def test_failed_check_drops(methods, reason):
    outcome = run_account({**GOOD, **methods})
    ((status, why),) = statuses(outcome)
    assert (status, why.split()[0].split("(")[0]) == ("invalid", reason)


def test_effects_of_validation_stay_although_dropped():
    outcome = run_account({**GOOD, VALIDATE: STORE_CALLDATASIZE + MAGIC})
    assert statuses(outcome)[0][1].startswith("NonceNotIncreased")
    assert outcome.detail.storage


def test_used_nonce_is_refused_and_a_higher_one_is_not():
    outcome = run_account(GOOD, nonce=0)
    assert statuses(outcome)[0][1].startswith("NonceUsedAlready")
    outcome = run_account({**GOOD, VALIDATE: CREATE + CREATE + MAGIC}, nonce=2)
    assert statuses(outcome) == [("success", "")]


def test_paymaster_is_asked_after_the_account_but_not_supported():
    paymaster = {"paymaster": f"{ACCOUNT:#042x}", "paymaster_input": "0x"}
    assert statuses(run_account(GOOD, **paymaster))[0][1].startswith("Revert")
    agrees = {**GOOD, PRE_PAYMASTER: b"\x00"}
    assert statuses(run_account(agrees, **paymaster))[0][1].startswith("Revert")
    agrees[0x038A24BC] = b"\x00"
    assert statuses(run_account(agrees, **paymaster))[0][1].startswith("Paymaster")


def test_account_with_code_cannot_send_other_types():
    outcome = run_account(GOOD, type="eip1559")
    assert outcome.result is Result.SUCCESS
    assert statuses(outcome)[0][1].startswith("RejectCallerWithCode")
