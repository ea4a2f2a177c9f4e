"""The executable specification of Ethereum (EELS) as an engine, like `py_evm`.

Needs the extra `eels`. It knows what py-evm knows, under the same rules; where the
two differ, a third engine tells who is alone.
"""

from functools import partial
from typing import Final

from differential.outcome import Outcome
from differential.reference import block as reference
from differential.reference.eels.world import Eels
from zkos.host.case import Block
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState

run_with: Final = partial(reference.run_on, Eels)
"""Run a block on a state under a policy."""
run_ethereum: Final = partial(reference.run_ethereum, Eels)
"""Run a block as Ethereum would; also the state root after."""


def run_block(block: Block, state: ChainState, options: RunOptions) -> Outcome:
    """Run a block on a state, which stays as it is; raises CaseError.

    What Ethereum cannot be asked (transactions from L1, calls of system contracts, a
    limit on native resource) is a crash whose reason begins with `unsupported`.
    """
    return reference.run_alone(Eels, block, state, options)
