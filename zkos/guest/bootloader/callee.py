"""What a callee gets from its caller: resources, identity, input (EVM spec 3)."""

from zkos.guest.system.calls import Frame, Scheme
from zkos.lang.ints import U64


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
