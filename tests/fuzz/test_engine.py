"""The search itself: what it keeps, repeats and can make again."""

import random
from dataclasses import replace

import pytest

from fuzz.campaign.folder import Finding, Folder, Settings
from fuzz.campaign.lost import remake
from fuzz.campaign.minimise import minimise
from fuzz.campaign.page import page
from fuzz.campaign.slot import Progress, Slot
from fuzz.campaign.supervisor import blindness
from fuzz.corpus import Corpus, distil, export_zip, import_from, name_of
from fuzz.coverage.counters import FEATURE_BITS, SEMANTIC_BITS, covered, semantic
from fuzz.coverage.engine import Hooks, Making, Recipe, Search, make
from fuzz.coverage.target import Problem
from fuzz.mutation.cases import mutate_case
from fuzz.mutation.codes import insert_dead_code, instructions
from fuzz.mutation.shrink import shrink_case
from fuzz.mutation.text import case_from_text, case_to_text
from fuzz.mutation.transactions import MOST_GAS, mutate_number
from fuzz.strategies.cases import case
from fuzz.strategies.source import RandomSource
from tests.fuzz.planted import NAME, Planted
from zkos.host.case import parse_case
from zkos.host.transactions import FieldTransaction

CALLED = f"0x{0xC0DE:040x}"
DEEP = {
    "accounts": {CALLED: {"code": "0x5b600056"}},
    "block": {},
    "txs": [
        {
            "type": "legacy",
            "to": CALLED,
            "gas_limit": 2**40,
            "gas_price": 1000,
            "private_key": "0x" + "01" * 32,
        }
    ],
}
"""A transaction with gas for a depth of 1024 calls."""


def search(steps, seed=1, **hooks):
    made = Search(Planted(NAME), seed, hooks=Hooks(**hooks))
    for _ in range(steps):
        made.step()
    return made


def test_equal_seeds_give_equal_pools():
    one, two = search(2000), search(2000)

    assert [entry.name for entry in one.pool.entries] == [
        entry.name for entry in two.pool.entries
    ]
    assert one.pool.seen == two.pool.seen != 0


def test_pools_know_everything_their_entries_reach():
    made = search(2000)

    known = 0
    for entry in made.pool.entries:
        known |= made.target.run(entry.load()).semantic
    assert known == made.pool.seen


def test_every_input_follows_from_its_recipe(tmp_path):
    recipes = []
    target = Planted(NAME)
    folder = Folder(tmp_path)
    corpus = folder.corpus(NAME, ".bin")
    tried = []
    target_run = target.run
    target.run = lambda value: tried.append(value) or target_run(value)
    made = Search(
        target,
        3,
        hooks=Hooks(
            begin=recipes.append, keep=lambda _, content, __: corpus.add(content)
        ),
    )
    for _ in range(400):
        made.step()

    assert {recipe.making for recipe in recipes} == {Making.GENERATE, Making.MUTATE}
    for recipe, value in zip(recipes, tried, strict=True):
        assert remake(folder, target, recipe) == value


def test_recipes_whose_parts_are_gone_make_nothing(tmp_path):
    recipe = Recipe(Making.MUTATE, 1, "absent", "absent")

    assert remake(Folder(tmp_path), Planted(NAME), recipe) is None


def test_coverage_counts_counters_and_not_their_steps():
    features = (0b101 | 1 << FEATURE_BITS) << SEMANTIC_BITS | semantic("fact")

    assert covered(features) == 2


def test_distilled_corpora_reach_as_much():
    made = search(3000)
    contents = [entry.load() for entry in made.pool.entries] * 2
    kept = distil(made.target, contents)

    reached = 0
    for content in kept:
        reached |= made.target.run(content).semantic
    assert reached == made.pool.seen
    assert len(kept) < len(contents)


def test_corpora_are_addressed_by_content(tmp_path):
    corpus = Corpus(tmp_path, ".bin")
    name = corpus.add(b"one")

    assert corpus.add(b"one") == name == name_of(b"one")
    assert corpus.names() == [name]
    assert corpus.read(name) == b"one"


def test_leftovers_of_writers_are_no_inputs(tmp_path):
    corpus = Corpus(tmp_path, ".bin")
    corpus.add(b"one")
    (tmp_path / ".part-x").write_bytes(b"half")

    assert len(corpus.names()) == 1
    assert corpus.sweep() == 1


def test_archives_come_back_as_they_went(tmp_path):
    archive = tmp_path / "seeds.zip"

    assert export_zip([b"one", b"two"], ".bin", archive) == 2
    assert sorted(content for _, content in import_from(archive)) == [b"one", b"two"]


def test_slots_survive_their_process(tmp_path):
    slot = Slot(tmp_path / "slot")
    recipe = Recipe(Making.MUTATE, 7, "a" * 32, "b" * 32)
    slot.begin(9, recipe)
    slot.write(Progress(executions=5, coverage=3))
    slot.close()
    again = Slot(tmp_path / "slot")

    assert again.current().recipe == recipe
    assert again.current().iteration == 9
    assert again.progress() == Progress(executions=5, coverage=3)


def test_findings_of_the_same_meaning_have_one_name():
    one = Problem("diverge", ("a", "b"), "gas_used", "transactions[1]", "", (1, 2))
    two = Problem("diverge", ("a", "b"), "gas_used", "transactions[22]", "", (3, 4))
    later = replace(one, where="block 3 transactions[1]")
    other = Problem("diverge", ("a", "c"), "gas_used", "transactions[1]")

    assert one.name == two.name == later.name
    assert other.name != one.name


