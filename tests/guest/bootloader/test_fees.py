from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkos.guest.flow.fees import (
    calldata_gas,
    divide_up,
    gas_for_native,
    saturate,
    set_resources,
)
from zkos.guest.flow.outcome import Invalid, Outcome
from zkos.guest.system.errors import Fatal
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U64, U256
from zkos.lang.memory import view_of

M = 2**64 - 1


@given(st.lists(st.sampled_from([0, 0, 1, 0x7F, 0x80, 0xFF]), max_size=70).map(bytes))
def test_calldata_gas(data):
    assert calldata_gas(view_of(data)) == sum(16 if byte else 4 for byte in data)


@pytest.mark.parametrize(
    ("value", "divisor", "quotient"),
    [(0, 10, 0), (1, 10, 1), (10, 10, 1), (11, 10, 2), (2**256 - 1, 2, 2**255)],
)
def test_divide_up(value, divisor, quotient):
    assert divide_up(U256(value), U256(divisor)) == quotient


def test_saturate():
    assert [saturate(U256(value)) for value in (0, M, M + 1, 2**256 - 1)] == [
        0,
        M,
        M,
        M,
    ]


def work(
    *,
    gas_limit,
    per_gas=0,
    per_pubdata=0,
    data=b"",
    unlimited=False,
    native=0,
):
    return SimpleNamespace(
        transaction=SimpleNamespace(gas_limit=U64(gas_limit), data=view_of(data)),
        outcome=Outcome(),
        system=SimpleNamespace(options=SimpleNamespace(unlimited_native=unlimited)),
        native_per_gas=U256(per_gas),
        native_per_pubdata=U64(per_pubdata),
        resources=Resources(U64(0), U64(native)),
        withheld=None,
        native_limit=None,
    )


def resources_of(one, intrinsic_pubdata=0):
    set_resources(one, U64(18000), U64(4000), U64(intrinsic_pubdata))
    return int(one.resources.ergs), int(one.resources.native), int(one.withheld)


def test_resources_after_intrinsic_costs():
    one = work(gas_limit=21000, per_gas=100, data=b"\0\1")
    assert resources_of(one) == ((3000 - 20) * 256, 2_100_000 - 4002, 0)
    assert one.native_limit == 2_100_000


def test_native_beyond_the_cap_is_withheld():
    one = work(gas_limit=2**20, per_gas=2**17)
    assert resources_of(one)[1:] == (2**36 - 4000, 2**36)
    one = work(gas_limit=20_000, unlimited=True)
    assert resources_of(one)[1:] == (2**36 - 4000, M - 2**36)
    one = work(gas_limit=2**40, per_gas=2**200)
    assert resources_of(one)[2] == M - 2**36


def test_intrinsic_pubdata_comes_before_the_cap():
    one = work(gas_limit=2**20, per_gas=2**17, per_pubdata=2**20)
    assert resources_of(one, 88)[1:] == (2**36 - 4000, 2**36 - 88 * 2**20)


@pytest.mark.parametrize(
    ("fields", "pubdata"),
    [
        ({"gas_limit": 20_000, "per_gas": 0}, 0),
        ({"gas_limit": 20_000, "per_gas": 1, "per_pubdata": 1000}, 88),
        ({"gas_limit": 20_000, "per_gas": 1, "data": bytes(16_001)}, 0),
        ({"gas_limit": 17_999, "per_gas": 100}, 0),
        ({"gas_limit": 18_015, "per_gas": 100, "data": b"\1"}, 0),
    ],
)
def test_too_little_is_invalid(fields, pubdata):
    with pytest.raises(Invalid):
        resources_of(work(**fields), pubdata)


def test_overflows_are_fatal():
    with pytest.raises(Fatal):
        resources_of(work(gas_limit=20_000, per_gas=1, per_pubdata=2**60), 88)
    with pytest.raises(Fatal):
        resources_of(work(gas_limit=2**57, per_gas=1))


@pytest.mark.parametrize(
    ("left", "gas_used"),
    [(2_000_000, 500), (1_950_000, 500), (1_949_900, 501), (0, 20_000)],
)
def test_native_worth_more_than_the_gas_raises_it(left, gas_used):
    one = work(gas_limit=20_000, per_gas=100, native=left)
    assert gas_for_native(one, U64(500)) == gas_used


def test_free_native_raises_nothing():
    one = work(gas_limit=20_000, per_gas=0, native=0)
    assert gas_for_native(one, U64(500)) == 500
