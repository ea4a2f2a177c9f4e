"""The Ethereum instance's precompiles as hooks: EELS judges output, gas and failure."""

from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.guest.crypto.bls381_cases import ADDRESSES, bad, fp, good, one, two
from tests.guest.hooks.ethereum_objects import (
    PLENTY,
    agree,
    agree_at_the_edge_of_gas,
    eels,
)
from zkos.guest.protocol.precompiles import (
    BLS381_G1_DISCOUNTS,
    BLS381_G2_DISCOUNTS,
    DISCOUNT_COUNT,
)
from zkos.lang.linkage import ModuleTable
from zkos.versions import Build, Fork, Instance

MODEXP, BLAKE2F, POINT_EVALUATION, P256 = 5, 9, 10, 0x100


def test_which_there_are(precompiles):
    last = [P256] if precompiles.fork is Fork.OSAKA else []
    assert precompiles.addresses(0x10010) == [*range(1, 0x12), *last]


@pytest.mark.parametrize("fork", [Fork.BPO1, Fork.BPO2])
def test_later_forks_are_as_osaka(fork):
    def constants(fork):
        linked = Build(instance=Instance.ETHEREUM, fork=fork).linked()
        module = ModuleTable(linked).load("zkos.guest.protocol.precompiles")
        return {name: value for name, value in vars(module).items() if name.isupper()}

    ours, osakas = constants(fork), constants(Fork.OSAKA)
    assert len(ours) > 9
    assert {n: v for n, v in ours.items() if n != "FORK"} == {
        n: v for n, v in osakas.items() if n != "FORK"
    }


# BLS12-381.


def test_sums_pairings_and_maps(osaka):
    wanted = {"g1_add": 6, "g1_msm": 6, "g2_add": 6, "g2_msm": 6, "pairing": 3}
    wanted |= {"map_to_g1": 3, "map_to_g2": 3}
    for name, address in ADDRESSES.items():
        rows = (data for function, _, data in good() if function == name)
        for data in islice(rows, wanted[name]):
            assert agree(osaka, address, data)[0]


