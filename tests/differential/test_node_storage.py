"""Databases and replay records of a node, as cases."""

import json
import random
import shutil

import pytest

from differential.importers.node_receipts import (
    ReceiptError,
    StoredReceipt,
    read_block,
)
from differential.importers.replay_record import RecordError, read_record
from differential.importers.rocksdb import NodeDatabase
from tests.cli.support import zkos_here
from tests.differential.served_chains import (
    differences,
    made,
    real_chain,
    surprise,
)
from tests.support.node_database import (
    Writer,
    be,
    context,
    envelopes,
    facts_of,
    receipt_of,
    record,
    write_databases,
)
from tests.support.node_server import Chain, serving
from zkos.host.case import SlotState, load_case, parse_case
from zkos.host.case_writer import case_to_json
from zkos.host.state import ACCOUNTS
from zkos.terminal.errors import UserError
from zkos.versions import Protocol

WIRES = range(1, 8)


@pytest.fixture(scope="module", params=list(Protocol), ids=lambda item: item.value)
def content(request):
    return made(request.param)


@pytest.fixture(scope="module")
def v30():
    return made(Protocol.V30)


@pytest.fixture
def folder(tmp_path, v30):
    write_databases(v30, tmp_path / "node")
    return tmp_path / "node"


def cases(folder, numbers):
    database = NodeDatabase(folder)
    try:
        return [database.case(number) for number in numbers]
    finally:
        database.close()


def test_blocks_of_a_database_give_what_the_node_said(tmp_path, content):
    chain = write_databases(content, tmp_path)
    numbers = range(1, len(chain.blocks))
    for number, case in zip(numbers, cases(tmp_path, numbers), strict=True):
        (block,) = case.blocks
        assert case.protocol.value == chain.protocol
        assert block.expected.block_hash == int(chain.hashes[number], 16)
        assert block.context.block_hashes[0] == int(chain.hashes[number - 1], 16)
        assert len(block.expected.transactions) == len(block.transactions) > 0
        assert surprise(case) is None
        assert parse_case(case_to_json(case), "") == case


def test_state_is_that_before_the_block(folder):
    """And slots are as the node has them, also those that are 0."""
    (case,) = cases(folder, [3])
    slots = {(leaf.address, leaf.slot): leaf.value for leaf in case.tree}
    assert all(isinstance(leaf, SlotState) for leaf in case.tree)
    assert (ACCOUNTS, 0x7779) in slots
    carol = next(key for key in slots if key[0] not in (ACCOUNTS, 0x7777, 0x7779))
    assert slots[carol] == 3


def test_compacted_state_serves_the_block_after_it(tmp_path, v30):
    write_databases(v30, tmp_path, compacted=1)
    (case,) = cases(tmp_path, [2])
    assert surprise(case) is None
    with pytest.raises(UserError, match="the state after block 1 alone, not after 2"):
        cases(tmp_path, [3])


def test_without_a_repository_nothing_is_expected(tmp_path, v30):
    write_databases(v30, tmp_path, repository=False)
    (case,) = cases(tmp_path, [1])
    assert case.blocks[0].expected is None


def test_contexts_of_older_nodes_are_read(tmp_path, v30):
    write_databases(v30, tmp_path, wire=3)
    (case,) = cases(tmp_path, [2])
    assert surprise(case) is None


def rewrite(folder, name, changes):
    """Damage values of a database: by column and key."""
    shutil.rmtree(folder / name)
    table = Writer(folder / name)
    for (column, key), value in changes.items():
        table.put(column, key, value)
    table.close()


def replays(v30, at=2, **changes):
    """The rows of a block and of the one before, some of them changed."""
    chain = Chain(v30)
    rows = {}
    for number in (at - 1, at):
        rows["context", be(number)] = context(chain, number)
        rows["txs", be(number)] = envelopes(chain, number)
    for column, change in changes.items():
        key = (column, be(at))
        value = change(rows.get(key, b""))
        if value is None:
            del rows[key]
        else:
            rows[key] = value
    return rows


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"context": lambda _: None}, "there is no block 2"),
        ({"context": lambda row: row[:-1]}, "the context of block 2: cut off"),
        (
            {"context": lambda row: row + b"\0"},
            "the context of block 2: 1 bytes follow",
        ),
        ({"context": lambda _: b"\xff"}, "the context of block 2: no number"),
        ({"txs": lambda _: None}, "block 2 has no transactions"),
        ({"txs": lambda row: row[:-1]}, "the transactions of block 2: cut off"),
        ({"txs": lambda _: b"\1\1\x7f"}, "the transactions of block 2: .* no RLP"),
        ({"txs": lambda _: b"\1\2\x7f\xc0"}, "the transactions of block 2: .* items"),
        ({"txs": lambda _: b"\1\0"}, "an empty transaction"),
        ({"txs": lambda _: b"\1\2\2\xc0"}, "nobody has signed"),
        ({"force_preimages": lambda _: b"\1"}, "the preimages of block 2: cut off"),
    ],
)
def test_damaged_replays_are_one_line(folder, v30, changes, why):
    rewrite(folder, "block_replay_wal", replays(v30, **changes))
    with pytest.raises(UserError, match=why) as caught:
        cases(folder, [2])
    assert "\n" not in str(caught.value)
    assert "block_replay_wal" in str(caught.value)


