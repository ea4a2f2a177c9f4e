"""Rules of the block that the published vectors do not show one by one."""

import pytest
import rlp
from Crypto.Hash import keccak

from differential.outcome import Result
from tests.guest.bootloader.cases import (
    KEY,
    RICH,
    SENDER,
    both,
    l1,
    legacy,
    run,
    statuses,
)
from zkos.host.profile import Mode, Quirks

pytestmark = pytest.mark.cpython
CONTRACT = "0x" + "c0" * 20
LOOP = "0x5b5f56"
ORIGIN_TO_SLOT_0 = "0x32" + "5f55" + "00"


def account(outcome, address):
    return {each.address: each for each in outcome.detail.accounts}[int(address, 16)]


def test_simulation_needs_no_signature_nonce_or_fee():
    stranger = {"from": "0x" + "99" * 20, "signature": "0x" + "11" * 65}
    call = {**legacy(nonce=5, gas_price=0, to=CONTRACT), **stranger}
    del call["private_key"]
    accounts = {CONTRACT: {"code": "0x60205f526001601ff3"}}
    outcome = run(call, accounts=accounts, quirks=Quirks.NONE, simulate=True)
    assert statuses(outcome) == [("success", "")]
    assert outcome.transactions[0].return_data == b"\x20"
    assert 21_000 > outcome.transactions[0].gas_used > 18_000
    refused = run(call, accounts=accounts, quirks=Quirks.NONE)
    assert statuses(refused)[0][0] == "invalid"


def test_forward_mode_reports_the_same_results():
    block = [legacy(value=3), l1(), legacy(nonce=1, gas_limit=20_999)]
    proving, forward = run(*block), run(*block, mode=Mode.FORWARD)
    assert statuses(proving) == statuses(forward)
    assert proving.state_root == forward.state_root
    assert proving.pubdata == forward.pubdata


def test_origin_of_an_l1_transaction_is_its_sender():
    outcome = run(l1(to=CONTRACT), accounts={CONTRACT: {"code": ORIGIN_TO_SLOT_0}})
    stored = {(slot.address, slot.key): slot.current for slot in outcome.detail.storage}
    assert stored == {(int(CONTRACT, 16), 0): int("0c" * 20, 16)}


def test_deployment_short_of_its_fixed_price_takes_all_gas():
    creation = legacy(to=None, data="0x00", gas_limit=50_000)
    outcome = run(creation)
    assert statuses(outcome)[0][0] == "reverted"
    assert outcome.transactions[0].gas_used == 50_000


def test_creation_onto_a_taken_address_keeps_a_64th():
    first = legacy(to=None, data="0x00", gas_limit=200_000)
    preimage = rlp.encode([bytes.fromhex(SENDER[2:]), b""])
    created = keccak.new(data=preimage, digest_bits=256).digest()[12:]
    taken = {"0x" + created.hex(): {"nonce": 1}}
    outcome = run(first, accounts=taken)
    assert statuses(outcome)[0][0] == "reverted"
    left = 200_000 - 53_000 - 4 - 2
    assert outcome.transactions[0].gas_used == 200_000 - left // 64


def test_out_of_native_reverts_and_takes_all_gas():
    accounts = {CONTRACT: {"code": LOOP}}
    block = {"native_price": 1000}
    outcome = run(legacy(to=CONTRACT, gas_price=4000), accounts=accounts, block=block)
    assert statuses(outcome)[0][0] == "invalid"
    outcome = run(legacy(to=CONTRACT, gas_price=20_000), accounts=accounts, block=block)
    assert statuses(outcome) == [("reverted", "OutOfNative")]
    assert outcome.transactions[0].gas_used == 100_000
    assert account(outcome, SENDER).balance == 10**18 - 100_000 * 20_000


def test_upgrade_comes_first_or_not_at_all():
    late = {**l1(), "type": "upgrade"}
    dropped = legacy(nonce=9)
    _, ours = both(dropped, late)
    assert [status for status, _ in statuses(ours)] == ["invalid", "invalid"]
    assert statuses(ours)[1][1].startswith("UpgradeTxNotFirst")


def test_failed_upgrade_is_dropped_but_pays_the_operator():
    accounts = {CONTRACT: {"code": "0x5f5ffd"}}
    upgrade = {**l1(to=CONTRACT), "type": "upgrade"}
    outcome = run(upgrade, accounts=accounts)
    assert statuses(outcome) == [("invalid", "UpgradeTxFailed")]
    assert not outcome.detail.l1_logs
    assert account(outcome, "0x0").balance > 0


def test_refund_recipient_gets_the_deposit_of_a_reverted_transaction():
    accounts = {CONTRACT: {"code": "0x5f5ffd"}}
    fields = {"mint_value": 10**12, "refund_recipient": 0xFEED, "value": 77}
    outcome = run(l1(to=CONTRACT, **fields), accounts=accounts)
    assert statuses(outcome) == [("reverted", "Reverted")]
    fee = 1000 * outcome.transactions[0].gas_used
    assert account(outcome, "0xfeed").balance == 10**12 - fee
    outcome = run(l1(**fields))
    fee = 1000 * outcome.transactions[0].gas_used
    assert account(outcome, "0xfeed").balance == 10**12 - fee - 77


def test_failed_checks_keep_their_order():
    poor = {SENDER: {"balance": 1}}
    cases = [
        (legacy(gas_limit=2**56), "CallerGasLimitMoreThanBlock"),
        (legacy(gas_price=999), "BaseFeeGreaterThanMaxFee"),
        (legacy(gas_limit=17_999), "OutOfGasDuringValidation"),
        (legacy(nonce=1), "NonceTooHigh"),
        (legacy(nonce=2**64), "NonceOverflowInTransaction"),
        (legacy(), "LackOfFundForMaxFee"),
    ]
    outcome = run(*(case for case, _ in cases), accounts=poor)
    reasons = [reason.split()[0].split("(")[0] for _, reason in statuses(outcome)]
    assert reasons == [expected for _, expected in cases]
    assert outcome.result is Result.SUCCESS


def test_malleable_signature_is_refused_after_the_balance():
    high = "0x" + "11" * 32 + f"{2**255:064x}" + "1b"
    message = legacy(signature=high)
    message["from"] = SENDER
    assert statuses(run(message))[0][1].startswith("MalleableSignature")
    poor = {SENDER: {**RICH, "balance": 1}}
    assert statuses(run(message, accounts=poor))[0][1].startswith("LackOfFund")


def test_key_of_the_cases_signs_for_their_sender():
    assert statuses(run(legacy(private_key=KEY))) == [("success", "")]
    assert statuses(run(legacy(private_key="0x" + "02" * 32)))[0][0] == "invalid"
