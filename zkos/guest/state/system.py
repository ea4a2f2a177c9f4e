"""Everything a running block owns besides its control flow.

Made once per run and taken on to the next block of a batch; environments, hooks and
the bootloader are made for a block and hold a reference. The curves and the
big-number unit are made on first use: most blocks need few of them.
"""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.bn254 import Bn254
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.crypto.modexp import Modexp
from zkos.guest.crypto.secp256k1 import Secp256k1
from zkos.guest.protocol.limits import FRAME_MEMORY_BYTES
from zkos.guest.protocol.queries import CONFIGURATION_IS_ASKED
from zkos.guest.state.io import Io
from zkos.guest.state.report import Report
from zkos.guest.system.memory import ReturnMemory
from zkos.guest.system.metadata import Metadata
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle
from zkos.lang.ints import U256, Address
from zkos.lang.memory import ByteView, allocate_bytes


class System:
    """The world of the guest program. Asks the oracle for the metadata when made."""

    options: Options
    oracle: Oracle
    metadata: Metadata
    keccak: Keccak256
    blake2s: Blake2s
    io: Io
    return_memory: ReturnMemory
    frame_memory: ByteView
    """Room for the memory of all frames, for the environment that runs."""
    report: Report
    origin: Address
    """Sender of the current transaction (ORIGIN)."""
    gas_price: U256
    """Of the current transaction in wei (GASPRICE)."""
    secp256k1_unit: Secp256k1 | None
    bn254_unit: Bn254 | None
    modexp_unit: Modexp | None

    def __init__(self) -> None:
        self.options = Options()
        self.oracle = Oracle()
        self.metadata = Metadata(self.oracle)
        self.keccak = Keccak256()
        self.blake2s = Blake2s()
        self.io = Io(self.oracle, self.blake2s, self.keccak, self.options)
        self.return_memory = ReturnMemory()
        self.frame_memory = allocate_bytes(FRAME_MEMORY_BYTES)
        self.report = Report(self.options.report)
        self.origin = Address(0)
        self.gas_price = U256(0)
        self.secp256k1_unit = None
        self.bn254_unit = None
        self.modexp_unit = None

    def next_block(self) -> None:
        """Forget the state of the block and ask for the metadata of the next one."""
        if CONFIGURATION_IS_ASKED:
            self.metadata.renew(self.oracle)
        else:
            self.metadata = Metadata(self.oracle)
        self.io = Io(self.oracle, self.blake2s, self.keccak, self.options)
        self.return_memory.reset()
        self.origin = Address(0)
        self.gas_price = U256(0)

    def secp256k1(self) -> Secp256k1:
        """The curve of transaction signatures."""
        unit = self.secp256k1_unit
        if unit is None:
            unit = Secp256k1(self.keccak)
            self.secp256k1_unit = unit
        return unit

    def bn254(self) -> Bn254:
        """The curve of the precompiles 6 to 8."""
        unit = self.bn254_unit
        if unit is None:
            unit = Bn254()
            self.bn254_unit = unit
        return unit

    def modexp(self) -> Modexp:
        """The powers of precompile 5."""
        unit = self.modexp_unit
        if unit is None:
            unit = Modexp()
            self.modexp_unit = unit
        return unit
