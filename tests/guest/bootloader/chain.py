"""A scripted world with the runner of its first transaction, and code for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from Crypto.Hash import keccak

from tests.guest.objects import (
    Environments,
    Hooks,
    Resources,
    Runner,
    System,
    attach,
)
from tests.guest.system.conftest import cached_slots
from tests.guest.system.world import World, b2s, encode_account, padded, stored
from zkos.cases.assembler import assemble
from zkos.guest.protocol.options import (
    OPTION_PROVING,
    OPTION_QUIRKS_UPSTREAM,
    OPTION_REPORT,
)
from zkos.lang.ints import U8, U64, U256, Address
from zkos.lang.memory import NOT_FOUND, view_of

SENDER, A, B, C, D = 0x5E0D, 0xA1, 0xB1, 0xC1, 0xD1
GAS, NATIVE = 10**7, 10**9
EVM_CODE, DELEGATED = 0x0101010000000000, 0x0201010000000000
COLD_NEW, COLD = 250240, 131100
OLD_STYLE = 0x0101000000000000


def k256(data: bytes) -> bytes:
    return keccak.new(data=data, digest_bits=256).digest()


def code_price(code: bytes) -> int:
    return 500 + 800 + 340 * -(-len(stored(code)) // 64)


class Chain:
    """A world and the runner of its first transaction."""

    def __init__(self) -> None:
        self.world = World()

    def contract(self, address: int, code: bytes, **properties: int) -> None:
        record = bytearray(encode_account(versioning=EVM_CODE, code=code, **properties))
        record[48:80] = b2s(stored(code))
        self.world.add_account(address, bytes(record), stored(code))

    def plain(self, address: int, **properties: int) -> None:
        self.world.add_account(address, encode_account(**properties))

    def delegate(self, address: int, target: int, **properties: int) -> None:
        code = bytes.fromhex("ef0100") + target.to_bytes(20, "big")
        record = encode_account(
            versioning=DELEGATED, code=code, artifacts=b"", **properties
        )
        self.world.add_account(address, record, padded(code))

    @contextmanager
    def running(self, *, upstream: bool = False) -> Iterator["Chain"]:
        self.world.options = int(OPTION_PROVING | OPTION_REPORT)
        if upstream:
            self.world.options |= int(OPTION_QUIRKS_UPSTREAM)
        attach(self.world)
        try:
            system = System()
            system.io.begin_transaction()
            self.io = system.io
            self.runner = Runner(system, Environments(system), Hooks(system))
            infinite = Resources(U64(2**64 - 1), U64(2**64 - 1))
            self.io.read_account(U8(0), infinite, Address(SENDER))
            yield self
        finally:
            attach(None)

    def call(
        self,
        to: int,
        *,
        value: int = 0,
        data: bytes = b"",
        gas: int = GAS,
        environment: int = 0,
        native: int = NATIVE,
    ) -> bool:
        self.resources = Resources(U64(gas * 256), U64(native))
        success = self.runner.call(
            self.resources,
            U8(environment),
            Address(SENDER),
            Address(to),
            U256(value),
            view_of(data),
        )
        self.gas = gas - int(self.resources.gas())
        self.native = native - int(self.resources.native)
        return success

    def create(self, initcode: bytes, *, value: int = 0, nonce: int = 0) -> bool:
        self.resources = Resources(U64(GAS * 256), U64(NATIVE))
        success = self.runner.create(
            self.resources,
            Address(SENDER),
            U256(value),
            view_of(initcode),
            U64(nonce),
        )
        self.gas = GAS - int(self.resources.gas())
        self.native = NATIVE - int(self.resources.native)
        return success

    def slot(self, address: int, key: int = 0) -> int:
        for slot in cached_slots(self.io):
            if (int(slot.address), int(slot.key)) == (address, key):
                return int(slot.current)
        return 0

    def balance(self, address: int) -> int:
        return int(self.io.account(Address(address)).balance)

    def nonce(self, address: int) -> int:
        return int(self.io.account(Address(address)).nonce)

    def is_known(self, address: int) -> bool:
        return self.io.accounts.by_address.find(Address(address)) != NOT_FOUND

    @property
    def output(self) -> bytes:
        return bytes(self.runner.output)


def push(number: int) -> str:
    size = max(1, -(-number.bit_length() // 8))
    return f"PUSH 0x{number:0{2 * size}x}"


def asm(*parts: str) -> bytes:
    return assemble(" ".join(parts))


def call_to(address: int, value: int = 0, gas: int = 100_000) -> str:
    zeros = "PUSH0 " * 4
    return f"{zeros} {push(value)} {push(address)} {push(gas)} CALL"


STORE_0 = "PUSH0 SSTORE"
RETURN_TOP = "PUSH0 MSTORE PUSH 0x20 PUSH0 RETURN"
