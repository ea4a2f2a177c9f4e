"""What a header must be by itself and by its parent's (EIP-1559, 4399, 4844)."""

from zkos.guest.blocks.ethereum.blob_fee import excess_after
from zkos.guest.blocks.ethereum.header import Header
from zkos.guest.protocol.ethereum import (
    BASE_FEE_DENOMINATOR,
    ELASTICITY,
    EMPTY_OMMERS,
    GAS_LIMIT_LEAST,
    GAS_LIMIT_QUOTIENT,
)
from zkos.guest.protocol.limits import BLOCK_GAS
from zkos.lang.ints import U64, U256
from zkos.lang.trap import trap


def check_header(header: Header, parent: Header) -> None:
    """Trap unless the header may follow its parent's, whose hash it names."""
    if not header.has_requests:
        trap("the header has no hash of requests")
    if header.difficulty != 0 or header.nonce != 0:
        trap("the header claims work")
    if header.ommers_hash != EMPTY_OMMERS:
        trap("the block has ommers")
    if header.gas_limit > BLOCK_GAS:
        trap("block gas limit too high")
    if header.gas_used > header.gas_limit:
        trap("the block uses more gas than its limit")
    if header.number == 0 or header.number - 1 != parent.number:
        trap("the number of the block does not follow its parent's")
    if header.timestamp <= parent.timestamp:
        trap("the block is not later than its parent")
    check_gas_limit(header.gas_limit, parent.gas_limit)
    if header.basefee != base_fee_after(parent):
        trap("the base fee does not follow from the parent")
    excess = excess_after(parent.excess_blob_gas, parent.blob_gas_used, parent.basefee)
    if header.excess_blob_gas != excess:
        trap("the excess of blob gas does not follow from the parent")


def check_gas_limit(limit: U64, parent: U64) -> None:
    """Trap unless the limit is close to the parent's."""
    step = parent // GAS_LIMIT_QUOTIENT
    if limit >= parent.saturating_add(step) or limit <= parent - step:
        trap("the gas limit is too far from the parent's")
    if limit < GAS_LIMIT_LEAST:
        trap("the gas limit is too low")


def base_fee_after(parent: Header) -> U256:
    """The base fee of a block with this parent, in wei."""
    target = parent.gas_limit // ELASTICITY
    used = parent.gas_used
    fee = parent.basefee
    if used == target:
        return fee
    if target == 0:
        trap("the gas limit of the parent is too low")
    if used > target:
        delta = fee * U256(used - target) // U256(target) // BASE_FEE_DENOMINATOR
        return fee + (delta if delta > 0 else U256(1))
    return fee - fee * U256(target - used) // U256(target) // BASE_FEE_DENOMINATOR
