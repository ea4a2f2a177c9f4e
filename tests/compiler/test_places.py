"""A guest tells its host where something lies, and the host looks there."""

import pytest

from zkos.compiler.image import build_program
from zkos.compiler.native import GuestFinished, build_native
from zkos.host.channel import WordChannel
from zkos.lang.intrinsics import Finished, attach
from zkos.machine.machine import Machine

MODULE = "places_main"
SOURCE = '''"""Asks the host for the number of bytes that are not zero in a view."""

from zkos.lang.intrinsics import address_of, finish, oracle_read, oracle_write
from zkos.lang.ints import U8, U32, U64, U256, Bytes32
from zkos.lang.memory import allocate_bytes


def main() -> None:
    data = allocate_bytes(100)
    shown = data.window(30, 40)
    oracle_write(address_of(shown))
    oracle_write(shown.length())
    before = oracle_read()
    data.store_u64(20, U64(1) << 63)
    shown[39] = U8(7)
    shown[7] = U8(9)
    data.window(60, 40).fill(U8(1))
    oracle_write(address_of(shown))
    oracle_write(shown.length())
    finish(Bytes32(U256(before << 16 | oracle_read())))
'''
WANTED = 11
"""One at 7 and ten from 30 on."""


class Looking:
    """A host that counts bytes of its guest."""

    def see(self, memory):
        self.memory = memory

    def exchange(self, written):
        address, length = (
            int.from_bytes(written[at : at + 4], "little") for at in (0, 4)
        )
        seen = self.memory(address, length)
        assert len(seen) == length
        return sum(byte != 0 for byte in seen).to_bytes(4, "little")


@pytest.fixture
def main(tmp_path, monkeypatch):
    (tmp_path / f"{MODULE}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    return f"{MODULE}:main"


@pytest.mark.native
def test_host_reads_the_arena(main):
    library = build_native([MODULE], [main])
    library.attach(Looking())
    with pytest.raises(GuestFinished) as end:
        library.call(main)
    assert int.from_bytes(end.value.public_input, "big") == WANTED
    before = (library._base - 1) % 2**32
    for address, length in ((before, 1), (before, 2), (library._base, 2**30 + 1)):
        with pytest.raises(ValueError, match="the guest has no"):
            library.memory(address, length)


@pytest.mark.riscv
def test_host_reads_the_machine(main):
    image = build_program([MODULE], main).image()
    done = Machine().run(image, Looking(), 1 << 24)
    assert int.from_bytes(done.public_input, "big") == WANTED


@pytest.mark.cpython
def test_host_reads_views(main):
    module = pytest.importorskip(MODULE)
    attach(WordChannel(Looking(), ()))
    with pytest.raises(Finished) as end:
        module.main()
    attach(None)
    assert int(end.value.public_input) == WANTED
