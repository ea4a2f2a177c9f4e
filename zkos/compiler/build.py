"""Builds object code from guest modules, through the cache."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

import llvmlite.binding as llvm

from zkos.compiler import cache
from zkos.compiler.codegen import HURRIED
from zkos.compiler.emit import Target
from zkos.compiler.module import Export, LlvmModule, translate
from zkos.compiler.variant import PLAIN, Variant
from zkos.lang.linkage import source_path
from zkos.terminal.steps import step

HURRY: Final = "ZKOS_HURRY"
"""Environment variable: if set, only plain builds are optimised in full.

The others are compiled in a fifth of the time and run more slowly, which is what tests
want. Images are not touched by it: their cycles are those of every build.
"""
Progress = Callable[[str], None]


class BuildError(Exception):
    """LLVM failed on our text: a fault of the compiler, not of the guest."""


@dataclass(frozen=True)
class Artefact:
    """Object code, and its module without the text."""

    code: bytes
    module: LlvmModule


@dataclass(frozen=True)
class Origin:
    """What an image is compiled from."""

    roots: tuple[str, ...]
    main: str
    variant: Variant = PLAIN


def artefact_name(
    roots: Sequence[str],
    exports: Sequence[str],
    target: Target,
    main: str,
    variant: Variant,
    appendix: str = "",
) -> str:
    """What a build is called in the cache: a hash of all it depends on."""
    variant = _compiled(variant, target)
    host = host_key() if target.pointer_bytes == 8 else ""
    bound = [module for _, module in variant.bindings]
    paths = map(source_path, (*roots, *bound))
    files = [str(path) for path in paths if path is not None]
    parts = [target.name, host, variant.key(), main, appendix]
    parts += [*roots, *exports]
    return cache.key(parts, files)


def build(
    roots: Sequence[str],
    exports: Sequence[str],
    target: Target,
    main: str = "",
    progress: Progress = step,
    variant: Variant = PLAIN,
    appendix: str = "",
) -> Artefact:
    """Object code of everything reachable from `exports` and `main`.

    `appendix` is LLVM text behind the guest's own. Raises CompileError for a fault in
    the guest source, BuildError if LLVM fails.
    """
    name = artefact_name(roots, exports, target, main, variant, appendix)
    known = _stored(name)
    if known is not None:
        return known
    with cache.locked(name):
        known = _stored(name)
        if known is not None:
            return known
        made = compile_guest(roots, exports, target, main, progress, variant, appendix)
        cache.save(f"{name}.o", made.code)
        cache.save(f"{name}.json", _to_json(made.module))
    return made


def compile_guest(
    roots: Sequence[str],
    exports: Sequence[str],
    target: Target,
    main: str,
    progress: Progress,
    variant: Variant,
    appendix: str = "",
) -> Artefact:
    """The same as `build`, without the cache."""
    progress(f"{target.name}: checking and lowering")
    module = translate(roots, exports, target, main, variant)
    size = len(module.text) // 1000
    progress(f"{target.name}: optimising {size} kB of LLVM text")
    hurried = _compiled(variant, target).hurried
    code = run_llvm(module.text + appendix, HURRIED if hurried else target.name)
    return Artefact(code, module)


def _compiled(variant: Variant, target: Target) -> Variant:
    """The variant with how much it is optimised."""
    if target.pointer_bytes != 8:
        return replace(variant, hurried=False)
    asked = variant != PLAIN and os.environ.get(HURRY, "") not in ("", "0")
    return replace(variant, hurried=variant.hurried or asked)


def host_key() -> str:
    """What code for this machine depends on."""
    features = llvm.get_host_cpu_features().flatten()
    return f"{llvm.get_host_cpu_name()} {features}"


def _stored(name: str) -> Artefact | None:
    """What an earlier build left in the cache."""
    known = cache.load(f"{name}.json")
    code = cache.load(f"{name}.o")
    if known is None or code is None:
        return None
    return Artefact(code, _from_json(known))


def run_llvm(text: str, target: str) -> bytes:
    """Translate in a child process."""
    done = subprocess.run(
        [sys.executable, "-m", "zkos.compiler.codegen", target],
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise BuildError(f"LLVM failed: {reason[-1] if reason else done.returncode}")
    return done.stdout


def _to_json(module: LlvmModule) -> bytes:
    content = asdict(module)
    del content["text"]
    return json.dumps(content).encode()


def _from_json(content: bytes) -> LlvmModule:
    known = json.loads(content)
    exports = {
        name: Export(e["symbol"], e["parameters"], [(k, o) for k, o in e["results"]])
        for name, e in known["exports"].items()
    }
    sites = [(p, line, column, reason) for p, line, column, reason in known["sites"]]
    errors = {int(code): name for code, name in known["errors"].items()}
    places = [(path, line) for path, line in known["places"]]
    return LlvmModule(
        "", exports, sites, errors, known["counters"], places, known["reached"]
    )
