"""py-evm as an engine: Ethereum with the declared differences of `known`.

It knows receipts and what became of accounts and slots; nothing that only ZKsync OS
has (see `differential.reference.block`).
"""

from functools import partial
from typing import Final

from differential.outcome import Outcome
from differential.reference import block as reference
from differential.reference.py_evm.world import PyEvm
from zkos.host.case import Block
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState

run_with: Final = partial(reference.run_on, PyEvm)
"""Run a block on a state under a policy."""
run_ethereum: Final = partial(reference.run_ethereum, PyEvm)
"""Run a block as Ethereum would; also the state root after."""


def run_block(block: Block, state: ChainState, options: RunOptions) -> Outcome:
    """Run a block on a state, which stays as it is; raises CaseError.

    What Ethereum cannot be asked (transactions from L1, calls of system contracts, a
    limit on native resource) is a crash whose reason begins with `unsupported`.
    """
    return reference.run_alone(PyEvm, block, state, options)
