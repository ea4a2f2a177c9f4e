"""Gas price, native and pubdata prices (bootloader spec 4, steps 3, 4, and 6.2)."""

import pytest

from tests.guest.bootloader.encodings import REASONS
from tests.guest.bootloader.flow import M64, M256, work
from tests.guest.objects import OBJECTS, divide_up, l1_prices, l2_prices, saturate
from zkos.guest.flow.outcome import Invalid
from zkos.guest.system.errors import Fatal
from zkos.lang.ints import U256

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

L1, UPGRADE = 0x7F, 0x7E


def of_l2(**changes):
    made = l2_prices(work(**changes))
    return int(made.gas), int(made.native_per_gas), int(made.native_per_pubdata)


def of_l1(**changes):
    made = l1_prices(work(**changes))
    return int(made.gas), int(made.native_per_gas), int(made.native_per_pubdata)


def refusal(of, error, **changes):
    one = work(**changes)
    with pytest.raises(error):
        of(one)
    return REASONS[int(one.outcome.reason)]


@pytest.mark.parametrize(
    ("value", "divisor", "quotient"),
    [(0, 10, 0), (1, 10, 1), (10, 10, 1), (11, 10, 2), (M256, 2, 2**255)],
)
def test_divide_up(value, divisor, quotient):
    assert divide_up(U256(value), U256(divisor)) == quotient


@pytest.mark.parametrize("value", [0, M64, M64 + 1, M256])
def test_saturate(value):
    assert saturate(U256(value)) == min(value, M64)


@pytest.mark.parametrize(
    ("max_fee", "priority", "basefee", "price"),
    [
        (7, 7, 7, 7),
        (7, 7, 0, 7),
        (7, 2, 3, 5),
        (7, 5, 3, 7),
        (7, 0, 3, 3),
        (0, 0, 0, 0),
    ],
)
def test_gas_price_is_base_and_priority_fee(max_fee, priority, basefee, price):
    fees = {"max_fee": max_fee, "priority": priority, "basefee": basefee}
    assert of_l2(**fees)[0] == price


def test_fees_are_compared_in_order():
    reason = refusal(l2_prices, Invalid, max_fee=7, priority=8, basefee=9)
    assert reason == "PRIORITY_FEE_GREATER_THAN_MAX_FEE"
    reason = refusal(
        l2_prices, Invalid, max_fee=7, priority=7, basefee=8, native_price=0
    )
    assert reason == "BASE_FEE_GREATER_THAN_MAX_FEE"
    for aborts in (True, False):
        reason = refusal(l2_prices, Fatal, max_fee=7, native_price=0, aborts=aborts)
        assert reason == "NATIVE_PRICE_ZERO"


def test_native_is_rounded_up_for_gas_and_down_for_pubdata():
    fees = {"max_fee": 101, "native_price": 10, "pubdata_price": 109}
    assert of_l2(**fees) == (101, 11, 10)


def test_pubdata_price_is_independent_of_the_gas_price():
    assert of_l2(max_fee=0, native_price=10, pubdata_price=100) == (0, 0, 10)


def test_native_prices_saturate():
    fees = {"max_fee": M256, "native_price": 1, "pubdata_price": M256}
    assert of_l2(**fees) == (M256, M64, M64)


def test_simulation_takes_any_fee_and_a_fixed_native_price():
    fees = {"max_fee": 3, "priority": 5, "basefee": 9, "simulate": True}
    assert of_l2(**fees, native_price=7, pubdata_price=70) == (3, 100, 10)


@pytest.mark.parametrize(("max_fee", "per_gas"), [(0, 0), (1, 1), (10, 1), (11, 2)])
def test_native_of_l1_transactions_costs_10(max_fee, per_gas):
    made = of_l1(kind=L1, max_fee=max_fee, gas_per_pubdata=8, basefee=99)
    assert made == (max_fee, per_gas, 8 * per_gas)


def test_upgrades_have_a_fixed_native_for_gas():
    assert of_l1(kind=UPGRADE, gas_per_pubdata=8) == (0, 10_000, 80_000)


def test_pubdata_price_of_l1_transactions_saturates():
    fees = {"kind": L1, "max_fee": 10 * 2**62, "gas_per_pubdata": 4}
    assert of_l1(**fees) == (10 * 2**62, 2**62, M64)
    fees = {"kind": L1, "max_fee": M256, "gas_per_pubdata": 2**32 - 1}
    assert of_l1(**fees) == (M256, M64, M64)
    reason = refusal(l1_prices, Fatal, **fees, aborts=True)
    assert reason == "NATIVE_PER_PUBDATA_OVERFLOW"
