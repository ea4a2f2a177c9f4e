"""Changed builds of the OS in a moment: only the functions that changed are compiled.

All functions of the plain build are compiled once and *weak*, so that a second object
with other functions of the same names takes their places when the two are loaded
together. A change outside of functions, or one that changes how a function is called,
needs a build of everything (`quick`).
"""

import ast
import ctypes
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from differential.runners import native
from fuzz.mutants.changes import Elsewhere, changed_functions, check_signature
from fuzz.mutants.pieces import Built, Piece
from fuzz.mutants.quick import quick_code, quick_library
from fuzz.mutants.watching import WATCHED, Unplaced, Watching, constants, type_of
from zkos.compiler import cache
from zkos.compiler.arena import Arena
from zkos.compiler.assigned import check_assigned
from zkos.compiler.build import Artefact, host_key, run_llvm
from zkos.compiler.check import Checker
from zkos.compiler.codegen import object_code
from zkos.compiler.emit import X86, ModuleText
from zkos.compiler.errors import CompileError, Location
from zkos.compiler.escape import check_escapes
from zkos.compiler.frontend import DIVISION, CheckedProgram
from zkos.compiler.lower import FunctionLowering
from zkos.compiler.module import LlvmModule, lower, site_table
from zkos.compiler.native import NativeLibrary
from zkos.compiler.program import Function, Program
from zkos.compiler.recursion import check_recursion
from zkos.compiler.statements import Statements
from zkos.compiler.tree import Instance
from zkos.compiler.variant import PLAIN, Variant
from zkos.compiler.verify import Body, verify
from zkos.compiler.verify_values import BrokenTree
from zkos.lang.linkage import Patch, patched, source_path
from zkos.versions import Build, Protocol

_HEAD: Final = re.compile(r"^define internal (.*) (#\d+) \{$", re.MULTILINE)
_DEFINED: Final = re.compile(r'^define [^@]*(@"[^"]+"|@[\w.$]+)\(', re.MULTILINE)
_ENTRY: Final = re.compile(
    r'^define internal [^@\n]*(@"[^"]+")[^\n]*\{\nentry:$', re.MULTILINE
)
_SYMBOL: Final = re.compile(r'@"[^"]+"|@[\w.$]+')


ENTERED: Final = "@__entered"
"""A byte for each function of the plain program: whether it was entered."""


def workshop_of(protocol: Protocol) -> "Workshop":
    """The OS of a version, taken apart."""
    return Workshop(variant=Build(protocol).linked())


