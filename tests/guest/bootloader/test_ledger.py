"""Resources, pubdata and gas used (bootloader spec 4, steps 5, 13, 16, and 6.3)."""

import pytest

from tests.guest.bootloader.encodings import REASONS
from tests.guest.bootloader.flow import M64, WRITTEN, prices, work
from tests.guest.objects import (
    OBJECTS,
    Ledger,
    Pubdata,
    count_pubdata,
    gas_for_native,
    open_l1,
    open_l2,
    pay_validation_pubdata,
    settle,
)
from zkos.guest.flow.outcome import Invalid
from zkos.guest.system.errors import Fatal, OutOfNative
from zkos.lang.ints import U64

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

CAP = 2**35
GAS, NATIVE = (
    "OUT_OF_GAS_DURING_VALIDATION",
    "OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION",
)


def opened(of, per_gas=0, per_pubdata=0, **changes):
    """Ergs in gas, native, withheld."""
    made = of(work(**changes), prices(per_gas, per_pubdata))
    ergs, native = int(made.resources.ergs), int(made.resources.native)
    assert ergs % 256 == 0
    return ergs // 256, native, int(made.withheld)


def refusal(error, of, per_gas=0, per_pubdata=0, **changes):
    one = work(**changes)
    with pytest.raises(error):
        of(one, prices(per_gas, per_pubdata))
    return REASONS[int(one.outcome.reason)]


def ledger(native, withheld=0, start=None, ergs=0):
    made = Ledger(
        U64(ergs), U64(native if start is None else start), U64(withheld), U64(0)
    )
    made.resources.native = U64(native)
    return made


def test_intrinsic_costs_of_l2():
    fields = {"gas_limit": 21_000, "per_gas": 100, "data": b"\0\1"}
    assert opened(open_l2, **fields) == (3000 - 20, 2_100_000 - 30_002, 0)
    assert opened(open_l2, **fields, per_pubdata=10)[1] == 2_100_000 - 30_002 - 650


def test_intrinsic_costs_of_l1():
    fields = {"gas_limit": 30_000, "per_gas": 100, "data": b"\0\1"}
    assert opened(open_l1, **fields) == (9000 - 20, 3_000_000 - 130_002, 0)
    assert opened(open_l1, **fields, per_pubdata=10)[1] == 3_000_000 - 130_002 - 1530


@pytest.mark.parametrize(("of", "intrinsic"), [(open_l2, 30_000), (open_l1, 130_000)])
def test_native_beyond_the_cap_is_withheld(of, intrinsic):
    whole = {"gas_limit": 2**20, "per_gas": 2**15}
    assert opened(of, **whole)[1:] == (CAP - intrinsic, 0)
    assert opened(of, gas_limit=2**20, per_gas=2**16)[1:] == (CAP - intrinsic, CAP)
    assert opened(of, gas_limit=2**40, per_gas=M64)[1:] == (CAP - intrinsic, M64 - CAP)


@pytest.mark.parametrize("free", [{"per_gas": 0}, {"per_gas": 5, "unlimited": True}])
@pytest.mark.parametrize("of", [open_l2, open_l1])
def test_unlimited_native_is_capped_all_the_same(of, free):
    assert opened(of, gas_limit=30_000, **free)[2] == M64 - CAP


@pytest.mark.parametrize(("of", "length"), [(open_l2, 65), (open_l1, 153)])
def test_intrinsic_pubdata_comes_before_the_cap(of, length):
    fields = {"gas_limit": 2**20, "per_gas": 2**16, "per_pubdata": 2**20}
    assert opened(of, **fields)[2] == CAP - length * 2**20


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"gas_limit": 64, "per_gas": 1, "per_pubdata": 1}, NATIVE),
        ({"gas_limit": 30_064, "per_gas": 1, "per_pubdata": 1}, NATIVE),
        ({"gas_limit": 30_001, "per_gas": 1, "data": b"\0\1"}, NATIVE),
        ({"gas_limit": 17_999, "per_gas": 1}, NATIVE),
        ({"gas_limit": 17_999, "per_gas": 100}, GAS),
        ({"gas_limit": 18_019, "per_gas": 100, "data": b"\0\1"}, GAS),
        ({"gas_limit": 18_000, "per_gas": 1, "per_pubdata": M64 // 65 + 1}, NATIVE),
    ],
)
def test_too_little_for_l2_is_invalid(fields, reason):
    assert refusal(Invalid, open_l2, **fields) == reason


@pytest.mark.parametrize(
    "fields",
    [
        {"gas_limit": 30_065, "per_gas": 1, "per_pubdata": 1},
        {"gas_limit": 30_002, "per_gas": 1, "data": b"\0\1"},
        {"gas_limit": 18_000, "per_gas": 100},
        {"gas_limit": 18_020, "per_gas": 100, "data": b"\0\1"},
    ],
)
def test_just_enough_for_l2(fields):
    gas, native, _ = opened(open_l2, **fields)
    assert 0 in (gas, native)


@pytest.mark.parametrize(
    ("fields", "gas", "native"),
    [
        ({"gas_limit": 0, "per_gas": 10}, 0, 0),
        ({"gas_limit": 100, "per_gas": 2000}, 0, 70_000),
        ({"gas_limit": 20_999, "per_gas": 10}, 0, 79_990),
        ({"gas_limit": 21_000, "per_gas": 1}, 0, 0),
        ({"gas_limit": 130_001, "per_gas": 1}, 109_001, 1),
        ({"gas_limit": 21_001, "per_gas": 10, "per_pubdata": 10**6}, 1, 0),
        ({"gas_limit": 21_001, "per_gas": 10, "per_pubdata": M64}, 1, 0),
    ],
)
def test_too_little_for_l1_leaves_nothing(fields, gas, native):
    assert opened(open_l1, **fields) == (gas, native, 0)


