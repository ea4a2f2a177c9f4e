"""What only the engine can do: the oracle, build options, delegations, the end.

Under CPython the engine is whatever `attach` was given last.
"""

from typing import Final, NoReturn, Protocol

from zkos.lang.ints import U32, U64, Bytes32
from zkos.lang.memory import Array, ByteView
from zkos.lang.places import forget_places, place_of
from zkos.lang.trap import Trap


class Engine(Protocol):
    """The world of a guest that runs under CPython."""

    def read(self) -> int:
        """The next 32-bit word from the host."""

    def write(self, word: int) -> None:
        """Send one 32-bit word to the host."""

    def option(self, index: int) -> int:
        """Build option number `index`, see `zkos.guest.protocol.options`."""


class Finished(BaseException):
    """The guest ended normally with a public input."""

    def __init__(self, public_input: Bytes32) -> None:
        super().__init__(public_input)
        self.public_input: Final = public_input


_engine: Engine | None = None


def attach(engine: Engine | None) -> None:
    """Host side only: connect the engine for guests run by this process."""
    global _engine  # noqa: PLW0603 - the one mutable cell behind all intrinsics
    _engine = engine
    forget_places()


def _attached() -> Engine:
    if _engine is None:
        raise Trap("no engine attached")
    return _engine


def oracle_read() -> U32:
    """The next word from the oracle."""
    return U32(_attached().read())


def oracle_write(word: U32) -> None:
    """Send a word to the oracle."""
    _attached().write(int(word))


def option_word(index: U32) -> U32:
    """Build option `index`: constant during a run, set by the linker or the host."""
    return U32(_attached().option(int(index)))


def address_of(view: ByteView) -> U32:
    """Where a view lies, to be sent to a host that looks there.

    The host can read the view's bytes at this address as long as the run lasts, see
    `zkos.lang.places`; what the number is depends on the engine.
    """
    return U32(place_of(view))


def finish(public_input: Bytes32) -> NoReturn:
    """End the run with this 32-byte output."""
    raise Finished(public_input)


def mark(cell: U32) -> None:
    """Add one to a counter for the fuzzer, in coverage builds; nothing elsewhere.

    Cells are numbered modulo 2**12.
    """


def note(cell: U32, value: U64) -> None:
    """Keep a number for `noted`, in coverage builds; nothing elsewhere.

    It outlives runs. Cells are numbered modulo 2**12.
    """


def noted(cell: U32) -> U64:
    """What `note` kept last, in coverage builds; 0 elsewhere."""
    return U64(0)


DELEGATED: Final = False
"""Whether the delegation calls below exist; the compiler sets it per target."""


def blake2s_round(
    state: Array[U32], message: Array[U32], round_mask: U32, control: U32
) -> None:
    """One BLAKE2s round by delegation 0x7c7 (machine spec 4.1).

    `state` is an `aligned_array` of 24 words, `message` has 16.
    """
    raise Trap("delegation outside RISC-V")


def blake2s_block_round(
    state: Array[U32], block: ByteView, round_mask: U32, control: U32
) -> None:
    """The same with a message of 64 bytes, whose `address_of` is divisible by 4."""
    raise Trap("delegation outside RISC-V")


def keccak_two_steps(step: U32, lanes: ByteView) -> U32:
    """Two steps of Keccak by delegation 0x7cb (machine spec 4.3); the next step.

    `lanes` has 248 bytes, and its `address_of` is divisible by 256.
    """
    raise Trap("delegation outside RISC-V")


def keccak_step(step: U32, lanes: ByteView) -> U32:
    """Likewise one step."""
    raise Trap("delegation outside RISC-V")
