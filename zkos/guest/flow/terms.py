"""Seam: the terms of L2 transactions. By default each step charges what it does."""

from zkos.guest.flow.basic_terms import (
    calldata_byte_native,
    intrinsic_gas,
    intrinsic_native,
    intrinsic_pubdata,
    l2_prices,
    least_gas,
    refuse_gas_limit,
)

__all__ = [
    "calldata_byte_native",
    "intrinsic_gas",
    "intrinsic_native",
    "intrinsic_pubdata",
    "l2_prices",
    "least_gas",
    "refuse_gas_limit",
]
