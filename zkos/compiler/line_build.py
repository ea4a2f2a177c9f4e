"""Makes the line table of an image, from a second build that keeps the lines.

The image that runs is the plain one. The table is right for it because both builds
have the same bytes, which is checked each time.
"""

import json

from zkos.compiler import cache
from zkos.compiler.build import BuildError, Progress, compile_guest
from zkos.compiler.dwarf import read_lines
from zkos.compiler.emit import RV32
from zkos.compiler.image import Program, link_program
from zkos.compiler.lines import LineTable, stored_table, table_name
from zkos.compiler.link import LinkedImage
from zkos.compiler.variant import with_lines
from zkos.terminal.steps import step


def build_lines(program: Program, progress: Progress = step) -> LineTable:
    """The lines of a program, through the cache.

    Raises BuildError if keeping lines changes the image.
    """
    known = stored_table(program.origin)
    if known is not None:
        return known
    name = table_name(program.origin)
    with cache.locked(name):
        if cache.load(name) is None:
            progress("source lines: a second build")
            table = _compile(program, progress)
            cache.save(name, json.dumps(table.to_json()).encode())
    stored_table.cache_clear()
    made = stored_table(program.origin)
    assert made is not None
    return made


def _compile(program: Program, progress: Progress) -> LineTable:
    """Compile once more, keeping the lines."""
    origin = program.origin
    variant = with_lines(origin.variant)
    made = compile_guest(origin.roots, (), RV32, origin.main, progress, variant)
    linked = link_program(made.code)
    check_same(program.linked, linked)
    return read_lines(made.code, linked)


def check_same(plain: LinkedImage, lined: LinkedImage) -> None:
    """Raise BuildError unless code, data and their places are the same."""
    if plain == lined:
        return
    pairs = enumerate(zip(plain.image, lined.image, strict=False))
    shorter = min(len(plain.image), len(lined.image))
    address = next((i for i, (x, y) in pairs if x != y), shorter)
    name = plain.function_at(address)
    raise BuildError(
        "keeping source lines changes the image, first at "
        f"{address:#x}{f' in {name}' if name else ''}: "
        f"{len(plain.image)} bytes without, {len(lined.image)} with"
    )
