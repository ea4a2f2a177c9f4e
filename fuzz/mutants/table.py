"""All planted faults."""

from typing import Final

from fuzz.mutants.bootloader import BOOTLOADER
from fuzz.mutants.commitment import COMMITMENT, MODEL
from fuzz.mutants.crypto import CRYPTO
from fuzz.mutants.evm import EVM, RUNNER
from fuzz.mutants.hooks import HOOKS
from fuzz.mutants.host import HOST
from fuzz.mutants.machine import MACHINE, RUNTIME
from fuzz.mutants.proof import ADVICE, PROOF
from fuzz.mutants.state import STATE
from fuzz.mutants.transactions import TRANSACTIONS
from fuzz.mutants.translator import TRANSLATOR

_TABLES: Final = (
    *(PROOF, ADVICE, EVM, RUNNER, STATE, MODEL, COMMITMENT),
    *(TRANSACTIONS, BOOTLOADER, HOOKS, CRYPTO),
    *(MACHINE, TRANSLATOR, RUNTIME, HOST),
)
MUTANTS: Final = {m.name: m for table in _TABLES for m in table.mutants}
"""By name, in the order of the table."""
