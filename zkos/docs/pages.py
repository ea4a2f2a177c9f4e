"""Pages made from the source: commands, interfaces of the guest, pages kept elsewhere.

MkDocs runs this module as a hook (`site/mkdocs.yml`); `builders` needs no MkDocs.
"""

import ast
import html
import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import typer

from zkos.cli.commands import COMMANDS

ROOT: Final = Path(__file__).resolve().parents[2]
GUEST: Final = ROOT / "zkos" / "guest"
COPIED: Final = {
    "cases.md": "corpora/README.md",
    "language.md": "zkos/lang/README.md",
    "guest-readme.md": "zkos/guest/README.md",
    "references.md": "differential/README.md",
    "fuzzers.md": "fuzz/README.md",
    "adversary.md": "fuzz/adversary/README.md",
    "mutants.md": "fuzz/mutants/README.md",
    "changelog.md": ".github/CHANGELOG.md",
    "contributing.md": ".github/CONTRIBUTING.md",
}
"""Pages of the site that are files of the repository, as they are."""
FIVE_COMMANDS: Final = "Five commands to a real difference"
"""Heading of the README's section that is a page of its own."""
_HELP: Final = ["-h", "--help"]
_HIDDEN: Final = ("install_completion", "show_completion")


COMMANDS_TITLE: Final = "Commands"
"""Entry of the navigation that the commands stand under."""


def builders() -> dict[str, Callable[[], str]]:
    """What makes each page that is not written by hand, by its path in the site."""
    made: dict[str, Callable[[], str]] = {
        page: partial(_copy, source) for page, source in COPIED.items()
    }
    made["five-commands.md"] = five_commands_page
    made["python.md"] = notebook_page
    made["guest.md"] = guest_page
    made["commands/index.md"] = commands_page
    for name in COMMANDS:
        made[f"commands/{name}.md"] = partial(command_page, name)
    return made


def _copy(source: str) -> str:
    return (ROOT / source).read_text()


def five_commands_page() -> str:
    """The README's section for those who have five minutes."""
    return section(_copy("README.md"), FIVE_COMMANDS)


def notebook_page() -> str:
    """The notebook about Python, as text and code."""
    notebook = json.loads(_copy("zkos/docs/notebooks/python.ipynb"))
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        is_code = cell["cell_type"] == "code"
        parts.append(f"```python\n{source}\n```" if is_code else source)
    return "\n\n".join(parts) + "\n"


def section(text: str, heading: str) -> str:
    """A section of a Markdown text as a page. Raises ValueError if there is none."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if found is None:
        raise ValueError(f"no section is called {heading!r}")
    return f"# {heading}\n{found[1]}"


# Commands: the help of typer, as it is shown by `--help`.


def load_command(name: str) -> Any:
    """The click command behind `zkos NAME`."""
    module = importlib.import_module(COMMANDS[name].module)
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False)
        app.command(name)(module.command)
    return typer.main.get_command(app)


def commands_page() -> str:
    """All commands with a line about each."""
    rows = [
        f"| [`zkos {name}`]({name}.md) | {command.summary} |"
        for name, command in COMMANDS.items()
    ]
    table = ["| command | what |", "|---|---|", *rows]
    return "\n".join(["# Commands", "", *table, ""])


def command_page(name: str) -> str:
    """The help of a command and of those below it."""
    return "\n".join(_command(load_command(name), f"zkos {name}", 1))


def summary(command: Any) -> str:
    """The first sentence of a command's help, fit for a cell."""
    first = (command.help or "").strip().split("\n\n")[0]
    return _cell(first)


def _command(command: Any, path: str, depth: int) -> Iterator[str]:
    context = command.context_class(command, info_name=path, help_option_names=_HELP)
    usage = " ".join(command.collect_usage_pieces(context))
    yield from ("#" * depth + f" {path}", "", f"    {path} {usage}", "")
    if command.help:
        yield from (_text(command.help), "")
    for kind, title in (("argument", "Arguments"), ("option", "Options")):
        rows = [
            _parameter(parameter, context)
            for parameter in command.get_params(context)
            if parameter.param_type_name == kind and parameter.name not in _HIDDEN
        ]
        if rows:
            yield from (f"| {title.lower()} | meaning |", "|---|---|", *rows, "")
    for name, below in sorted(getattr(command, "commands", {}).items()):
        yield from _command(below, f"{path} {name}", depth + 1)


def _parameter(parameter: Any, context: Any) -> str:
    record = parameter.get_help_record(context)
    names, text = record or (parameter.human_readable_name, "")
    code = html.escape(names).replace("|", "&#124;")
    return f"| <code>{code}</code> | {_cell(_text(text))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _text(text: str) -> str:
    """Help as Markdown: what looks like a tag or a link is neither."""
    parts = re.split(r"(`[^`]*`)", text.replace("\b", ""))
    return "".join(
        part
        if part.startswith("`")
        else re.sub(r"([\[\]*_])", r"\\\1", html.escape(part))
        for part in parts
    )


# The guest: names, signatures and first sentences, from the syntax tree.


def guest_page() -> str:
    """The public classes and functions of the guest's packages."""
    lines = ["# The guest, module by module", ""]
    lines += ["Made from the source. What each method charges is in the specification."]
    for package in sorted(path.parent for path in GUEST.rglob("__init__.py")):
        name = ".".join(package.relative_to(ROOT).parts)
        lines += ["", f"## {name}", "", _first(package / "__init__.py")]
        for path in sorted(package.glob("*.py")):
            if path.name != "__init__.py":
                lines += _module(path)
    return "\n".join([*lines, ""])


def _first(path: Path) -> str:
    return _sentence(ast.parse(path.read_text()))


def _module(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    yield from ("", f"### {path.stem}", "", _sentence(tree))
    shown = [line for node in tree.body for line in _definition(node)]
    if shown:
        yield from ("", "```python", *shown, "```")


def _definition(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
        yield _signature(node)
    if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
        yield f"class {node.name}:"
        for item in node.body:
            if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
                yield f"    {_signature(item)}"


def _signature(node: ast.FunctionDef) -> str:
    result = "" if node.returns is None else f" -> {ast.unparse(node.returns)}"
    line = f"def {node.name}({ast.unparse(node.args)}){result}"
    says = _sentence(node)
    return f"{line}  # {says}" if says else line


def _sentence(node: ast.Module | ast.FunctionDef) -> str:
    """The first paragraph of a docstring."""
    text = (ast.get_docstring(node) or "").split("\n\n")[0]
    return " ".join(text.split())


# MkDocs calls these.


def on_config(config: Any) -> Any:
    """List the pages of the commands in the navigation."""
    for entry in config.nav:
        if COMMANDS_TITLE in entry:
            entry[COMMANDS_TITLE] += [
                {f"zkos {name}": f"commands/{name}.md"} for name in COMMANDS
            ]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages to a site."""
    from mkdocs.structure.files import File

    for page, build in builders().items():
        files.append(File.generated(config, page, content=build()))
    return files


def main() -> None:
    """Print one generated page, or the names of all."""
    made = builders()
    wanted = sys.argv[1:2]
    sys.stdout.write(made[wanted[0]]() if wanted else "\n".join([*made, ""]))


if __name__ == "__main__":
    main()
