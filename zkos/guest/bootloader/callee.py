"""What a callee gets: resources, identity, input, code (EVM spec 3)."""

from zkos.guest.protocol.environment import EVM_ENVIRONMENT, HIGHEST_ENVIRONMENT
from zkos.guest.protocol.io_ergs import UNSEEN_IS_UNPROVEN
from zkos.guest.state.account import (
    DESIGNATION_BYTES,
    DESIGNATION_PREFIX,
    VERSION_ARTIFACTS,
    VERSION_PLAIN,
    Account,
)
from zkos.guest.state.io import Io
from zkos.guest.system.calls import Frame, Scheme
from zkos.guest.system.errors import Fatal
from zkos.guest.system.resources import Resources
from zkos.lang.control import srange
from zkos.lang.ints import U8, U64, U256, Address
from zkos.lang.memory import ByteView


def read_callee(
    io: Io, environment: U8, resources: Resources, address: Address
) -> tuple[Account, Account]:
    """The account called, and the one whose code runs: its delegate's if it has one.

    A delegate's own delegation is not followed (EIP-7702). Raises OutOfErgs,
    OutOfNative and, for records that no chain can have, Fatal.
    """
    if UNSEEN_IS_UNPROVEN:
        callee = io.read_callee(environment, resources, address)
    else:
        callee = io.read_account_with_code(environment, resources, address)
    source = callee
    if callee.is_delegated():
        delegate = designated(callee, io.code(callee))
        source = io.read_account_with_code(environment, resources, delegate)
    if source.environment() > HIGHEST_ENVIRONMENT:
        raise Fatal
    return callee, source


def designated(account: Account, code: ByteView) -> Address:
    """Whom the code of a delegated account names. Raises Fatal."""
    if account.environment() != EVM_ENVIRONMENT or code.length() != DESIGNATION_BYTES:
        raise Fatal
    for index in srange(3):
        if code[index] != DESIGNATION_PREFIX[index]:
            raise Fatal
    high = U256(code.load_u128_be(3))
    return Address((high << 32) | U256(code.load_u32_be(19)))


def take_code(frame: Frame, account: Account, stored: ByteView) -> None:
    """Let the frame run an account's code. Raises Fatal for unknown versions."""
    version = account.code_version()
    artifacts = account.artifacts_length
    frame.environment = account.environment()
    if version == VERSION_ARTIFACTS:
        frame.code = stored.window(0, account.code_length)
        frame.artifacts = stored.window(stored.length() - artifacts, artifacts)
        frame.has_artifacts = True
    elif version == VERSION_PLAIN and artifacts == 0:
        # Padding belongs to the code then.
        frame.code = stored
        frame.has_artifacts = False
    else:
        raise Fatal


def pass_resources(caller: Frame, frame: Frame, stipend: U64) -> None:
    """Split the ergs by the 63/64 rule; native moves entirely."""
    resources = caller.resources
    gas = caller.request.gas
    ergs = resources.ergs
    passed = ergs - ((ergs >> 14) << 8)
    if gas <= passed >> 8:
        passed = gas << 8
    resources.ergs = ergs - passed
    frame.resources.ergs = passed + stipend
    frame.resources.native = resources.native
    resources.native = U64(0)


def aim(caller: Frame, frame: Frame) -> None:
    """Set who the callee is and who called it (EVM spec 3)."""
    request = caller.request
    frame.code_address = request.callee
    frame.value = request.value
    frame.input = request.input
    frame.static = caller.static
    match request.scheme:
        case Scheme.CALL:
            frame.address = request.callee
            frame.caller = caller.address
        case Scheme.STATIC:
            frame.address = request.callee
            frame.caller = caller.address
            frame.static = True
        case Scheme.DELEGATE:
            frame.address = caller.address
            frame.caller = caller.caller
        case Scheme.CALLCODE:
            frame.address = caller.address
            frame.caller = caller.address