@dataclass
class Workshop:
    """The plain OS, taken apart; made once a process."""

    roots: tuple[str, ...] = (native.MODULE,)
    exports: tuple[str, ...] = (native.MAIN,)
    appendix: str = ""
    """LLVM text behind the program's own, and what of it is wanted."""
    symbols: tuple[str, ...] = ()
    variant: Variant = PLAIN
    """What the plain program is made of: another version's modules, say."""
    _tables: ModuleText = field(default_factory=lambda: ModuleText(X86))
    """Of the plain program's text."""

    @cached_property
    def checker(self) -> Checker:
        """The plain program, checked."""
        program = Program([*self.roots, DIVISION], self.variant)
        checker = Checker(program, {"DELEGATED": X86.delegated})
        for name in self.exports:
            module, _, function = name.partition(":")
            made = program.load(module).names[function]
            assert isinstance(made, Function)
            checker.instance(made, None)
        while checker.pending:
            Statements(checker, checker.pending.pop()).run()
        instances = list(checker.instances.values())
        for instance in instances:
            check_assigned(instance)
        checker.infer_raises()
        verify(instances)
        return checker

    @cached_property
    def instances(self) -> list[Instance]:
        """All functions of the plain program."""
        return list(self.checker.instances.values())

    @cached_property
    def _known(self) -> frozenset[Instance]:
        return frozenset(self.instances)

    @cached_property
    def module(self) -> LlvmModule:
        """The plain program as LLVM text."""
        checker = self.checker
        first = checker.instances
        wanted = {
            name: made
            for name in self.exports
            for made in self.instances
            if made.name == name and made in first.values()
        }
        program = CheckedProgram(wanted, None, self.instances, checker.program.errors)
        return lower(program, X86, self.variant, self._tables)

    @cached_property
    def bodies(self) -> dict[str, str]:
        """The definitions of the plain program by symbol."""
        found = {}
        text = self.module.text
        for match in _DEFINED.finditer(text):
            end = text.index("\n}", match.start())
            found[match.group(1)] = text[match.start() : end + 2]
        return found

    @cached_property
    def declarations(self) -> dict[str, str]:
        """What makes a symbol of the plain program known to another module."""
        text = self.module.text
        found = {}
        for match in _HEAD.finditer(text):
            symbol = _SYMBOL.search(match.group(1))
            assert symbol is not None
            found[symbol.group()] = f"declare {match.group(1)}"
        for line in text.splitlines():
            if line.startswith("declare "):
                symbol = _SYMBOL.search(line)
                assert symbol is not None
                found[symbol.group()] = line
            elif line.startswith("@__"):
                name, _, rest = line.partition(" = global ")
                if rest:
                    found[name] = f"{name} = external global {type_of(rest)}"
        return found

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The functions of the plain program, numbered."""
        names = [f'@"{instance.name}"' for instance in self.instances]
        return {name: number for number, name in enumerate(names)}

    @cached_property
    def base(self) -> bytes:
        """Object code of the plain program whose functions can be replaced.

        Each is optimised by itself, and notes that it was entered.
        """
        text = _ENTRY.sub(self._counted, self.module.text)
        # Nothing is inlined: what a function does must be its own.
        text = _HEAD.sub(r"define weak \1 #2 {", text)
        cells = f"{ENTERED} = global [{len(self.numbers)} x i8] zeroinitializer\n"
        text = f"{text}\n{cells}\n{self.appendix}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        name = f"{cache.key([host_key(), 'replaceable', digest])}.o"
        known = cache.load(name)
        if known is None:
            known = run_llvm(text, X86.name)
            cache.save(name, known)
        return known

    def _counted(self, head: re.Match[str]) -> str:
        number = self.numbers.get(head.group(1))
        if number is None:
            return head.group()
        cell = f"getelementptr (i8, ptr {ENTERED}, i64 {number})"
        return f"{head.group()}\n  store i8 1, ptr {cell}"

    @cached_property
    def plain(self) -> NativeLibrary:
        """The plain program."""
        return self.library()

    def build(self, patches: Sequence[Patch]) -> Built:
        """A changed build, whatever changes. Raises CompileError."""
        try:
            changed = self.functions_changed(patches)
            piece = self.piece(changed)
        except Elsewhere:
            variant = replace(self.variant, patches=tuple(patches))
            library = quick_library(self.roots, self.exports, variant)
            return Built(library, -1, ())
        return Built(self.library(piece), self.mask(changed), piece.names)

    # Changes

    def functions_changed(self, patches: Iterable[Patch]) -> dict[Function, Function]:
        """The functions that patches change, with what they become.

        Raises Elsewhere if anything else changes, CompileError for what is not Python.
        """
        changed: dict[Function, Function] = {}
        for name in {patch.module for patch in patches}:
            module = self.checker.program.modules.get(name)
            if module is None:
                raise Elsewhere(f"{name} is no part of the program")
            path = source_path(name)
            assert path is not None
            text = patched(path.read_text(), name, tuple(patches))
            try:
                tree = ast.parse(text, module.path)
            except SyntaxError as error:
                raise CompileError(
                    module.where(module.tree), f"not Python: {error.msg}"
                ) from error
            changed |= changed_functions(module, tree)
        return changed

    def piece(self, changed: Mapping[Function, Function]) -> Piece:
        """Compile changed functions alone.

        Raises CompileError if they break a rule of the language, Elsewhere if the rest
        of the program would change with them.
        """
        made = self.recheck(changed)
        text, functions = self.lowered(made)
        names = [f'@"{instance.name}"' for instance in made]
        code = quick_code(self.alone(text, functions, set(names)))
        return Piece(code, tuple(names), site_table(text))

    def library(
        self, piece: Piece | None = None, more: Sequence[str] = ()
    ) -> NativeLibrary:
        """The plain program, or the one with other functions, in the same arena.

        `more` are symbols of the other functions that are wanted.
        """
        module = self.module
        if piece is not None:
            module = replace(module, sites=[*piece.sites])
        code = piece.code if piece is not None else b""
        return NativeLibrary(
            Artefact(self.base, module),
            (ENTERED[1:], *self.symbols, *more),
            instead=code,
            arena=self.arena,
        )

    def entered(self, library: NativeLibrary) -> int:
        """The functions entered since it was asked last: bit 8 n for number n."""
        address, count = library.address(ENTERED[1:]), len(self.numbers)
        found = int.from_bytes(ctypes.string_at(address, count), "little")
        ctypes.memset(address, 0, count)
        return found

    def mask(self, functions: Iterable[Function]) -> int:
        """The bits of these functions."""
        wanted = set(functions)
        names = (f'@"{x.name}"' for x in self.instances if x.function in wanted)
        return sum(1 << 8 * self.numbers[name] for name in names)

    @cached_property
    def arena(self) -> Arena:
        """Memory for all libraries, one after the other."""
        return Arena()

    def lowered(self, made: Sequence[Instance]) -> tuple[ModuleText, list[str]]:
        """The text of functions, with trap sites numbered after the plain ones."""
        text = ModuleText(X86)
        for where, reason in self._sites():
            text.site(where, reason)
        functions = [FunctionLowering(text, instance).run() for instance in made]
        return text, functions

    def _sites(self) -> list[tuple[Location, str]]:
        """The trap sites of the plain program, which is lowered for it."""
        assert self.module is not None
        return self._tables.sites

    def alone(
        self, text: ModuleText, functions: Sequence[str], defined: set[str]
    ) -> str:
        """A module of these functions, to which all others are declared."""
        functions = [
            item.replace("define internal ", "define ", 1) for item in functions
        ]
        return self._module(text, functions, defined)

    def _module(
        self, text: ModuleText, functions: Sequence[str], defined: set[str]
    ) -> str:
        body = "\n".join(functions)
        used = set(_SYMBOL.findall(body)) - defined - set(constants(text))
        known = {**self.declarations, **text.declarations}
        declared = [known[symbol] for symbol in sorted(used) if symbol in known]
        return "\n".join([_ATTRIBUTES, *declared, *text.constants.values(), body])

    def recheck(self, changed: Mapping[Function, Function]) -> list[Instance]:
        """The instances of functions with other bodies, checked; see `piece`."""
        pairs = [
            (old, self._checked(old, changed[old.function]))
            for old in self.instances
            if old.function in changed
        ]
        if len(self.checker.instances) != len(self.instances):
            raise Elsewhere("functions are reached that were not")
        made = [new for _, new in pairs]
        if any(set(new.calls) - set(old.calls) for old, new in pairs):
            rest = [item for item in self.instances if item.function not in changed]
            check_recursion([*rest, *made])
        if any("scratch" in ast.dump(new.function.node) for new in made):
            rest = [item for item in self.instances if item.function not in changed]
            check_escapes([*rest, *made])
        return made

    def _checked(self, old: Instance, function: Function) -> Instance:
        """An instance with another body, called as before."""
        check_signature(old.function, function)
        made = Instance(function, old.name, [*old.parameters], old.result, old.owner)
        Statements(self.checker, made).run()
        check_assigned(made)
        made.raises |= any(target.raises for target in made.calls)
        if made.raises and not old.raises:
            raise Elsewhere(f"{old.name} raises now")
        made.raises = old.raises
        try:
            Body(made, self._known).run()
        except BrokenTree as error:
            raise CompileError(function.where, str(error)) from error
        return made

    # Questions about a change

    def same_code(self, changed: Mapping[Function, Function]) -> bool:
        """Whether changed functions come to the same code when they are optimised.

        With them goes what they inline; all else is only called. Where traps are in
        the source does not count.
        """
        made = self.recheck(changed)
        before = [item for item in self.instances if item.function in changed]
        return self._optimised(before) == self._optimised(made)

    def _optimised(self, functions: Sequence[Instance]) -> bytes:
        text = Unplaced(X86)
        inlined = {item.name: item for item in functions}
        pending = [*functions]
        while pending:
            for target in pending.pop().calls:
                if target.function.has("inline") and target.name not in inlined:
                    inlined[target.name] = target
                    pending.append(target)
        names = {item.name for item in functions}
        bodies = []
        for item in inlined.values():
            body = FunctionLowering(text, item).run()
            if item.name in names:
                body = body.replace("define internal ", "define ", 1)
            bodies.append(body)
        defined = {f'@"{name}"' for name in inlined}
        return object_code(self._module(text, bodies, defined), X86.name)

    def watch(self, function: Function, lines: range) -> Piece:
        """A function that notes in `WATCHED` when it comes to a line.

        Of the plain program, or changed.
        """
        text = ModuleText(X86)
        for where, reason in self._sites():
            text.site(where, reason)
        made = [item for item in self.instances if item.function is function]
        bodies = [Watching(text, item, lines).run() for item in made]
        names = {f'@"{item.name}"' for item in made}
        source = self._module(text, bodies, names).replace(
            "define internal ", "define "
        )
        cell = f"@{WATCHED} = global i8 0\n"
        return Piece(quick_code(cell + source), tuple(names), site_table(text))


_ATTRIBUTES: Final = """
attributes #0 = { nounwind noimplicitfloat }
attributes #1 = { nounwind noimplicitfloat alwaysinline }
attributes #2 = { nounwind noimplicitfloat noinline }
attributes #3 = { nounwind noimplicitfloat "no-builtins" }
attributes #4 = { nounwind noimplicitfloat noreturn cold noinline }
attributes #5 = { nounwind returns_twice }
!0 = !{!"branch_weights", i32 1, i32 100000}
!1 = !{!"branch_weights", i32 100000, i32 1}
"""
