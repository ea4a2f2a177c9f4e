"""The documentation: every page is there, and what is made from the source is made."""

import re
from pathlib import Path

import pytest

from zkos.cli.commands import COMMANDS
from zkos.docs import pages

DOCS = pages.ROOT / "zkos" / "docs"
CONFIG = DOCS / "site" / "mkdocs.yml"
WRITTEN = {
    path.relative_to(DOCS).as_posix(): path.read_text() for path in DOCS.rglob("*.md")
}
THERE = WRITTEN.keys() | pages.builders().keys()


def test_navigation_lists_every_page_once():
    listed = re.findall(r"[\w/.-]+\.md\b", CONFIG.read_text().split("\nnav:")[1])
    below = {f"commands/{name}.md" for name in COMMANDS}  # added by the hook
    assert sorted(listed) == sorted(THERE - below)


@pytest.mark.parametrize("page", WRITTEN)
def test_links_lead_to_pages(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", WRITTEN[page]):
        path = (DOCS / page).parent.joinpath(target).resolve()
        inside = path.relative_to(DOCS).as_posix()
        assert path.is_file() or inside in THERE, target


@pytest.mark.parametrize("page", pages.COPIED)
def test_pages_kept_elsewhere_have_a_title(page):
    assert pages.builders()[page]().startswith("# ")


def test_files_named_by_the_recipes_exist():
    text = WRITTEN["maintainers.md"]
    for name in re.findall(r"`((?:zkos|fuzz|differential|tests|corpora)/[^`]*)`", text):
        if not re.search(r"[A-Z]{3}|\s", name.removesuffix("README.md")):
            assert (pages.ROOT / name).exists(), name


def test_five_commands_are_the_readme_s():
    page = pages.five_commands_page()
    assert page.startswith(f"# {pages.FIVE_COMMANDS}\n")
    assert page.count("\n    ") >= 5


def test_section_that_is_missing_is_an_error():
    with pytest.raises(ValueError, match="no section is called 'Elsewhere'"):
        pages.section("# Title\n## Here\ntext\n", "Elsewhere")


def test_guest_page_has_what_modules_offer():
    page = pages.guest_page()
    assert "## zkos.guest.state\n" in page
    assert re.search(r"### io\n.*?class Io:.*? def read_account\(", page, re.S)
    assert "def _" not in page


@pytest.mark.parametrize("name", COMMANDS)
def test_command_pages_are_the_help(name):
    page = pages.command_page(name)
    assert page.startswith(f"# zkos {name}\n")
    assert "-h, --help" in page
    assert page.count("| meaning |") >= 1


def test_help_that_looks_like_markup_is_inert():
    assert pages._text("*a* <b> `<c>`") == r"\*a\* &lt;b&gt; `<c>`"


def test_site_needs_no_network(tmp_path: Path):
    mkdocs = pytest.importorskip("mkdocs.commands.build")
    pytest.importorskip("material")
    from mkdocs.config import load_config

    mkdocs.build(load_config(str(CONFIG), site_dir=str(tmp_path)))

    built = list(tmp_path.rglob("*.html"))
    assert len(built) > len(COMMANDS)
    for path in built:
        assert not re.search(r"""(src|href)=["']https?://""", path.read_text()), path
