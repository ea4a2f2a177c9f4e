"""Which error is named first, and where native and gas begin to suffice."""

import pytest

from tests.guest.bootloader.cases import (
    CONTRACT,
    KEY,
    RICH,
    SENDER,
    TARGET,
    account,
    both,
    legacy,
    reasons,
    run,
    statuses,
    typed,
)
from tests.support.blocks import BLOCKS
from zkos.host.profile import Quirks
from zkos.host.signing import address_of_key

GUEST = BLOCKS
pytestmark = pytest.mark.usefixtures("target")
SUCCESS = ("success", "")
NATIVE, GAS = "OutOfNativeResourcesDuringValidation", "OutOfGasDuringValidation"
NATIVE_IS_GAS = {"native_price": 1000}
"""With it the gas used is the native used, at the gas price of the cases."""


def key(number):
    return f"0x{number:064x}"


def address(private_key):
    return f"{address_of_key(int(private_key, 16).to_bytes(32, 'big')):#042x}"


CODED, POOR, LAST = key(11), key(12), key(13)
HIGH_S = {"signature": "0x" + "11" * 32 + f"{2**255:064x}" + "1b"}
NOBODYS = {"signature": "0x" + "11" * 64 + "1b"}
WORST = {
    "type": "eip1559",
    "private_key": CODED,
    "to": None,
    "nonce": 8,
    "gas_limit": 2**31,
    "data": "0x" + "00" * 49153,
    "value": 2**256 - 1,
    "max_fee_per_gas": 4,
    "max_priority_fee_per_gas": 5,
    "access_list": [{"address": TARGET, "storage_keys": [1]}],
}
LADDER = [
    ("CallerGasLimitMoreThanBlock", {"gas_limit": 70_000}),
    ("PriorityFeeGreaterThanMaxFee", {"max_priority_fee_per_gas": 0}),
    ("BaseFeeGreaterThanMaxFee", {"max_fee_per_gas": 10}),
    (NATIVE, {"max_fee_per_gas": 1000, "max_priority_fee_per_gas": 1000}),
    (GAS, {"gas_limit": 18_000 + 4 * 49153}),
    ("CreateInitCodeSizeLimit", {"data": "0x" + "00" * 49152}),
    (GAS, {"gas_limit": 50_130, "data": "0x" + "00" * 32}),
    (GAS, {"gas_limit": 50_130 + 2400 + 1900}),
    ("NonceTooHigh", {"nonce": 6}),
    ("NonceTooLow", {"nonce": 7}),
    ("RejectCallerWithCode", {"private_key": POOR}),
    ("OverflowPaymentInTransaction", {"value": 0}),
    ("LackOfFundForMaxFee", {"from": SENDER, **HIGH_S}),
    ("MalleableSignature", NOBODYS),
    (GAS, {"gas_limit": 54_430 + 3000}),
    ("IncorrectFrom", {"private_key": LAST, "nonce": 2**64 - 1}),
    ("NonceOverflowInTransaction", {"private_key": KEY, "nonce": 7}),
    ("", {}),
]
"""What is named while all later faults remain, and what mends it."""


def mend(message, changes):
    """A message with other fields; a signature replaces a key and the other way."""
    without = ()
    if "signature" in changes:
        without = ("private_key",)
    elif "private_key" in changes:
        without = ("signature", "from")
    kept = {name: value for name, value in message.items() if name not in without}
    return {**kept, **changes}


@pytest.mark.parametrize("quirks", Quirks)
def test_errors_are_named_in_order(quirks):
    accounts = {
        address(CODED): {"nonce": 7, "code": "0x00"},
        address(POOR): {"nonce": 7, "balance": 1},
        address(LAST): {"nonce": 2**64 - 1, **RICH},
        SENDER: {"nonce": 7, **RICH},
    }
    messages = [WORST]
    for _, mended in LADDER[:-1]:
        messages.append(mend(messages[-1], mended))
    outcome = run(
        *messages,
        accounts=accounts,
        block={"gas_limit": 2**31 - 1, "eip1559_basefee": 5},
        quirks=quirks,
    )
    assert reasons(outcome) == [name for name, _ in LADDER]


