"""Accounts that no deployment makes, and balances that no deposits make.

What upstream does with each is in the specification; it ends the block with most.
"""

import pytest
from Crypto.Hash import keccak

from differential.outcome import Result
from tests.guest.bootloader.cases import (
    RICH,
    SENDER,
    both,
    legacy,
    reasons,
    statuses,
)
from tests.support.blocks import BLOCKS
from zkos.host.accounts import DEPLOYED_EVM, Account, stored_code
from zkos.host.case import parse_case
from zkos.host.profile import Quirks, RunOptions
from zkos.host.tree import hash_bytes

GUEST = BLOCKS
pytestmark = pytest.mark.usefixtures("target")
CODE = bytes.fromhex("60015f5500")
ODD, PLAIN = 0xAAAA0001, 0xAAAA0002
ENVIRONMENT_2 = 0x0102010000000000
CODE_VERSION_2 = 0x0101020000000000
FULL = {"balance": hex(2**256 - 1), "force": True}


def contract(**changes):
    return Account.make(nonce=1, code=CODE, deployed=True)._replace(**changes)


def run_with(odd, quirks, *targets, at=ODD):
    """A block that calls `targets`, with an odd account and a contract at PLAIN."""
    accounts = {at: odd.encode(), PLAIN: contract().encode()}
    leaves = [
        ["0x" + f"{0x8003:040x}", hex(address), "0x" + hash_bytes(encoded).hex()]
        for address, encoded in accounts.items()
    ]
    transactions = [
        legacy(nonce=nonce, to=f"{target:#042x}")
        for nonce, target in enumerate(targets)
    ]
    preimages = [*accounts.values(), stored_code(CODE)]
    case = {
        "block": {},
        "accounts": {} if at == int(SENDER, 16) else {SENDER: RICH},
        "leaves": leaves,
        "preimages": ["0x" + item.hex() for item in preimages],
        "txs": transactions,
    }
    options = RunOptions(quirks=quirks)
    return BLOCKS.run_first(parse_case(case, "test"), options)


@pytest.mark.parametrize("versioning", [ENVIRONMENT_2, CODE_VERSION_2])
def test_code_of_an_unknown_kind_does_not_run(versioning):
    odd = contract(versioning=versioning)
    targets = (PLAIN, ODD, PLAIN)
    assert run_with(odd, Quirks.UPSTREAM, *targets).result is Result.ABORT
    ours = run_with(odd, Quirks.NONE, *targets)
    states = [status for status, _ in statuses(ours)]
    assert states == ["success", "reverted", "success"]


def test_sender_of_an_unknown_kind_is_dropped():
    odd = Account(versioning=ENVIRONMENT_2, balance=10**18)
    at = int(SENDER, 16)
    assert run_with(odd, Quirks.UPSTREAM, PLAIN, at=at).result is Result.ABORT
    ours = run_with(odd, Quirks.NONE, PLAIN, at=at)
    assert reasons(ours) == ["UnsupportedEnvironment"]


@pytest.mark.parametrize("quirks", Quirks)
def test_sender_with_empty_code_pays_touches_upstream_only(quirks):
    odd = Account(
        versioning=DEPLOYED_EVM, balance=10**18, bytecode_hash=hash_bytes(b"")
    )
    outcome = run_with(odd, quirks, PLAIN, at=int(SENDER, 16))
    alone = run_with(contract(), quirks, PLAIN)
    more = outcome.transactions[0].gas_used - alone.transactions[0].gas_used
    assert more == (300 if quirks is Quirks.UPSTREAM else 0)


def test_value_for_a_new_account_without_room():
    origin = b"\xd6\x94" + bytes.fromhex(SENDER[2:]) + b"\x80"
    created = keccak.new(data=origin, digest_bits=256).digest()[12:]
    creation = legacy(to=None, data="0x00", value=5)
    accounts = {"0x" + created.hex(): FULL}
    for outcome in both(creation, legacy(nonce=1), accounts=accounts):
        assert statuses(outcome) == [("reverted", "Reverted"), ("success", "")]


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
    outcome = BLOCKS.run_first(parse_case(case, "test"), options)
    assert statuses(outcome) == [("success", "")]
    made = [item for item in outcome.detail.accounts if item.nonce == 1]
    spared = [item for item in made if item.balance == 0]
    assert bool(spared) is (quirks is Quirks.UPSTREAM)
    heir = next(item for item in outcome.detail.accounts if item.address == 0)
    assert heir.balance >= 7
