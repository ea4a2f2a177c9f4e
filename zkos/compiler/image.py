"""Program images: guest modules compiled and linked for the RV32IM machine."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from zkos.compiler import cache
from zkos.compiler.build import Origin, Progress, artefact_name, build
from zkos.compiler.emit import RV32
from zkos.compiler.lines import LineTable
from zkos.compiler.link import LinkedImage, link
from zkos.compiler.variant import PLAIN, Variant
from zkos.terminal.steps import step

OPTION_WORDS: Final = 4


@dataclass(frozen=True)
class Program:
    """A linked image whose option words can be set, and what explains it."""

    linked: LinkedImage
    sites: list[tuple[str, int, int, str]]
    origin: Origin
    _images: dict[tuple[int, ...], bytes] = field(default_factory=dict)

    def image(self, options: Sequence[int] = ()) -> bytes:
        """The bytes of the image with these option words; the same object each time."""
        words = tuple([*options, *[0] * OPTION_WORDS][:OPTION_WORDS])
        made = self._images.get(words)
        if made is None:
            made = self._images[words] = self._with(words)
        return made

    def _with(self, words: Sequence[int]) -> bytes:
        start = self.linked.symbols["__options"]
        content = b"".join(word.to_bytes(4, "little") for word in words)
        image = self.linked.image
        return image[:start] + content + image[start + len(content) :]


def build_program(
    roots: Sequence[str],
    main: str,
    progress: Progress = step,
    variant: Variant = PLAIN,
) -> Program:
    """Compile and link the program that starts at the function `main`."""
    artefact = build(roots, (), RV32, main, progress, variant)
    origin = Origin(tuple(roots), main, variant)
    name = artefact_name(roots, (), RV32, main, variant) + ".linked"
    known = cache.load(name)
    if known is None:
        linked = link_program(artefact.code)
        cache.save(name, linked.to_bytes())
    else:
        linked = LinkedImage.from_bytes(known)
    return Program(linked, artefact.module.sites, origin)


def link_program(code: bytes) -> LinkedImage:
    """Link an object, with room for the option words."""
    return link(code, {"__options": [0] * OPTION_WORDS}, relaxed=True)


def symbol_table(program: Program, lines: LineTable) -> str:
    """JSON of functions, trap sites and lines, to read traces of the image by."""
    content = {
        "functions": program.linked.functions,
        "sites": program.sites,
        "lines": lines.to_json(),
    }
    return json.dumps(content)
