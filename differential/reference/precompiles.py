"""The precompiles as ZKsync OS has them: two mocks, and modexp within its limits."""

from collections.abc import Callable
from typing import Any, Final

from eth.exceptions import VMError
from eth.precompiles.modexp import extract_lengths
from eth.vm.forks.cancun.computation import CANCUN_PRECOMPILES

from differential.known import (
    MOCK_BLAKE2F,
    MOCK_POINT_EVALUATION,
    MODEXP_EMPTY_BASE,
    MODEXP_LENGTH_LIMIT,
    Policy,
    Rule,
)

Precompile = Callable[[Any], Any]
MODEXP: Final = (5).to_bytes(20, "big")
BLAKE2F: Final = (9).to_bytes(20, "big")
POINT_EVALUATION: Final = (10).to_bytes(20, "big")
_MACHINE_WORD: Final = 2**32


def precompiles(policy: Policy) -> dict[bytes, Precompile]:
    """The precompiles under a policy."""
    table = {**CANCUN_PRECOMPILES, MODEXP: modexp}
    if policy.allows(MOCK_BLAKE2F):
        table[BLAKE2F] = _mock(MOCK_BLAKE2F, 213)
    if policy.allows(MOCK_POINT_EVALUATION):
        table[POINT_EVALUATION] = _mock(MOCK_POINT_EVALUATION, 193)
    return table


def _mock(rule: Rule, input_bytes: int) -> Precompile:
    def answer(computation: Any) -> Any:
        computation.state.policy.fire(rule)
        if len(computation.msg.data_as_bytes) != input_bytes:
            raise VMError(f"input is not {input_bytes} bytes long")
        computation.output = b""
        return computation

    return answer


def modexp(computation: Any) -> Any:
    """MODEXP: py-evm's, but for lengths ours cannot hold and an empty base."""
    data = computation.msg.data_as_bytes
    policy = computation.state.policy
    base_bytes, exponent_bytes, modulus_bytes = extract_lengths(data)
    nothing = base_bytes == 0 and modulus_bytes == 0
    long = max(base_bytes, exponent_bytes, modulus_bytes) >= _MACHINE_WORD
    if long and not nothing and policy.fire(MODEXP_LENGTH_LIMIT):
        raise VMError("a length does not fit a machine word")
    CANCUN_PRECOMPILES[MODEXP](computation)
    if base_bytes == 0 and modulus_bytes:
        right = _power_of_nothing(data, exponent_bytes, modulus_bytes)
        if right != computation.output and policy.fire(MODEXP_EMPTY_BASE):
            computation.output = right
    return computation


def _power_of_nothing(data: bytes, exponent_bytes: int, modulus_bytes: int) -> bytes:
    """0 to the exponent, modulo the modulus: 1 for an exponent of 0."""
    exponent = data[96 : 96 + exponent_bytes]
    modulus_at = data[96 + exponent_bytes : 96 + exponent_bytes + modulus_bytes]
    modulus = int.from_bytes(modulus_at.ljust(modulus_bytes, b"\0"), "big")
    result = 0 if any(exponent) or modulus <= 1 else 1
    return result.to_bytes(modulus_bytes, "big")
