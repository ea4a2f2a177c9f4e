"""`--instance ethereum` of the command line."""

import gzip
import json
from dataclasses import replace

import pytest

from differential.ethereum.chains import body_of, grow
from differential.ethereum.writing import blocks_to_text
from differential.importers.ethereum_blocks import load_blocks
from tests.cli.support import rows, zkos_here
from tests.pins import CORPORA

BLOCK = CORPORA / "ethereum" / "transfers_osaka_1000.blocks.json.gz"
INSTANCE = ("--instance", "ethereum")


@pytest.mark.native
def test_a_block_is_shown_in_full():
    done = zkos_here("run", BLOCK, *INSTANCE)

    assert done.returncode == 0, done.stderr
    assert "native  success" in done.stdout
    for title in ("Transactions", "Accounts"):
        assert title in done.stdout


@pytest.mark.native
def test_a_line_of_json_says_what_came_out():
    done = zkos_here("diff", BLOCK, *INSTANCE, "-e", "native", "-e", "eels", "--json")

    assert done.returncode == 0, done.stderr
    (line,) = rows(done)
    assert (line["instance"], line["fork"], line["block"]) == ("ethereum", "osaka", 0)
    assert line["difference"] is None
    native, eels = line["engines"]["native"], line["engines"]["eels"]
    assert native["block_hash"] == eels["block_hash"]
    assert native["account_diffs"] == eels["account_diffs"]
    assert "public_input" not in native


@pytest.mark.native
def test_an_engine_without_an_answer_is_named():
    done = zkos_here("diff", BLOCK, *INSTANCE, "-e", "native", "-e", "py_evm")

    assert done.returncode == 0, done.stderr
    assert "py_evm  no answer: py-evm has no osaka" in done.stdout


def test_without_any_answer_there_is_nothing_to_say():
    done = zkos_here("diff", BLOCK, *INSTANCE, "-e", "py_evm")

    assert done.returncode == 2
    assert done.stderr == "zkos: nothing was run: no engine has an answer\n"


@pytest.mark.parametrize(
    ("place", "given", "words"),
    [
        (("witness", "headers", 0), "0xc0", "no header: not a list of 21 fields"),
        (("witness", "headers", 0), "0x80", "no header: not a list of 21 fields"),
        (("witness", "headers", 0), "0xf9", "no header: "),
        (("block", "transactions", 1), "0x", "an empty transaction"),
    ],
)
def test_bytes_that_are_none_name_their_place(tmp_path, place, given, words):
    content = json.loads(gzip.decompress(BLOCK.read_bytes()))
    part = content["blocks"][0]
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = given
    path = tmp_path / "bad.blocks.json"
    path.write_text(json.dumps(content))
    done = zkos_here("run", path, *INSTANCE)

    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert f"blocks[0].{place[0]}.{place[1]}[{place[2]}]" in line
    assert words in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "none.blocks.json"), "No such file"),
        (("run", CORPORA / "create" / "token.json"), "of instance zk, --instance says"),
        (("diff", BLOCK, "-e", "image"), "no engine 'image'"),
        (("diff", BLOCK, "-e", "native", "-e", "native"), "given twice"),
        (("run", BLOCK, "--batch"), "are for --instance zk"),
        (("diff", BLOCK, "--quirks", "upstream"), "are for --instance zk"),
        (("diff", BLOCK, "--protocol", "v31"), "are for --instance zk"),
        (("run", BLOCK, "--profile", "replay"), "are for --instance zk"),
        (("run", BLOCK, "--simulate"), "are for --instance zk"),
        (("diff", BLOCK, "--extra-precompiles"), "are for --instance zk"),
    ],
)
def test_what_cannot_be_is_one_line(arguments, words):
    done = zkos_here(*arguments, *INSTANCE)

    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("zkos: ")
    assert words in line


@pytest.mark.native
def test_a_file_says_itself_which_instance_it_is_for(tmp_path):
    content = json.loads(gzip.decompress(BLOCK.read_bytes()))
    content["instance"] = "ethereum"
    path = tmp_path / "named.json"
    path.write_text(json.dumps(content))

    assert zkos_here("run", BLOCK).returncode == 0
    assert zkos_here("run", path).returncode == 0


def test_an_instance_that_contradicts_the_file_is_one_line():
    done = zkos_here("run", BLOCK, "--instance", "zk")

    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "of instance ethereum, --instance says zk" in line


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"instance": "solana", "block": {}}, "no instance 'solana'"),
        ({"instance": "ethereum", "block": {}}, "the field format is missing"),
    ],
)
def test_what_names_no_instance_it_can_be_is_one_line(tmp_path, content, words):
    path = tmp_path / "case.json"
    path.write_text(
        json.dumps(content | {"blocks": []} if "fork" in content else content)
    )
    done = zkos_here("run", path)

    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert words in line


def test_a_block_is_traced_without_naming_its_instance(tmp_path):
    path = tmp_path / "empty.json"
    path.write_bytes(blocks_to_text([empty_block()]))
    done = zkos_here("trace", path, "--engine", "cpython")

    assert done.returncode == 0, done.stderr
    first = json.loads(done.stdout.splitlines()[0])
    assert first["opName"] == "CALLER"


@pytest.mark.native
def test_engines_that_agree_have_nothing_to_minimise():
    done = zkos_here("minimise", BLOCK, "-e", "native", "-e", "eels")

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("native and eels agree")


def empty_block():
    """A block of which there is nothing but what every block does."""
    (known,) = load_blocks(BLOCK)
    headers = known.block.witness.headers
    return grow(known.block.fork, known.before, headers, later(known)).known


def later(known):
    body = body_of(known)
    return replace(body, transactions=(), withdrawals=())
