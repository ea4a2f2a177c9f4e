"""Blocks made in tests, and the outcome of the guest under CPython."""

from differential.runners import cpython
from differential.runners.base import run_chain
from zkos.host.case import parse_case
from zkos.host.profile import Mode, Profile, Quirks, RunOptions

KEY = "0x" + "01" * 32
SENDER = "0x1a642f0e3c3af545e7acbd38b07251b3990914f1"
RICH = {"balance": 10**18}
TARGET = "0x4242424242424242424242424242424242424242"


def legacy(**changes):
    base = {"type": "legacy", "private_key": KEY, "nonce": 0, "to": TARGET}
    return {**base, "gas_limit": 100_000, "gas_price": 1000, **changes}


def l1(**changes):
    base = {"type": "l1", "from": "0x" + "0c" * 20, "to": TARGET, "value": 5}
    return {**base, "gas_limit": 100_000, "max_fee_per_gas": 1000, **changes}


def run(
    *transactions,
    accounts=None,
    block=None,
    quirks=Quirks.UPSTREAM,
    profile=Profile.APP,
    mode=Mode.PROVING,
    **options,
):
    """The outcome of one block."""
    case = {
        "block": block or {},
        "accounts": {SENDER: RICH, **(accounts or {})},
        "txs": list(transactions),
    }
    chosen = RunOptions(profile=profile, quirks=quirks, mode=mode, **options)
    return next(iter(run_chain(cpython.run_block, parse_case(case, "test"), chosen)))


def both(*transactions, **more):
    """The outcomes with upstream's faults and without."""
    upstream = run(*transactions, quirks=Quirks.UPSTREAM, **more)
    return upstream, run(*transactions, quirks=Quirks.NONE, **more)


def statuses(outcome):
    """Status and reason of each transaction."""
    return [(each.status.value, each.reason) for each in outcome.transactions]
