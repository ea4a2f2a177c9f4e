"""The precompiles of py-evm, as far as the rules have them."""

from collections.abc import Callable
from typing import Any, Final

from eth.exceptions import VMError
from eth.precompiles.modexp import extract_lengths
from eth.vm.forks.prague.computation import PRAGUE_PRECOMPILES

from differential.known import MODEXP_EMPTY_BASE
from differential.reference import p256
from differential.reference.rules import P256, Rules

Precompile = Callable[[Any], Any]
MODEXP: Final = (5).to_bytes(20, "big")


def precompiles(rules: Rules) -> dict[bytes, Precompile]:
    """The precompiles under the rules."""
    known = {**PRAGUE_PRECOMPILES, MODEXP: modexp, P256.to_bytes(20, "big"): verify}
    wanted = (number.to_bytes(20, "big") for number in rules.precompiles)
    return {address: known[address] for address in wanted}


def verify(computation: Any) -> Any:
    """P256VERIFY."""
    computation.consume_gas(p256.GAS, reason="P256VERIFY")
    computation.output = p256.verify(computation.msg.data_as_bytes)
    return computation


def modexp(computation: Any) -> Any:
    """MODEXP: py-evm's, but for lengths ours cannot hold and an empty base."""
    data = computation.msg.data_as_bytes
    state = computation.state
    base_bytes, exponent_bytes, modulus_bytes = extract_lengths(data)
    if state.rules.refuses_modexp((base_bytes, exponent_bytes, modulus_bytes)):
        raise VMError("a length does not fit a machine word")
    PRAGUE_PRECOMPILES[MODEXP](computation)
    if base_bytes == 0 and modulus_bytes:
        right = _power_of_nothing(data, exponent_bytes, modulus_bytes)
        if right != computation.output and state.policy.fire(MODEXP_EMPTY_BASE):
            computation.output = right
    return computation


def _power_of_nothing(data: bytes, exponent_bytes: int, modulus_bytes: int) -> bytes:
    """0 to the exponent, modulo the modulus: 1 for an exponent of 0."""
    exponent = data[96 : 96 + exponent_bytes]
    modulus_at = data[96 + exponent_bytes : 96 + exponent_bytes + modulus_bytes]
    modulus = int.from_bytes(modulus_at.ljust(modulus_bytes, b"\0"), "big")
    result = 0 if any(exponent) or modulus <= 1 else 1
    return result.to_bytes(modulus_bytes, "big")