def test_sender_must_be_the_signer_as_the_host_says():
    mine, other = legacy(), legacy(**{"from": TARGET})
    assert reasons(run(mine)) == [""]
    (dropped,) = run(other, accounts={TARGET: RICH}).transactions
    assert dropped.reason.startswith("IncorrectFrom")
    assert dropped.sender == int(TARGET, 16)


VALIDATION = [30_000, 131_100, 40_000, 4_000, 522_000, 5_000, 5_000]
EXECUTION = [4_000, 250_240, 4_000, 10_000]


def test_native_of_a_transfer():
    needed = sum(VALIDATION) + sum(EXECUTION)
    assert needed == 1_005_340
    (done,) = run(legacy(value=1, gas_limit=needed), block=NATIVE_IS_GAS).transactions
    assert (done.status.value, done.gas_used) == (*SUCCESS[:1], needed)
    assert done.native_used == needed


@pytest.mark.parametrize("step", range(len(VALIDATION) + len(EXECUTION)))
def test_native_may_run_out_at_each_step(step):
    limit = sum([*VALIDATION, *EXECUTION][: step + 1]) - 1
    outcome = run(legacy(value=1, gas_limit=limit), block=NATIVE_IS_GAS)
    if step < len(VALIDATION):
        assert statuses(outcome) == [("invalid", NATIVE)]
        return
    assert statuses(outcome) == [("reverted", "OutOfNative")]
    assert outcome.transactions[0].gas_used == limit
    assert account(outcome, SENDER).nonce == 1
    assert account(outcome, SENDER).balance == 10**18 - 1000 * limit


def test_gas_of_a_transfer():
    assert statuses(run(legacy(gas_limit=21_000))) == [SUCCESS]
    assert reasons(run(legacy(gas_limit=20_999))) == [GAS]


@pytest.mark.parametrize(
    ("data", "words"),
    [("0x", 0), ("0x00", 1), ("0x" + "00" * 32, 1), ("0x" + "00" * 33, 2)],
)
def test_gas_of_a_creation(data, words):
    gas = 21_000 + 4 * (len(data) // 2 - 1) + 32_000 + 2 * words
    assert statuses(run(legacy(to=None, data=data, gas_limit=gas))) == [SUCCESS]
    assert reasons(run(legacy(to=None, data=data, gas_limit=gas - 1))) == [GAS]


def test_gas_of_an_access_list():
    entries = [{"address": TARGET, "storage_keys": [1, 2]}, {"address": SENDER}]
    gas = 21_000 + 2 * 2400 + 2 * 1900
    message = typed("eip1559", access_list=entries)
    assert statuses(run({**message, "gas_limit": gas})) == [SUCCESS]
    assert reasons(run({**message, "gas_limit": gas - 1})) == [GAS]


def test_gas_of_authorizations():
    entries = [{"address": TARGET, "private_key": KEY, "chain_id": 1}] * 3
    message = typed("eip7702", authorization_list=entries)
    assert statuses(run({**message, "gas_limit": 96_000})) == [SUCCESS]
    assert reasons(run({**message, "gas_limit": 95_999})) == [GAS]


def test_balance_must_cover_the_highest_fee():
    message = typed("eip1559", max_fee_per_gas=2000, value=5)
    needed = 2000 * 100_000 + 5
    assert reasons(run(message, accounts={SENDER: {"balance": needed}})) == [""]
    (dropped,) = run(message, accounts={SENDER: {"balance": needed - 1}}).transactions
    assert dropped.reason == (
        f"LackOfFundForMaxFee {{ fee: {needed}, balance: {needed - 1} }}"
    )


def test_free_transaction_has_all_the_native_there_is():
    free = {"eip1559_basefee": 0, "native_price": 1}
    (done,) = run(legacy(gas_price=0, value=1), block=free).transactions
    assert (done.reason, done.gas_used) == ("", 21_000)


def test_delegated_sender_pays_touches_upstream_only():
    accounts = {SENDER: {**RICH, "delegate": CONTRACT}}
    upstream, ours = both(legacy(), accounts=accounts)
    assert statuses(upstream) == statuses(ours) == [SUCCESS]
    assert upstream.transactions[0].gas_used == 21_300
    assert ours.transactions[0].gas_used == 21_000
