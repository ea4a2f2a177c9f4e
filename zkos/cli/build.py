"""`zkos build`: compiles the OS and says what came out."""

import hashlib
import time
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from zkos.cli import options as opt
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.terminal.console import output, say, write_json
from zkos.terminal.errors import UserError
from zkos.terminal.progress import progress
from zkos.versions import DEFAULT, Build, Fork, Instance


class Target(Enum):
    """What can be compiled."""

    NATIVE = "native"
    RISCV = "riscv"
    MACHINE = "machine"
    """The machine that runs images, for x86-64."""


class Show(Enum):
    """What there is to see of a function."""

    TREE = "tree"
    """Its typed tree, as the checker made it."""
    LLVM = "llvm"
    """Its LLVM text, before it is optimised."""


def command(
    function: Annotated[
        str | None,
        typer.Argument(
            metavar="[FUNCTION]",
            help="With --show: `module:function`, or an end of that.",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        list[Target] | None,
        typer.Option(help="What to build; repeatable.", show_default="all"),
    ] = None,
    profile: opt.ProfileOption = Profile.PRODUCTION,
    quirks: opt.QuirksOption = Quirks.NONE,
    mode: opt.ModeOption = Mode.PROVING,
    report: Annotated[
        bool, typer.Option("--report", help="Let the image report receipts and diffs.")
    ] = False,
    output_folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="The folder to write.",
            show_default=False,
        ),
    ] = None,
    symbols: Annotated[
        bool,
        typer.Option("--symbols", help="Also write its functions and lines (JSON)."),
    ] = False,
    json: opt.JsonOption = False,
    protocol: opt.ProtocolOption = DEFAULT,
    instance: opt.InstanceOption = Instance.ZK,
    fork: opt.ForkOption = Fork.OSAKA,
    show: Annotated[
        Show | None,
        typer.Option(
            help="Print what one function becomes, and build nothing.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Compile the OS for x86-64 and RV32IM, and the RV32IM machine.

    Profile, quirks and mode are words of the image, not separate compilations; the
    protocol version is one.
    """
    if (show is None) != (function is None):
        raise UserError("--show and a function go together")
    options = RunOptions(
        profile,
        mode,
        quirks,
        report=report,
        protocol=protocol,
        instance=instance,
        fork=fork,
    )
    if show is not None and function is not None:
        for item in target or [Target.RISCV]:
            say(_shown(show, function, item, options.build()), to=output())
        return 0
    if symbols and output_folder is None:
        raise UserError("--symbols needs --output")
    for item in target or Target:
        started = time.perf_counter()
        artefact, table = _build(item, options, symbols)
        seconds = time.perf_counter() - started
        row: dict[str, Any] = {
            "target": item.value,
            "bytes": len(artefact),
            "sha256": hashlib.sha256(artefact).hexdigest(),
            "seconds": round(seconds, 3),
        }
        if output_folder is not None:
            row["file"] = _write(output_folder, _file_name(item, profile), artefact)
            if symbols and table is not None:
                file = f"{_file_name(item, profile)}.symbols.json"
                row["symbols"] = _write(output_folder, file, table.encode())
        if json:
            write_json(row)
        else:
            say("  ".join(f"{key} {value}" for key, value in row.items()), to=output())
    return 0


def _shown(show: Show, function: str, target: Target, build: Build) -> str:
    """The tree or the text of a function of a target."""
    from zkos.compiler.emit import RV32, X86
    from zkos.compiler.errors import CompileError
    from zkos.compiler.frontend import check_program
    from zkos.compiler.module import lower
    from zkos.compiler.show import NoFunction, find_function, llvm_text, tree_text
    from zkos.machine.translator.hooks import DECODE_IMAGE, INTERPRETER, RUN

    root, exports, code, main = build.entry, [build.main], X86, ""
    if target is Target.MACHINE:
        root, exports = INTERPRETER, [RUN, DECODE_IMAGE]
    elif target is Target.RISCV:
        exports, code, main = [], RV32, build.main
    variant = build.linked()
    try:
        program = check_program([root], exports, code, main, variant)
        found = find_function(program, function)
    except (CompileError, NoFunction) as error:
        raise UserError(str(error)) from error
    if show is Show.TREE:
        return tree_text(found)
    return llvm_text(lower(program, code, variant), found.name)


def _build(
    target: Target, options: RunOptions, symbols: bool
) -> tuple[bytes, str | None]:
    """The file's content and, of an image and if wanted, its symbol table."""
    from differential import artefacts, image_artefacts
    from zkos.compiler.build import BuildError
    from zkos.compiler.errors import CompileError
    from zkos.compiler.image import symbol_table
    from zkos.compiler.line_build import build_lines

    build = options.build()
    with progress() as show:
        try:
            if target is Target.NATIVE:
                return artefacts.native_object(show, build), None
            if target is Target.MACHINE:
                return image_artefacts.machine_object(show), None
            program = image_artefacts.program(show, build)
            image = program.image((options.word(),))
            if not symbols:
                return image, None
            return image, symbol_table(program, build_lines(program, show))
        except (CompileError, BuildError) as error:
            raise UserError(str(error)) from error


def _file_name(target: Target, profile: Profile) -> str:
    if target is Target.RISCV:
        return f"zkos_{profile.value}.bin"
    return f"zkos_{target.value}.o"


def _write(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    return str(path)
