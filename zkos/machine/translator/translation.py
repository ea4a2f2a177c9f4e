"""An image translated: built through the cache, loaded, ready to be entered."""

import ctypes
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import llvmlite.binding as llvm

from zkos.compiler import cache
from zkos.compiler.build import Progress, host_key, run_llvm
from zkos.compiler.codegen import HURRIED
from zkos.compiler.native import NativeLibrary
from zkos.machine import state
from zkos.machine.image import check_image
from zkos.machine.translator import hooks
from zkos.machine.translator.context import CONTEXT_LEFT, INTERPRET, PARAMETERS
from zkos.machine.translator.discovery import WORD, Code, Region, find_regions
from zkos.machine.translator.region import RegionText, function_name
from zkos.terminal.steps import step

CHUNK_INSTRUCTIONS: Final = 6000
"""What LLVM is given at a time: small modules are compiled in parallel."""
Compile = Callable[[str], bytes]
"""LLVM text to object code."""
_FILL: Final = "fill"
_FOLDER: Final = "zkos/machine/translator"
_ROOTS: Final = tuple(
    str(cache.PACKAGE / place)
    for place in ("zkos/machine/decode.py", "zkos/compiler/codegen.py")
)
"""Sources outside the folder that make a translation what it is."""
_HEAD: Final = """
attributes #0 = { nounwind noimplicitfloat }
!0 = !{!"branch_weights", i32 1, i32 100000}
"""
_MISSING: Final = f"""
define internal fastcc i32 @missing({PARAMETERS}) #0 {{
  %cell = getelementptr i8, ptr %x, i64 {CONTEXT_LEFT}
  store i64 %given, ptr %cell
  ret i32 {INTERPRET}
}}

define void @{_FILL}(ptr %table, i64 %words) #0 {{
entry:
  br label %next
next:
  %i = phi i64 [0, %entry], [%j, %next]
  %cell = getelementptr ptr, ptr %table, i64 %i
  store ptr @missing, ptr %cell
  %j = add i64 %i, 1
  %more = icmp ult i64 %j, %words
  br i1 %more, label %next, label %end
end:
  ret void
}}
"""
"""Fills the whole table with a function that leaves its region to the interpreter."""


class Translation:
    """The code of an image as functions of this process."""

    _loaded = 0

    def __init__(
        self, image: bytes, regions: Sequence[Region], objects: Iterable[bytes]
    ) -> None:
        self._size: Final = len(image)
        self._parts: Final = [
            (start, image[start:end]) for start, end in _joined(regions)
        ]
        self.table: Final = (ctypes.c_uint64 * (len(image) // WORD))()
        """The function of each region at the word where it starts."""
        target = llvm.Target.from_default_triple()
        self._jit: Any = llvm.create_lljit_compiler(
            target.create_target_machine(jit=True)
        )
        self._alive = [self._load(content) for content in objects]

    def _load(self, content: bytes) -> Any:
        Translation._loaded += 1
        builder = llvm.JITLibraryBuilder().add_object_img(content)
        builder.export_symbol(_FILL)
        tracker = builder.link(self._jit, f"translated{Translation._loaded}")
        prototype = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64)
        prototype(tracker[_FILL])(ctypes.addressof(self.table), len(self.table))
        return tracker

    def fits(self, image: bytes) -> bool:
        """Whether an image has the same code; its data may be another."""
        return len(image) == self._size and all(
            image.startswith(part, start) for start, part in self._parts
        )


def translate_image(
    image: bytes,
    library: NativeLibrary,
    progress: Progress = step,
    compile_text: Compile | None = None,
) -> Translation:
    """Translate, or take what an earlier translation left in the cache.

    `library` decodes the image; `compile_text` replaces the cache and LLVM in child
    processes. Raises `ImageError`.
    """
    check_image(image)
    if compile_text is not None:
        regions = _regions(image, library)
        return Translation(
            image, regions, map(compile_text, _modules(image, library, regions))
        )
    name = _name(image)
    with cache.locked(name):
        known = _stored(image, name)
        if known is not None:
            return known
        regions = _regions(image, library)
        texts = list(_modules(image, library, regions))
        progress(f"translating {len(image) // 1000} kB of RV32 code to x86-64")
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            objects = list(pool.map(lambda text: run_llvm(text, HURRIED), texts))
        for number, content in enumerate(objects):
            cache.save(f"{name}.{number}.o", content)
        bounds = [(region.start, region.end) for region in regions]
        about = {"objects": len(objects), "regions": bounds}
        cache.save(f"{name}.json", json.dumps(about).encode())
    return Translation(image, regions, objects)


def is_translated(image: bytes) -> bool:
    """Whether the cache has the translation of an image, whole."""
    return _load(_name(image)) is not None


def _name(image: bytes) -> str:
    digest = hashlib.sha256(image).hexdigest()
    return cache.key(["translation", host_key(), digest], _ROOTS, [_FOLDER])


def _stored(image: bytes, name: str) -> Translation | None:
    known = _load(name)
    return None if known is None else Translation(image, *known)


def _load(name: str) -> tuple[list[Region], list[bytes]] | None:
    """Regions and objects of a translation, if the cache has all of it."""
    content = cache.load(f"{name}.json")
    if content is None:
        return None
    about = json.loads(content)
    objects = [cache.load(f"{name}.{n}.o") for n in range(about["objects"])]
    whole = [item for item in objects if item is not None]
    if len(whole) < len(objects):
        return None
    return [Region(*bounds) for bounds in about["regions"]], whole


def _decoded(image: bytes, library: NativeLibrary) -> Code:
    entries = bytearray(2 * len(image))
    library.call(hooks.DECODE_IMAGE, image, entries, int(state.PROFILE_SIMULATOR))
    return Code(memoryview(entries).cast("Q"))


def _regions(image: bytes, library: NativeLibrary) -> list[Region]:
    return find_regions(_decoded(image, library), image)


def _modules(
    image: bytes, library: NativeLibrary, regions: Sequence[Region]
) -> Iterator[str]:
    """The texts to compile: what fills the table first, then some regions each."""
    code = _decoded(image, library)
    yield _HEAD + _MISSING
    for chunk in _chunks(regions):
        starts = frozenset(region.start for region in chunk)
        bodies = [RegionText(code, region, starts).run() for region in chunk]
        yield "\n".join([_HEAD, *bodies, _fill(starts)])


def _chunks(regions: Sequence[Region]) -> Iterator[list[Region]]:
    chunk: list[Region] = []
    size = 0
    for region in regions:
        chunk.append(region)
        size += (region.end - region.start) // WORD
        if size >= CHUNK_INSTRUCTIONS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _fill(starts: Iterable[int]) -> str:
    """The function that puts those of a module into the table."""
    lines = [f"define void @{_FILL}(ptr %table, i64 %words) #0 {{"]
    for start in sorted(starts):
        cell = f"%c{start:x}"
        lines.append(f"  {cell} = getelementptr i8, ptr %table, i64 {2 * start}")
        lines.append(f"  store ptr {function_name(start)}, ptr {cell}")
    return "\n".join([*lines, "  ret void", "}"])


def _joined(regions: Sequence[Region]) -> Iterator[tuple[int, int]]:
    """The regions without the borders between neighbours."""
    start = end = 0
    for region in regions:
        if region.start != end:
            if end > start:
                yield start, end
            start = region.start
        end = region.end
    yield start, end
