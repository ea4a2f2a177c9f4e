"""A table of bad input and usage: the documented code, one line, and nothing lost.

Each row is a command line in a folder of good and bad files. It ends with its code and
one line on standard error that names what is wrong; every file is as it was.
"""

import gzip
import json
import os
import shlex
import zipfile

import pytest

from fuzz.campaign.folder import Folder, Settings
from tests.cli.support import zkos_here
from tests.fuzz.planted import NAME

GOOD = {"block": {}, "accounts": {}, "txs": []}
E = "-e module=tests.differential.engines.constant"
SENDER = f"{0xA11CE:#042x}"
KEY = "0x" + "11" * 32
T = f"-t {NAME}"


def tx(**fields):
    given = {"type": "legacy", "from": SENDER, "gas_limit": 30000, "gas_price": 1000}
    return {**GOOD, "txs": [{**given, **fields}]}


def account(**fields):
    return {**GOOD, "accounts": {SENDER: fields}}


def block(**fields):
    return {**GOOD, "block": fields}


CASES = {
    # Of the whole file.
    "null.json": (None, ["expected an object"]),
    "number.json": (7, ["expected an object"]),
    "list.json": ([GOOD], ["expected an object"]),
    "no_block.json": ({"txs": []}, ["field block is missing"]),
    "colour.json": ({**GOOD, "colour": 1}, ["colour", "unknown field"]),
    "format.json": ({**GOOD, "format": 2}, ["format"]),
    "format_text.json": ({**GOOD, "format": "one"}, ["format"]),
    "protocol.json": ({**GOOD, "protocol": "v1"}, ["protocol", "v30"]),
    "protocol_number.json": ({**GOOD, "protocol": 30}, ["protocol"]),
    "batch.json": ({**GOOD, "batch": "yes"}, ["batch"]),
    "two_states.json": (
        {"block": {}, "accounts": {SENDER: {}}, "sequence": [{"account": SENDER}]},
        ["sequence", "together with accounts"],
    ),
    "twice.json": ('{"block": {}, "block": {}}', ["block"]),
    "nan.json": ('{"block": {"timestamp": NaN}}', ["NaN is not a number"]),
    "float.json": (block(timestamp=1.5), ["block.timestamp"]),
    "true.json": (block(timestamp=True), ["block.timestamp"]),
    "exponent.json": (block(timestamp="1e9"), ["block.timestamp"]),
    "underscore.json": (block(timestamp="1_000"), ["block.timestamp"]),
    "negative.json": (block(timestamp="-1"), ["block.timestamp"]),
    "long_number.json": (block(mix_hash="0x" + "f" * 65), ["block.mix_hash"]),
    "deep.json": ("[" * 200_000 + "]" * 200_000, ["deep"]),
    "cut.json": ('{"block": {"timestamp": 1', ["not JSON"]),
    "byte.json": (b'{"block": {}, "txs": [], "x\xff": 1}', ["not UTF-8", "byte 27"]),
    "surrogate.json": ('{"block": {}, "\\ud800": 1}', ["unknown field"]),
    "escape.json": ('{"block": {}, "\\u001b[31m": 1}', ["?[31m", "unknown"]),
    # Of the context.
    "block_list.json": ({**GOOD, "block": []}, ["block", "expected an object"]),
    "hashes_text.json": (block(block_hashes="0x1"), ["block.block_hashes"]),
    "hashes_many.json": (block(block_hashes=[1] * 257), ["block_hashes", "256"]),
    "hash_wide.json": (block(block_hashes=[1 << 256]), ["block_hashes[0]"]),
    "da.json": (block(da="ipfs"), ["block.da", "blobs"]),
    "coinbase.json": (block(coinbase="0x123g"), ["block.coinbase"]),
    "coinbase_wide.json": (block(coinbase="0x" + "1" * 41), ["block.coinbase"]),
    "number_wide.json": (block(block_number=1 << 64), ["block.block_number", "64"]),
    "price.json": (block(native_price="free"), ["block.native_price"]),
    # Of accounts.
    "accounts_list.json": ({**GOOD, "accounts": []}, ["accounts"]),
    "address.json": ({**GOOD, "accounts": {"alice": {}}}, ["alice"]),
    "account_null.json": ({**GOOD, "accounts": {SENDER: None}}, [SENDER]),
    "account_field.json": (account(money=1), ["money", "unknown field"]),
    "balance.json": (account(balance=1 << 256), ["balance", "256"]),
    "nonce.json": (account(nonce=1 << 64), ["nonce", "64"]),
    "code_text.json": (account(code="PUSH0"), ["code"]),
    "code_odd.json": (account(code="0x1"), ["code"]),
    "version.json": (account(code="0x00", code_version=9), ["code_version"]),
    "delegate.json": (account(delegate="bob"), ["delegate"]),
    "storage_list.json": (account(storage=[[1, 2]]), ["storage"]),
    "slot.json": (account(storage={"x": 1}), ["storage"]),
    "value.json": (account(storage={"1": 1 << 256}), ["storage"]),
    "same_address.json": (
        f'{{"block": {{}}, "accounts": {{"{SENDER}": {{}}, "{SENDER}": {{}}}}}}',
        [SENDER],
    ),
    "leaves.json": ({**GOOD, "leaves": [[1, 2]]}, ["leaves[0]"]),
    "preimage.json": ({**GOOD, "preimages": ["x"]}, ["preimages[0]"]),
    # Of transactions.
    "txs_object.json": ({**GOOD, "txs": {}}, ["txs"]),
    "tx_null.json": ({**GOOD, "txs": [None]}, ["txs[0]"]),
    "tx_empty.json": ({**GOOD, "txs": [{}]}, ["txs[0]"]),
    "tx_type.json": (tx(type="legasy"), ["txs[0].type", "legacy"]),
    "tx_field.json": (tx(colour=1), ["txs[0].colour", "unknown field"]),
    "tx_to.json": (tx(to="bob"), ["txs[0].to"]),
    "tx_gas.json": (tx(gas_limit="much"), ["txs[0].gas_limit"]),
    "tx_data.json": (tx(data="0x0"), ["txs[0].data"]),
    "tx_key.json": (tx(private_key="0x" + "00" * 32), ["txs[0].private_key"]),
    "tx_key_short.json": (tx(private_key="0x01"), ["txs[0].private_key"]),
    "tx_list.json": (
        tx(type="eip2930", access_list=[{"address": "bob"}], private_key=KEY),
        ["access_list[0].address"],
    ),
    "raw_text.json": ({**GOOD, "txs": [{"raw": "x"}]}, ["txs[0].raw"]),
    "raw_and.json": ({**GOOD, "txs": [{"raw": "0x", "to": SENDER}]}, ["txs[0]"]),
    "encoded.json": ({**GOOD, "txs": [{"encoded": 5}]}, ["txs[0].encoded"]),
    # Of what follows, lies and what is expected.
    "then.json": ({**GOOD, "then": {}}, ["then"]),
    "then_block.json": ({**GOOD, "then": [{"txs": []}]}, ["then[0]", "missing"]),
    "then_state.json": (
        {**GOOD, "then": [{"block": {}, "accounts": {SENDER: {}}}]},
        ["then[0].accounts", "only the first block"],
    ),
    "oracle.json": ({**GOOD, "oracle": [{}]}, ["oracle[0]"]),
    "oracle_both.json": (
        {**GOOD, "oracle": [{"answer": 1, "word": 0, "value": 1, "response": "0x"}]},
        ["oracle[0]"],
    ),
    "oracle_value.json": (
        {**GOOD, "oracle": [{"answer": 1, "word": 0, "value": 1 << 32}]},
        ["oracle[0].value", "32"],
    ),
    "expected.field.json": ({**GOOD, "expected": {"x": 1}}, ["expected.x"]),
    "expected.outcome.json": (
        {**GOOD, "expected": {"outcome": "fine"}},
        ["expected.outcome"],
    ),
    "expected.root.json": (
        {**GOOD, "expected": {"state_root": "0x123g"}},
        ["expected.state_root"],
    ),
    "expected.txs.json": (
        {**GOOD, "expected": {"transactions": [{"status": "good"}]}},
        ["expected.transactions[0].status"],
    ),
    # Of other formats.
    "good.json.gz": (b"no gzip", ["damaged gzip"]),
    "half.json.gz": (gzip.compress(json.dumps(GOOD).encode())[:-9], ["damaged gzip"]),
    "steps.yaml": ("steps: 7\n", ["steps"]),
    "tabs.yaml": ("a:\n\t- b\n", ["tabs.yaml"]),
    "object.yaml": ("a: !!python/object:os.system {}\n", ["object.yaml"]),
}

