"""All planted faults."""

from typing import Final

from fuzz.mutants.tables.accounts import ACCOUNTS
from fuzz.mutants.tables.commitment import COMMITMENT
from fuzz.mutants.tables.configured import CONFIGURED
from fuzz.mutants.tables.crypto import CRYPTO
from fuzz.mutants.tables.evm import EVM
from fuzz.mutants.tables.flow import FLOW
from fuzz.mutants.tables.hooks import HOOKS
from fuzz.mutants.tables.host import HOST
from fuzz.mutants.tables.interop import INTEROP
from fuzz.mutants.tables.interop_system import INTEROP_SYSTEM
from fuzz.mutants.tables.machine import MACHINE, RUNTIME
from fuzz.mutants.tables.model import MODEL
from fuzz.mutants.tables.proof import ADVICE, PROOF
from fuzz.mutants.tables.runner import RUNNER
from fuzz.mutants.tables.storage import STORAGE
from fuzz.mutants.tables.transactions import TRANSACTIONS
from fuzz.mutants.tables.translator import TRANSLATOR
from fuzz.mutants.tables.validation import VALIDATION

_TABLES: Final = (
    *(PROOF, ADVICE, EVM, RUNNER, STORAGE, ACCOUNTS, MODEL, COMMITMENT),
    *(TRANSACTIONS, VALIDATION, FLOW, HOOKS, CRYPTO),
    *(MACHINE, TRANSLATOR, RUNTIME, HOST),
    INTEROP,
    INTEROP_SYSTEM,
    CONFIGURED,
)
MUTANTS: Final = {m.name: m for table in _TABLES for m in table.mutants}
"""By name, in the order of the table."""