def test_a_hash_that_is_not_the_transactions_is_told(folder, v30):
    sent = [item for item in v30["chain"][2]["txs"] if "encoded" in item]
    named = bytes.fromhex(sent[0]["hash"])

    def change(row):
        assert named in row
        return row.replace(named, named[:-1] + bytes([named[-1] ^ 1]))

    rewrite(folder, "block_replay_wal", replays(v30, txs=change))
    with pytest.raises(UserError, match="its fields give"):
        cases(folder, [2])


def test_other_damage_is_one_line(folder, v30, tmp_path):
    spoiled = {("storage", digest): b"?" for digest in Chain(v30).preimages}
    for name, rows, why in (
        ("repository", {}, "repository: there is no block 2"),
        ("preimages_full_diffs", {}, "no preimage is known for 0x"),
        ("preimages_full_diffs", spoiled, "is not that"),
    ):
        place = tmp_path / f"{name}{len(rows)}"
        shutil.copytree(folder, place)
        rewrite(place, name, rows)
        with pytest.raises(UserError, match=why):
            cases(place, [2])


# Records


@pytest.mark.parametrize("wire", WIRES)
def test_a_record_is_read_in_every_format(v30, wire):
    chain = Chain(v30)
    found = read_record(record(chain, 2, wire, forced=(b"code",)))
    context = found.context
    assert (context.block_number, context.timestamp) == (2, 6)
    assert context.last_block_timestamp == 5
    assert context.block_hashes[:2] == (
        int(chain.hashes[1], 16),
        int(chain.hashes[0], 16),
    )
    assert found.execution_version == (1 if wire == 1 else 5)
    assert found.preimages == ((b"code",) if wire > 4 else ())
    assert len(found.transactions) == len(chain.blocks[2]["txs"])
    assert found.protocol_version == ("0.30.2" if wire > 4 else None)


@pytest.mark.parametrize("wire", WIRES)
def test_a_record_that_is_cut_off_is_told(v30, wire):
    """But for format 6 without its last byte or two, which is format 7 or 5."""
    whole = record(Chain(v30), 1, wire)
    last = 3 if wire == 6 else 1
    for length in (1, 50, 8000, len(whole) - 40, len(whole) - last):
        with pytest.raises(RecordError) as caught:
            read_record(whole[:length])
        assert "no replay record of formats 1 to 7" in str(caught.value)
    with pytest.raises(RecordError):
        read_record(whole + b"\xff\xff")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\x7fELF" + bytes(100), bytes(9000), b"\xff" * 9000]
)
def test_a_foreign_file_is_told(content):
    with pytest.raises(RecordError):
        read_record(content)


def test_whatever_a_file_holds_it_is_read_or_told(v30):
    """Damage at any place is one line; some of it makes another block."""
    chance = random.Random(7)
    told = []
    for wire in WIRES:
        whole = bytearray(record(Chain(v30), 2, wire, forced=(b"code",)))
        for _ in range(60):
            spoiled = bytearray(whole)
            # Mostly behind the block hashes, which may be any.
            start = chance.choice((0, 256 * 33))
            for _ in range(chance.randint(1, 4)):
                spoiled[chance.randrange(start, len(spoiled))] = chance.randrange(256)
            try:
                read_record(bytes(spoiled))
            except RecordError as error:
                told.append(str(error))
    assert not [line for line in told if "\n" in line]
    assert 100 < len(told) < 60 * len(WIRES)


def test_whatever_a_repository_holds_it_is_read_or_told(v30):
    chance = random.Random(8)
    (item, *_) = v30["chain"][2]["txs"]
    digest = bytes.fromhex(item["hash"])
    parts = receipt_of(item), facts_of(item, digest, 2, 0)
    told = []
    assert StoredReceipt.read(digest, *parts).expected.gas_used is not None
    for _ in range(400):
        spoiled = [bytearray(part) for part in parts]
        one = chance.choice(spoiled)
        # The bloom may be anything.
        one[chance.choice((*range(10), *range(270, len(parts[0])))) % len(one)] ^= 0xFF
        try:
            StoredReceipt.read(digest, *map(bytes, spoiled))
            read_block(bytes(one))
        except ReceiptError as error:
            told.append(str(error))
    assert not [line for line in told if "\n" in line]
    assert len(told) > 100


# The command