USAGE = [
    # Options of every command that has them.
    *[
        (f"{name} good.json --nosuch", ["--nosuch"])
        for name in ("run", "diff", "trace")
    ],
    ("compare good.json", ["CASE|RECEIPTS"]),
    ("compare good.json good.json --block 0", ["--block"]),
    ("compare good.json good.json --block -1", ["--block"]),
    ("compare . good.json", ["a folder"]),
    ("compare good.json none.json", ["none.json", "No such file"]),
    ("compare none.json good.json", ["none.json", "No such file"]),
    ("compare good.json null.json", ["null.json"]),
    ("run good.json --time 0", ["--time"]),
    ("run good.json --time soon", ["--time"]),
    ("run good.json --time nan", ["--time"]),
    ("run good.json --memory 0", ["--memory"]),
    ("run good.json -j 1.5", ["--jobs"]),
    ("run good.json -j 99999999", ["--jobs"]),
    ("run good.json --da ipfs", ["--da"]),
    ("run good.json --protocol v1", ["--protocol"]),
    ("run good.json --engine", ["--engine"]),
    ("run good.json -e ''", ["engine"]),
    ("run good.json -e native@", ["native@"]),
    ("run good.json -e native@none@none", ["native"]),
    ("run good.json -e image=", ["image=PATH"]),
    ("run good.json -e module=", ["module"]),
    ("run good.json -e module=os", ["os", "run_block"]),
    ("run good.json -e anvil=none", ["none"]),
    ("run good.json --image none.bin", ["none.bin"]),
    ("run good.json --image .", ["is a folder"]),
    ("run good.json --image good.json", ["good.json"]),
    ("run good.json --image pipe", ["no regular file"]),
    ("run good.json --html", ["--html"]),
    ("run --simulate", ["CASE"]),
    ("run -- --json", ["--json"]),
    ("trace good.json --diff native", ["--diff"]),
    ("trace good.json --diff native geth", ["geth"]),
    ("trace good.json -e image", ["image"]),
    ("trace good.json -e geth", ["geth"]),
    ("trace good.json --count 0", ["--count"]),
    ("trace good.json --around -1", ["--around"]),
    ("trace good.json --block 7", ["no block 7"]),
    ("trace good.json --block x", ["--block"]),
    ("trace . ", ["folder"]),
    ("trace none.json", ["none.json"]),
    ("minimise good.json", ["--engine"]),
    ("minimise good.json -e native", ["engine"]),
    ("minimise good.json -e native -e geth", ["geth"]),
    ("minimise good.json -e native -e native", ["twice"]),
    ("minimise none.json -e native -e riscv", ["none.json"]),
    ("minimise . -e native -e riscv", ["folder"]),
    ("replay none", ["none"]),
    ("replay good.json", ["good.json"]),
    ("replay random", ["random"]),
    ("replay .", ["folder"]),
    ("replay random -e py_evm", ["py_evm"]),
    ("replay null.json --record out.tape", ["null.json"]),
    ("replay good.json --record folder", ["folder"]),
    ("scenario good.json", ["good.json", "steps"]),
    ("scenario none.yaml", ["none.yaml"]),
    ("scenario folder", ["folder"]),
    ("scenario steps.yaml", ["steps"]),
    ("statetest good.json --time 0", ["--time"]),
    ("statetest good.json --resume", ["--results"]),
    ("statetest good.json -e geth", ["geth"]),
    ("blocktest good.json -e riscv=x", ["no argument"]),
    ("build --target arm", ["--target"]),
    ("build --profile fast", ["--profile"]),
    ("build --show", ["--show"]),
    ("build --show tree", ["--show"]),
    ("build --show tree nosuch", ["nosuch"]),
    ("build -o good.json", ["good.json"]),
    ("bench blocks none.json", ["none.json"]),
    ("bench blocks null.json", ["null.json"]),
    ("bench fuzz --seconds 0", ["--seconds"]),
    ("cache prune --age soon", ["soon"]),
    ("cache prune --size big", ["big"]),
    ("cache prune --size -1", ["--size"]),
    ("cache clear", ["clear"]),
    ("engines -x", ["-x"]),
    # Corpora and campaigns.
    (f"corpus min none {T}", ["none"]),
    (f"corpus min folder {T}", ["folder"]),
    ("corpus min folder -t nothing", ["nothing"]),
    (f"corpus min folder {T} --most 0", ["--most"]),
    (f"corpus merge into none {T}", ["none"]),
    (f"corpus merge into {T}", ["DIR"]),
    (f"corpus import none into {T}", ["none"]),
    ("corpus import folder into -t case_import:nothing", ["case_import:nothing"]),
    ("minimise - -e native -e riscv", ["-"]),
    ("corpus import random.zip into -t block_native", ["random.zip"]),
    ("corpus import evil.zip into -t block_native", ["evil.zip"]),
    ("corpus import good.json out --prestate good.json", ["--diffs"]),
    ("corpus import good.json out --prestate x --diffs y", ["field"]),
    (f"corpus export none out.zip {T}", ["none"]),
    ("corpus export good.json out.json --state-test", ["one transaction"]),
    ("corpus export good.json out.json --state-test --block-test", ["one of them"]),
    ("corpus export null.json out.json --block-test", ["null.json"]),
    ("corpus export good.json folder --block-test", ["is a folder"]),
    ("corpus show none.json", ["none.json"]),
    ("corpus show null.json", ["null.json"]),
    ("corpus show folder", ["no case"]),
    ("corpus walk", ["walk"]),
    ("fuzz run nothing", ["nothing"]),
    ("fuzz run a:b -C new", ["a:b", "no module a"]),
    ("fuzz run a.b: -C new", ["a.b:"]),
    (f"fuzz run {NAME} --time 5x", ["5x"]),
    (f"fuzz run {NAME} --time -1s", ["-1s"]),
    (f"fuzz run {NAME} --runs 0", ["--runs"]),
    (f"fuzz run {NAME} --seed -1", ["--seed"]),
    (f"fuzz run {NAME} --seed x", ["--seed"]),
    (f"fuzz run {NAME} -j 0", ["--jobs"]),
    (f"fuzz run {NAME} --memory 0", ["--memory"]),
    (f"fuzz run {NAME} --slice 0", ["--slice"]),
    (f"fuzz run {NAME} -C good.json", ["good.json"]),
    (f"fuzz run {NAME} -C folder", ["folder", "not empty"]),
    (f"fuzz run {NAME} -C /proc/x", ["/proc/x"]),
    (f"fuzz run {NAME} -C new --corpus none", ["none"]),
    (f"fuzz run {NAME} -C new --corpus good.json", ["good.json"]),
    ("fuzz run hashes -C campaign", ["its targets are"]),
    (f"fuzz run {NAME} -C campaign --seed 8", ["its seed is 7"]),
    ("fuzz night --time tonight", ["tonight"]),
    ("fuzz night --mutants -1", ["--mutants"]),
    ("fuzz triage -C none", ["none"]),
    ("fuzz triage -C folder", ["folder"]),
    ("fuzz triage -C broken", ["broken", "damaged"]),
    ("fuzz replay nothing -C campaign", ["nothing"]),
    ("fuzz replay random -t nothing", ["nothing"]),
    ("fuzz coverage -C folder", ["folder"]),
    ("report none", ["none"]),
    ("report folder", ["folder"]),
    ("report broken", ["broken", "damaged"]),
    ("report campaign -o folder", ["is a folder"]),
    ("report campaign --history null.json", ["null.json"]),
    ("report campaign --mutants good.json", ["good.json"]),
    ("mutants run nothing", ["nothing"]),
    ("mutants run --time soon", ["soon"]),
    ("mutants sample --in both", ["--in"]),
    ("mutants sample -n 0", ["--count"]),
    ("mutants sample --image none.bin", ["none.bin"]),
    ("fly", ["fly"]),
    ("--nosuch", ["--nosuch"]),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder of good and bad files."""
    folder = tmp_path_factory.mktemp("table")
    for name, (content, _) in CASES.items():
        path = folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text)
    (folder / "good.json").write_text(json.dumps(GOOD))
    (folder / "random").write_bytes(os.urandom(999))
    (folder / "random.zip").write_bytes(os.urandom(999))
    with zipfile.ZipFile(folder / "evil.zip", "w") as archive:
        archive.writestr("../../outside.json", b"{")
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    (folder / "folder" / "mine.txt").write_text("mine")
    for name in ("campaign", "broken"):
        Folder(folder / name).begin(Settings((NAME,), 7))
    (folder / "broken" / "campaign.json").write_text("{")
    return folder


def everything(folder):
    """All files with what they hold."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def check(place, monkeypatch, line, words):
    monkeypatch.chdir(place)
    before = everything(place)
    done = zkos_here(*shlex.split(line))
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    (told,) = done.stderr.splitlines()
    assert told.startswith("zkos: ")
    assert told.isprintable()
    assert len(told) < 1000
    for word in words:
        assert word in told, told
    assert everything(place) == before


@pytest.mark.parametrize("name", CASES)
def test_bad_case(place, monkeypatch, name):
    _, words = CASES[name]
    check(place, monkeypatch, f"run {name} {E}", [name, *words])


@pytest.mark.parametrize(("line", "words"), USAGE, ids=[line for line, _ in USAGE])
def test_bad_usage(place, monkeypatch, line, words):
    check(place, monkeypatch, line, words)


def test_the_table_is_long_and_has_no_row_twice():
    rows = [*CASES, *(line for line, _ in USAGE)]
    assert len(set(rows)) == len(rows) >= 150
