"""All planted faults."""

from typing import Final

from fuzz.mutants.bootloader import BOOTLOADER
from fuzz.mutants.crypto import CRYPTO
from fuzz.mutants.evm import EVM
from fuzz.mutants.host import HOST
from fuzz.mutants.machine import MACHINE, RUNTIME
from fuzz.mutants.proof import PROOF
from fuzz.mutants.system import SYSTEM
from fuzz.mutants.translator import TRANSLATOR

_TABLES: Final = (
    *(PROOF, EVM, SYSTEM, BOOTLOADER, CRYPTO),
    *(MACHINE, TRANSLATOR, RUNTIME, HOST),
)
MUTANTS: Final = {m.name: m for table in _TABLES for m in table.mutants}
"""By name, in the order of the table."""
