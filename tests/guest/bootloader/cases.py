"""Blocks made in tests, and what the guest makes of them on the engine chosen."""

from tests.support.blocks import BLOCKS
from zkos.host.case import parse_case
from zkos.host.profile import Mode, Profile, Quirks, RunOptions

KEY = "0x" + "01" * 32
SENDER = "0x1a642f0e3c3af545e7acbd38b07251b3990914f1"
RICH = {"balance": 10**18}
TARGET = "0x4242424242424242424242424242424242424242"
STRANGER = "0x" + "0c" * 20
CONTRACT = "0x" + "c0" * 20
REVERTS = {"code": "0x5f5ffd"}
LOOPS = {"code": "0x5b5f56"}
KEEPS_ORIGIN = {"code": "0x325f5500"}
"""ORIGIN into slot 0."""


def legacy(**changes):
    base = {"type": "legacy", "private_key": KEY, "nonce": 0, "to": TARGET}
    return {**base, "gas_limit": 100_000, "gas_price": 1000, **changes}


def typed(kind, **changes):
    """An eip1559 or eip7702 transaction with the same price."""
    fees = {"max_fee_per_gas": 1000, "max_priority_fee_per_gas": 0}
    made = {**legacy(), "type": kind, **fees, **changes}
    del made["gas_price"]
    return made


def l1(**changes):
    base = {"type": "l1", "from": STRANGER, "to": TARGET, "value": 5}
    return {**base, "gas_limit": 100_000, "max_fee_per_gas": 1000, **changes}


def upgrade(**changes):
    free = {"value": 0, "max_fee_per_gas": 0, "mint_value": 0}
    return {**l1(), "type": "upgrade", **free, **changes}


def run(
    *transactions,
    accounts=None,
    block=None,
    oracle=(),
    quirks=Quirks.NONE,
    profile=Profile.PRODUCTION,
    mode=Mode.PROVING,
    **options,
):
    """The outcome of one block."""
    case = {
        "block": block or {},
        "accounts": {SENDER: RICH, **(accounts or {})},
        "txs": list(transactions),
        "oracle": list(oracle),
    }
    chosen = RunOptions(profile=profile, quirks=quirks, mode=mode, **options)
    return BLOCKS.run_first(parse_case(case, "test"), chosen)


def both(*transactions, **more):
    """The outcomes with upstream's faults and without."""
    upstream = run(*transactions, quirks=Quirks.UPSTREAM, **more)
    return upstream, run(*transactions, quirks=Quirks.NONE, **more)


def statuses(outcome):
    """Status and reason of each transaction."""
    return [(each.status.value, each.reason) for each in outcome.transactions]


def reasons(outcome):
    """The names of the reasons alone."""
    return [each.reason.split(" ")[0] for each in outcome.transactions]


def account(outcome, address):
    """A changed account as it is after the block."""
    changed = {each.address: each for each in outcome.detail.accounts}
    return changed[int(address, 16)]


def storage(outcome):
    """Changed slots: value by address and key."""
    return {(slot.address, slot.key): slot.current for slot in outcome.detail.storage}