def import_(*arguments):
    return zkos_here("corpus", "import", *arguments)


def test_a_database_becomes_cases(folder, tmp_path):
    out = tmp_path / "cases"
    done = import_(folder, out)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == [
        f"block_{number}.json.gz" for number in (1, 2, 3)
    ]
    assert [load_case(out / f"block_{n}.json.gz") for n in (1, 2, 3)] == cases(
        folder, [1, 2, 3]
    )
    done = zkos_here("diff", out, "-e", "native", "--quirks", "upstream")
    assert done.returncode == 0, done.stdout

    done = import_(folder, tmp_path / "one.json", "--block", 2)
    assert done.returncode == 0, done.stderr
    assert [load_case(tmp_path / "one.json")] == cases(folder, [2])


def test_a_record_becomes_a_case_on_the_state_of_a_node(v30, tmp_path):
    place, into = tmp_path / "record.bin", tmp_path / "case.json"
    place.write_bytes(record(Chain(v30), 2, 7))
    with serving(v30) as node:
        answers = ("--answers", tmp_path / "kept")
        done = import_("--node", place, into, "--rpc", node.url, *answers)
    assert done.returncode == 0, done.stderr
    case = load_case(into)
    assert case.accounts
    done = zkos_here("run", into, "-e", "native", "--quirks", "upstream", "--json")
    (row,) = map(json.loads, done.stdout.splitlines())
    (known,) = row["engines"].values()
    assert known["block_hash"] == Chain(v30).hashes[2]


def test_a_record_alone_runs_on_nothing(v30, tmp_path):
    place, into = tmp_path / "record.bin", tmp_path / "case.json"
    place.write_bytes(record(Chain(v30), 1, 5))
    done = import_("--node", place, into)
    assert done.returncode == 0
    assert "--rpc URL asks a node for it" in done.stderr
    assert zkos_here("run", into, "-e", "native").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("NODE", "one.json"), "--block says which"),
        (("NODE", "one.json", "--block", "9"), "there is no block 9"),
        (("NODE", "one.json", "--block", "0"), "nothing comes before block 0"),
        (("NODE", "one.json", "--block", "0xzz"), "expected a number"),
        (("NODE", "one.json", "--block", "-1"), "expected a number"),
        (
            ("NODE", "one.json", "--block", "1", "--protocol", "x"),
            "no protocol version",
        ),
        (("NODE", "out", "--rpc", "http://127.0.0.1:9"), "have the state themselves"),
        (("NODE", "out", "--pubdata-limit", "5"), "--pubdata-limit is for"),
        (("NODE",), "INTO is missing"),
        (("--node", "EMPTY", "out"), "no database of a node"),
        (("--node", "FOREIGN", "one.json"), "no replay record of formats 1 to 7"),
        (("--node", "CUT", "one.json"), "cut off after 500 bytes"),
        (("--node", "OLD", "one.json"), "execution version 1 is of no protocol"),
        (("--node", "RECORD", "one.json", "--block", "2"), "a record of block 1"),
        (("--node", "RECORD", "out"), "a case is called .json"),
        (("--node", "nowhere", "one.json"), "cannot be read"),
        (("--node", "BROKEN", "one.json", "--block", "1"), "cannot be read as RocksDB"),
    ],
)
def test_bad_input_is_one_line(folder, v30, tmp_path, arguments, why):
    whole = record(Chain(v30), 1, 7)
    places = {name: tmp_path / name for name in ("EMPTY", "FOREIGN", "CUT", "OLD")}
    places |= {"NODE": folder, "RECORD": tmp_path / "RECORD"}
    places |= {"BROKEN": tmp_path / "BROKEN"}
    places["EMPTY"].mkdir()
    places["FOREIGN"].write_bytes(b"no record" * 100)
    places["CUT"].write_bytes(whole[:500])
    places["OLD"].write_bytes(record(Chain(v30), 1, 1))
    places["RECORD"].write_bytes(whole)
    shutil.copytree(folder, places["BROKEN"])
    for path in (places["BROKEN"] / "block_replay_wal").glob("MANIFEST*"):
        path.write_bytes(path.read_bytes()[:7])
    given = [
        places.get(item, tmp_path / item if item in ("one.json", "out") else item)
        for item in arguments
    ]
    done = import_(*given)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


# What real nodes have made


def test_every_block_of_a_real_chain(shared, tmp_path):
    """They give what they give on the whole state."""
    content = real_chain(shared, "chain_506")
    chain = write_databases(content, tmp_path)
    known = differences(content)
    numbers = range(1, len(chain.blocks))
    found = {}
    for number, case in zip(numbers, cases(tmp_path, numbers), strict=True):
        assert case.protocol is Protocol.V31
        found[number] = surprise(case)
    assert found == known
    assert list(found.values()).count(None) >= len(found) - 1