def test_a_finding_is_saved_once_and_read_back(tmp_path):
    folder = Folder(tmp_path)
    problem = Problem("diverge", ("a", "b"), "logs", "x", "y", ("1", "2"))
    finding = Finding(problem.name, NAME, problem, 1.0, 0, 5)

    assert folder.save_finding(finding, b"input", ".bin")
    assert not folder.save_finding(finding, b"other", ".bin")
    assert list(folder.findings()) == [finding]
    assert folder.input_path(finding.name).read_bytes() == b"input"


def test_minimised_inputs_show_the_same_problem():
    target = Planted(NAME)
    value = b"abqqqqqq"
    small = minimise(target, value, target.run(value).problem, 10)

    assert small == b"ab"


def test_problems_that_do_not_repeat_are_not_minimised():
    target = Planted(NAME)

    assert minimise(target, b"zzz", Problem("diverge", ("a", "b"), "x"), 1) is None


@pytest.mark.parametrize(
    ("progress", "seeing"),
    [
        (Progress(), False),
        (Progress(executions=9, rejected=9, entries=4, features=9), False),
        (Progress(executions=9, included=9, entries=1, features=9), False),
        (Progress(executions=9, included=9, entries=4, features=9), True),
        (Progress(executions=9, reverted=9, entries=4, features=9), True),
    ],
)
def test_blindness_is_noticed(progress, seeing):
    assert (blindness(progress, True) is None) == seeing
    assert blindness(progress, False) is None


def test_mutants_of_cases_can_be_written_and_read():
    values = [case(RandomSource(seed)) for seed in range(6)]
    for seed in range(300):
        source = RandomSource(seed)
        parent, donor = source.choose(values), source.choose(values)
        mutant = mutate_case(source, parent, donor)
        assert case_from_text(case_to_text(mutant)) == mutant


def test_mutated_prices_stay_words():
    source = RandomSource(11)
    made = case(source)
    context = replace(
        made.blocks[0].context,
        native_price=(1 << 256) - 1,
        pubdata_price=(1 << 256) - 1,
        eip1559_basefee=(1 << 256) - 1,
    )
    first = replace(made.blocks[0], context=context)
    top = replace(made, blocks=(first, *made.blocks[1:]))
    prices = set()
    for _ in range(2000):
        for block in mutate_case(source, top, top).blocks:
            prices |= {block.context.native_price, block.context.pubdata_price}
    assert len(prices) > 5
    assert all(0 <= price < 2**256 for price in prices)


@pytest.mark.parametrize("number", [0, 1, 2**255, 2**256 - 1])
def test_mutated_words_stay_words(number):
    changed = {mutate_number(RandomSource(seed), number) for seed in range(200)}
    assert len(changed) > 20
    assert all(0 <= word < 2**256 for word in changed)


def test_changed_code_gets_no_gas_for_minutes():
    deep = parse_case(DEEP, "case")
    limits = {False: set(), True: set()}
    for seed in range(300):
        changed = mutate_case(RandomSource(seed), deep, deep)
        for block in changed.blocks:
            kept = changed.accounts[:1] == deep.accounts
            fields = (i for i in block.transactions if isinstance(i, FieldTransaction))
            limits[kept].update(item.gas_limit for item in fields)
    assert max(limits[False]) <= MOST_GAS
    assert max(limits[True]) == 2**40


def test_mutation_is_determined_by_its_source():
    one, two = case(RandomSource(1)), case(RandomSource(2))

    mutants = [mutate_case(RandomSource(5), one, two) for _ in range(2)]
    assert mutants[0] == mutants[1]
    assert any(mutate_case(RandomSource(n), one, two) != one for n in range(5))


def test_shrinking_gives_other_cases():
    value = case(RandomSource(4))

    assert all(smaller != value for smaller in shrink_case(value))


def test_dead_code_keeps_instructions_and_moves_jumps():
    # PUSH1 4, JUMP, INVALID, JUMPDEST, STOP
    code = bytes.fromhex("600456fe5b00")
    for seed in range(60):
        longer = insert_dead_code(RandomSource(seed), code)
        starts = instructions(longer)
        target = longer[starts[0] + 1] if longer[0] == 0x60 else None
        assert len(longer) > len(code)
        if target is not None:
            assert longer[target] == 0x5B


def test_pages_name_findings_and_escape_what_they_say(tmp_path):
    folder = Folder(tmp_path / "c")
    folder.begin(Settings((NAME,), 7))
    problem = Problem("diverge", ("a", "b"), "logs", "<x>", "", ("<b>&", "2"))
    folder.save_finding(Finding(problem.name, NAME, problem, 1.0, 0, 5), b"x", ".bin")
    folder.append_history({"seconds": 5.0, "targets": {}})
    content = page(folder)

    assert f"zkos fuzz replay {problem.name}" in content
    assert "&lt;b&gt;&amp;" in content
    assert "<x>" not in content


def test_generated_inputs_depend_on_the_seed_only():
    target = Planted(NAME)
    for seed in random.Random(1).sample(range(1 << 30), 20):
        recipe = Recipe(Making.GENERATE, seed)
        assert make(target, recipe, None, None) == make(target, recipe, None, None)
