"""Accounts that no deployment makes, and balances that no deposits make.

What upstream does with each was measured with its shipped image.
"""

import pytest
from Crypto.Hash import keccak

from differential.outcome import Result
from differential.runners import cpython
from differential.runners.base import run_chain
from tests.guest.bootloader.cases import RICH, SENDER, both, legacy, statuses
from zkos.host.accounts import Account
from zkos.host.case import parse_case
from zkos.host.profile import Quirks, RunOptions
from zkos.host.tree import hash_bytes

pytestmark = pytest.mark.cpython
CODE = bytes.fromhex("60015f5500")
ODD, PLAIN = 0xAAAA0001, 0xAAAA0002
BOOTLOADER = "0x" + f"{0x8001:040x}"
ALL_ONES = 2**256 - 1
FULL = {"balance": hex(ALL_ONES), "force": True}


def contract(**changes):
    return Account.make(nonce=1, code=CODE, deployed=True)._replace(**changes)


def run_with(account, quirks, *targets, coinbase=0):
    """A block that calls `targets`, with `account` at ODD and a contract at PLAIN."""
    accounts = {ODD: account.encode(), PLAIN: contract().encode()}
    leaves = [
        ["0x" + f"{0x8003:040x}", hex(address), "0x" + hash_bytes(encoded).hex()]
        for address, encoded in accounts.items()
    ]
    transactions = [
        legacy(nonce=nonce, to=f"{target:#042x}")
        for nonce, target in enumerate(targets)
    ]
    case = {
        "block": {"coinbase": f"{coinbase:#042x}"},
        "accounts": {SENDER: RICH},
        "leaves": leaves,
        "preimages": ["0x" + item.hex() for item in (*accounts.values(), CODE)],
        "txs": transactions,
    }
    options = RunOptions(quirks=quirks)
    return next(iter(run_chain(cpython.run_block, parse_case(case, "test"), options)))


@pytest.mark.parametrize(
    "account",
    [contract(artifacts_length=4), contract(bytecode_length=len(CODE) - 1)],
    ids=["artifacts", "length"],
)
def test_code_that_is_not_as_claimed_does_not_run(account):
    # The code is known from the contract that is called first.
    targets = (PLAIN, ODD, PLAIN)
    assert run_with(account, Quirks.UPSTREAM, *targets).result is Result.ABORT
    ours = run_with(account, Quirks.NONE, *targets)
    assert [status for status, _ in statuses(ours)] == [
        "success",
        "reverted",
        "success",
    ]


def test_artifacts_alone_are_no_code_to_run():
    account = Account(artifacts_length=4, bytecode_hash=hash_bytes(b""))
    for quirks in Quirks:
        outcome = run_with(account, quirks, ODD)
        assert outcome.result is Result.SUCCESS
        assert statuses(outcome) == [("success", "")]


def test_no_block_without_a_coinbase_that_is_an_account():
    account = Account(observable_length=4)
    for quirks in Quirks:
        outcome = run_with(account, quirks, PLAIN, coinbase=ODD)
        assert outcome.result is Result.ABORT
        assert "no account" in outcome.reason


def test_fee_without_room_is_lost_upstream_only():
    accounts = {BOOTLOADER: FULL}
    upstream, ours = both(legacy(), accounts=accounts)
    balance = f"fee: {10**8}, balance: {10**18 - 10**8}"
    assert statuses(upstream) == [("invalid", f"LackOfFundForMaxFee {{ {balance} }}")]
    assert statuses(ours) == [("invalid", "Internal")]
    for outcome, expected in ((upstream, True), (ours, False)):
        changed = {each.address for each in outcome.detail.accounts}
        assert (int(SENDER, 16) in changed) is expected


def test_value_for_a_new_account_without_room():
    origin = b"\xd6\x94" + bytes.fromhex(SENDER[2:]) + b"\x80"
    created = keccak.new(data=origin, digest_bits=256).digest()[12:]
    creation = legacy(to=None, data="0x00", value=5)
    accounts = {"0x" + created.hex(): FULL}
    upstream, ours = both(creation, legacy(nonce=1), accounts=accounts)
    assert upstream.result is Result.ABORT
    assert [status for status, _ in statuses(ours)] == ["reverted", "success"]


@pytest.mark.parametrize("scheme", ["f4", "f2"], ids=["delegatecall", "callcode"])
@pytest.mark.parametrize("quirks", Quirks)
def test_code_below_a_constructor_ends_the_new_account(scheme, quirks):
    """EIP-6780; upstream spares it (`corpora/regressions`)."""
    values = "5f" * (4 if scheme == "f4" else 5)
    initcode = f"0x{values}61c0de5a{scheme}00"
    case = {
        "block": {},
        "accounts": {SENDER: RICH, f"0x{0xC0DE:040x}": {"nonce": 1, "code": "0x5fff"}},
        "txs": [legacy(to=None, data=initcode, value=7, gas_limit=200_000)],
    }
    options = RunOptions(quirks=quirks)
    (outcome,) = run_chain(cpython.run_block, parse_case(case, "test"), options)
    assert statuses(outcome) == [("success", "")]
    made = [item for item in outcome.detail.accounts if item.nonce == 1]
    spared = [item for item in made if item.balance == 0]
    assert bool(spared) is (quirks is Quirks.UPSTREAM)
    heir = next(item for item in outcome.detail.accounts if item.address == 0)
    assert heir.balance >= 7
