"""What execution environments and the bootloader's runner say to each other.

An environment runs a `Frame` until a preemption point and returns an `Exit`; for a
call or creation it fills `frame.request`, and is resumed with `frame.child_*`.
The runner keeps one `Frame` per call depth and reuses it.
"""

from enum import Enum

from zkos.guest.system.resources import Resources
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes


class Exit(Enum):
    """Why an environment stopped running a frame."""

    CALL = 0
    """`frame.request` asks for a call."""
    CREATE = 1
    """`frame.request` asks for a creation."""
    RETURNED = 2
    """Success; `frame.output` is the return data (or the code to deploy)."""
    REVERTED = 3
    """Roll back, keep the gas; `frame.output` is the return data."""
    HALTED = 4
    """Exceptional halt: roll back, ergs are 0, output is empty."""


class Scheme(Enum):
    """How a callee's code is run (EVM spec 3)."""

    CALL = 0
    STATIC = 1
    DELEGATE = 2
    CALLCODE = 3


class Request:
    """A call or creation asked for by a running frame."""

    scheme: Scheme
    callee: Address
    value: U256
    """Ether to move; for DELEGATE the caller's own call value (nothing moves)."""
    input: ByteView
    """Calldata or initcode, in memory of the caller."""
    gas: U64
    """Gas operand of a call, saturated to 64 bits."""
    has_salt: bool
    salt: U256

    def __init__(self) -> None:
        self.scheme = Scheme.CALL
        self.callee = Address(0)
        self.value = U256(0)
        self.input = allocate_bytes(0)
        self.gas = U64(0)
        self.has_salt = False
        self.salt = U256(0)


class Frame:
    """One level of the call stack, as far as all environments share it."""

    environment: U8
    """Type byte of the environment that runs the code: 1 is the EVM."""
    depth: U32
    """0 for the entry frame."""
    resources: Resources
    address: Address
    """The account the frame acts as (ADDRESS)."""
    caller: Address
    code_address: Address
    """The account whose code runs."""
    value: U256
    """CALLVALUE."""
    code: ByteView
    artifacts: ByteView
    """What was made of the code when it was deployed, for its environment."""
    has_artifacts: bool
    """Whether `artifacts` counts; otherwise the environment makes and charges them."""
    input: ByteView
    """Calldata; empty in a constructor."""
    static: bool
    constructor: bool
    under_construction: bool
    """Whether the account acted as is being created, as far as SELFDESTRUCT knows."""
    request: Request
    output: ByteView
    child_success: bool
    child_output: ByteView
    """Return data of the last child (RETURNDATA), in the return data buffer."""
    child_address: Address
    """Address made by the last successful creation, else 0."""

    def __init__(self, depth: U32) -> None:
        self.environment = U8(0)
        self.depth = depth
        self.resources = Resources(U64(0), U64(0))
        self.address = Address(0)
        self.caller = Address(0)
        self.code_address = Address(0)
        self.value = U256(0)
        self.code = allocate_bytes(0)
        self.artifacts = allocate_bytes(0)
        self.has_artifacts = False
        self.input = allocate_bytes(0)
        self.static = False
        self.constructor = False
        self.under_construction = False
        self.request = Request()
        self.output = allocate_bytes(0)
        self.child_success = False
        self.child_output = allocate_bytes(0)
        self.child_address = Address(0)