def test_price_of_intrinsic_pubdata_beyond_64_bits_aborts_upstream():
    fields = {"gas_limit": 30_000, "aborts": True}
    assert refusal(Invalid, open_l2, **fields, per_pubdata=M64 // 65) == NATIVE
    assert opened(open_l1, **fields, per_pubdata=M64 // 153)[1:] == (0, 0)
    for of, price in ((open_l2, M64 // 65 + 1), (open_l1, M64 // 153 + 1)):
        reason = refusal(Fatal, of, **fields, per_pubdata=price)
        assert reason == "PUBDATA_CHARGE_OVERFLOW"


@pytest.mark.parametrize("aborts", [True, False])
def test_gas_of_l1_fits_in_ergs(aborts):
    most = M64 // 256 + 21_000
    assert opened(open_l1, gas_limit=most, aborts=aborts)[0] == M64 // 256
    reason = refusal(Fatal, open_l1, gas_limit=most + 1, aborts=aborts)
    assert reason == "ERGS_OVERFLOW"


PRICE = 10 * WRITTEN
"""Native for the pubdata of a slot."""


@pytest.mark.parametrize(
    ("withheld", "main_left", "withheld_left"),
    [
        (0, 1000 - PRICE, 0),
        (100, 1100 - PRICE, 0),
        (PRICE - 1, 999, 0),
        (PRICE, 1000, 0),
        (PRICE + 1, 1000, 1),
    ],
)
def test_validation_pubdata_is_paid_from_what_is_withheld(
    withheld, main_left, withheld_left
):
    one, made = work(written=1), ledger(1000, withheld)
    pay_validation_pubdata(one, prices(per_pubdata=10), made)
    assert (made.resources.native, made.withheld) == (main_left, withheld_left)
    assert made.validation_pubdata == WRITTEN
    assert made.native_used() == 0


def test_validation_pubdata_that_cannot_be_paid():
    one, price = work(written=1), prices(per_pubdata=10)
    with pytest.raises(OutOfNative):
        pay_validation_pubdata(one, price, ledger(PRICE - 101, 100))
    pay_validation_pubdata(one, price, ledger(PRICE - 100, 100))
    with pytest.raises(OutOfNative):
        pay_validation_pubdata(one, prices(per_pubdata=M64), ledger(M64 - 1))
    one.outcome.aborts = True
    with pytest.raises(Fatal):
        pay_validation_pubdata(one, prices(per_pubdata=M64), ledger(M64 - 1))


@pytest.mark.parametrize(
    ("before", "beyond"), [(WRITTEN + 1, 0), (WRITTEN, 0), (WRITTEN - 1, 1), (0, 34)]
)
def test_only_pubdata_beyond_validation_is_counted(before, beyond):
    one, made = work(written=1), ledger(0)
    made.validation_pubdata = U64(before)
    pubdata = count_pubdata(one, prices(per_pubdata=10), made)
    assert (pubdata.length, pubdata.native) == (beyond, 10 * beyond)


@pytest.mark.parametrize(
    ("counter", "refunded"), [(0, 0), (1, 1), (199, 199), (200, 200), (201, 200)]
)
def test_refund_is_at_most_a_fifth(counter, refunded):
    one = work(gas_limit=5000, counter=counter)
    made = ledger(0, ergs=4000 * 256 + 255)
    settle(one, prices(), made, Pubdata(U64(0), U64(0)), U64(65))
    assert one.outcome.gas_refunded == refunded
    assert one.outcome.gas_used == 1000 - refunded
    assert made.resources.ergs == 0


def test_pubdata_of_the_transaction_is_the_sum():
    one = work(gas_limit=5000)
    made = ledger(0)
    made.validation_pubdata = U64(30)
    settle(one, prices(), made, Pubdata(U64(7), U64(0)), U64(65))
    assert one.outcome.pubdata_used == 30 + 7 + 65


@pytest.mark.parametrize(
    ("left", "charge", "gas_used"),
    [
        (2_000_000, 0, 800),
        (1_920_000, 0, 800),
        (1_919_900, 0, 801),
        (1_920_000, 100, 801),
        (0, 5, 20_000),
    ],
)
def test_native_worth_more_than_the_gas_takes_the_refund_back(left, charge, gas_used):
    one = work(gas_limit=20_000, counter=500)
    made = ledger(left, ergs=19_000 * 256)
    settle(one, prices(per_gas=100), made, Pubdata(U64(0), U64(charge)), U64(0))
    assert one.outcome.gas_refunded == 200
    assert one.outcome.gas_used == gas_used


@pytest.mark.parametrize(("wraps", "gas_used"), [(False, 20_000), (True, 1000)])
def test_pubdata_beyond_what_is_left_wraps_upstream(wraps, gas_used):
    one = work(gas_limit=20_000)
    one.wraps_pubdata = wraps
    made = ledger(4, ergs=19_000 * 256)
    settle(one, prices(per_gas=100), made, Pubdata(U64(0), U64(5)), U64(0))
    assert one.outcome.gas_used == gas_used


@pytest.mark.parametrize("free", [{}, {"unlimited": True}])
def test_free_native_raises_nothing(free):
    per_gas = 7 if free else 0
    one = work(gas_limit=20_000, **free)
    assert gas_for_native(one, prices(per_gas), U64(0), U64(500)) == 500


def test_gas_for_native_is_at_most_the_limit():
    for per_gas in (1, 3, 2**63, M64):
        one = work(gas_limit=2**40)
        assert gas_for_native(one, prices(per_gas), U64(0), U64(0)) <= 2**40