def test_what_is_refused_takes_all_gas(osaka):
    for name, address in ADDRESSES.items():
        rows = [data for function, _, data in bad() if function == name]
        step = max(1, len(rows) // 12)
        for data in [*rows[::step], b"", bytes(1)]:
            assert osaka.answer(address, data) == (False, 0, b"")
            assert eels(Fork.OSAKA, address, data) == (False, 0, b"")


@pytest.mark.parametrize(
    ("name", "data", "price"),
    [
        ("g1_add", one(1) + one(2), 375),
        ("g1_msm", one(1) + bytes(32), 12_000),
        ("g1_msm", (bytes(128) + b"\1" * 32) * 2, 22_776),
        ("g2_add", two(1) + two(2), 600),
        ("g2_msm", two(1) + bytes(32), 22_500),
        ("g2_msm", (bytes(256) + b"\1" * 32) * 3, 62_302),
        ("pairing", one(1) + bytes(256), 70_300),
        ("pairing", (bytes(128) + two(1)) * 2, 102_900),
        ("map_to_g1", fp(5), 5_500),
        ("map_to_g2", fp(5) + fp(6), 23_800),
    ],
)
def test_prices_of_the_curve(precompiles, name, data, price):
    assert agree_at_the_edge_of_gas(precompiles, ADDRESSES[name], data) == price


@pytest.mark.parametrize(("name", "size"), [("g1_msm", 128), ("g2_msm", 256)])
def test_discounts_end_at_128_terms(osaka, name, size):
    term = bytes(size + 32)
    for count in (2, 64, 127, 128, 129, 200):
        assert agree(osaka, ADDRESSES[name], term * count)[::2] == (True, bytes(size))


def test_tables_of_discounts():
    specified = pytest.importorskip(
        "ethereum.forks.osaka.vm.precompiled_contracts.bls12_381"
    )
    assert list(BLS381_G1_DISCOUNTS) == specified.G1_K_DISCOUNT
    assert list(BLS381_G2_DISCOUNTS) == specified.G2_K_DISCOUNT
    assert len(BLS381_G1_DISCOUNTS) == len(BLS381_G2_DISCOUNTS) == DISCOUNT_COUNT


def test_outputs_of_all_sizes_follow_each_other(osaka):
    for data, address in ((two(1) + two(1), 0x0D), (fp(1), 0x10), (b"abc", 4)):
        assert agree(osaka, address, data)[0]


# MODEXP.


def modexp_input(base, exponent, modulus, content=b""):
    return b"".join(n.to_bytes(32, "big") for n in (base, exponent, modulus)) + content


ONES = b"\xff" * 4000
MODEXP_EDGES = [
    b"",
    b"\1",
    bytes(96),
    modexp_input(0, 0, 1, b"\2"),
    modexp_input(1, 0, 1, b"\0\5"),
    modexp_input(0, 1, 1, b"\0\5"),
    modexp_input(1, 1, 1, b"\3\2\0"),
    modexp_input(1, 1, 1, b"\3\2\1"),
    modexp_input(1, 1, 0, b"\3\2"),
    modexp_input(33, 0, 0, ONES),
    modexp_input(32, 32, 32, ONES),
    modexp_input(32, 33, 32, ONES),
    modexp_input(33, 32, 32, ONES),
    modexp_input(32, 32, 33, ONES),
    modexp_input(1, 64, 1, b"\2" + bytes(63) + b"\1\7"),
    modexp_input(1, 64, 1, b"\2" + bytes(31) + b"\1" + bytes(32) + b"\7"),
    modexp_input(8, 33, 40, b"\2" * 20),
    modexp_input(40, 2, 40, b"\xff" * 50),
    modexp_input(0, 200, 0, ONES),
    modexp_input(1024, 1, 1, ONES),
    modexp_input(1, 1024, 1, ONES),
    modexp_input(1, 1, 1024, ONES),
    modexp_input(1024, 2, 1024, ONES),
    modexp_input(0, 1024, 0),
    modexp_input(1025, 1, 1, ONES),
    modexp_input(1, 1025, 1, ONES),
    modexp_input(1, 1, 1025, ONES),
    modexp_input(0, 1025, 0),
    modexp_input(0, 0, 1025),
    modexp_input(2**32, 0, 0),
    modexp_input(0, 0, 2**32),
    modexp_input(2**32 - 1, 2**32 - 1, 2**32 - 1),
    modexp_input(2**64, 1, 2**64),
    modexp_input(2**255, 2**255, 2**255),
    modexp_input(1, 2**255, 1, b"\2\3"),
    modexp_input(0, 2**32, 0),
    modexp_input(0, 2**32 - 1, 0),
    modexp_input(0, 2**256 - 1, 0),
]


@pytest.mark.parametrize("data", MODEXP_EDGES, ids=range(len(MODEXP_EDGES)))
def test_modexp_at_its_edges(precompiles, data):
    if agree(precompiles, MODEXP, data)[0]:
        agree_at_the_edge_of_gas(precompiles, MODEXP, data)


def test_modexp_takes_no_operand_above_1024_bytes_from_osaka_on(precompiles):
    for lengths in ((1025, 0, 0), (0, 1025, 0), (0, 0, 1025), (1024, 1024, 1024)):
        allowed = precompiles.fork is Fork.PRAGUE or max(lengths) == 1024
        assert precompiles.answer(MODEXP, modexp_input(*lengths))[0] == allowed


def test_modexp_with_an_empty_result_costs_the_minimum(precompiles):
    price = {Fork.PRAGUE: 200, Fork.OSAKA: 500}[precompiles.fork]
    assert agree_at_the_edge_of_gas(precompiles, MODEXP, b"") == price


LENGTHS = st.one_of(st.integers(0, 70), st.sampled_from([0, 1, 31, 32, 33, 64, 96]))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(LENGTHS, LENGTHS, LENGTHS, st.binary(max_size=210))
def test_modexp_of_any_input(precompiles, base, exponent, modulus, content):
    agree(precompiles, MODEXP, modexp_input(base, exponent, modulus, content))


# The others.


def blake2f_input(rounds, flag):
    return rounds.to_bytes(4, "big") + bytes(range(208)) + bytes([flag])


def test_blake2f(precompiles):
    for rounds in (0, 1, 2, 10, 11, 12, 13, 300):
        for flag in (0, 1):
            data = blake2f_input(rounds, flag)
            assert agree_at_the_edge_of_gas(precompiles, BLAKE2F, data) == rounds
    wrong = blake2f_input(3, 1)
    for data in (b"", wrong[:-1], wrong + b"\0", blake2f_input(3, 2)):
        assert agree(precompiles, BLAKE2F, data) == (False, 0, b"")
    most = blake2f_input(2**32 - 1, 1)
    assert agree(precompiles, BLAKE2F, most, 2**32 - 2) == (False, 0, b"")


def opening(changed=None):
    """Of the polynomial 0 at 0, which takes no trusted setup; a byte may be changed."""
    infinity = b"\xc0" + bytes(47)
    name = "010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014"
    data = bytearray(bytes.fromhex(name) + bytes(64) + infinity * 2)
    if changed is not None:
        data[changed] ^= 1
    return bytes(data)


def test_point_evaluation(precompiles):
    pytest.importorskip("ckzg")
    price = agree_at_the_edge_of_gas(precompiles, POINT_EVALUATION, opening())
    assert price == 50_000
    for data in (b"", opening()[:-1], opening() + b"\0", bytes(192)):
        assert agree(precompiles, POINT_EVALUATION, data) == (False, 0, b"")
    for position in (0, 1, 31, 64, 95, 96, 97, 143, 144, 191):
        assert not agree(precompiles, POINT_EVALUATION, opening(position))[0]
    # Any point will do for a constant.
    assert agree(precompiles, POINT_EVALUATION, opening(63))[0]


def test_p256_in_range_and_on_the_curve(osaka):
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    # The key is the generator, its secret 1: with the nonce 1 the signature of h has
    # r = x and s = h + x.
    x = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
    y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
    valid = [5, x, 5 + x, x, y]
    yes = bytes(31) + b"\1"

    def asked(numbers):
        data = b"".join(number.to_bytes(32, "big") for number in numbers)
        found, left, output = agree(osaka, P256, data)
        assert (found, PLENTY - left) == (True, 6_900)
        return output

    assert asked(valid) == yes
    assert asked([5, x, order - 5 - x, x, y]) == yes
    for at, wrong in (
        *((1, n) for n in (0, order, order + 1, 2**256 - 1, x + 1)),
        *((2, n) for n in (0, order, order + 1, 2**256 - 1, 6 + x)),
        *((3, n) for n in (0, prime, 2**256 - 1, x + 1)),
        *((4, n) for n in (0, prime, 2**256 - 1, prime - y)),
        *((0, n) for n in (0, 6, 2**256 - 1)),
    ):
        assert asked([*valid[:at], wrong, *valid[at + 1 :]]) == b""
    assert asked([5, x, 5 + x, 0, 0]) == b""
    # A hash is taken modulo the order.
    assert asked([5 + order, x, 5 + x, x, y]) == yes
    for length in (0, 159, 161, 320):
        data = b"".join(number.to_bytes(32, "big") for number in valid * 2)[:length]
        assert agree(osaka, P256, data) == (True, PLENTY - 6_900, b"")
    data = b"".join(number.to_bytes(32, "big") for number in valid)
    assert agree_at_the_edge_of_gas(osaka, P256, data) == 6_900


@pytest.mark.parametrize(
    ("address", "data"),
    [
        (1, bytes(128)),
        (1, b""),
        (2, b""),
        (2, b"a" * 33),
        (3, b"a" * 64),
        (4, b"a" * 65),
        (6, b""),
        (6, (1).to_bytes(32, "big") + (2).to_bytes(32, "big")),
        (7, (1).to_bytes(32, "big") + (2).to_bytes(32, "big") + b"\7" * 32),
        (8, b""),
    ],
)
def test_those_that_zksync_os_has_too(precompiles, address, data):
    agree_at_the_edge_of_gas(precompiles, address, data)
