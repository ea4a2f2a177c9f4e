"""Which precompile answers at addresses 1 to 10."""

from zkos.guest.hooks.bn254 import bn254_add, bn254_mul, bn254_pairing
from zkos.guest.hooks.ecrecover import ecrecover
from zkos.guest.hooks.hashes import identity, ripemd160_hook, sha256_hook
from zkos.guest.hooks.memory import HookMemory
from zkos.guest.hooks.mocks import mock_blake2f, mock_point_evaluation
from zkos.guest.hooks.modexp import modexp
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.ints import U32


def run_precompile(
    system: System, memory: HookMemory, frame: Frame, number: U32
) -> Exit:
    """Run precompile `number`; HALTED is any failure but native running out.

    Raises OutOfErgs and OutOfNative.
    """
    match number:
        case 1:
            return ecrecover(system, memory, frame)
        case 2:
            return sha256_hook(system, memory, frame)
        case 3:
            return ripemd160_hook(system, memory, frame)
        case 4:
            return identity(system, memory, frame)
        case 5:
            return modexp(system, memory, frame)
        case 6:
            return bn254_add(system, memory, frame)
        case 7:
            return bn254_mul(system, memory, frame)
        case 8:
            return bn254_pairing(system, memory, frame)
        case 9:
            return mock_blake2f(system, memory, frame)
        case _:
            return mock_point_evaluation(system, memory, frame)
