"""What a cell of a notebook depends on: the statements above it without which it would not run.

They are found by names, from the last statement upwards: whatever gives a needed name its value, or
changes that value, is needed, and so are the names that it reads. A name that a function reads may
get its value later than the function, so such a name is needed everywhere above the cell.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

COMPREHENSIONS = ("listcomp", "setcomp", "dictcomp", "genexpr")
"""Functions, for Python, that run where they stand."""

INNER = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
"""What has names of its own."""

LIBRARY = "lessons_lib"
"""What is taken from here changes nothing that is handed to it."""


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement that is not inside another one.

    Parameters
    ----------
    cell : str
        The id of its cell.
    node : ast.stmt
        The statement.
    """

    cell: str
    node: ast.stmt

    @property
    def source(self) -> str:
        """The statement as Python."""
        return ast.unparse(self.node)

    @cached_property
    def bound(self) -> frozenset[str]:
        """Names that get a value, or may get one."""
        return frozenset(bound_by(self.node))

    @cached_property
    def replaced(self) -> frozenset[str]:
        """Names that certainly get a new value, so that the old one is needed no more."""
        return frozenset(replaced_by(self.node))

    @cached_property
    def changed(self) -> frozenset[str]:
        """Names whose value is perhaps changed in its place."""
        return frozenset(changed_by(self.node))

    @cached_property
    def read(self) -> frozenset[str]:
        """Names of which it reads a value that they had before."""
        return frozenset(read_by(self.node))

    @cached_property
    def read_later(self) -> frozenset[str]:
        """Names that are read when a function is called that it defines."""
        return frozenset(loaded(self.node, later=True))

    @property
    def makes_generator(self) -> bool:
        """Whether it makes a generator of random numbers, which every use moves on."""
        value = self.node.value if isinstance(self.node, ast.Assign) else None
        return isinstance(value, ast.Call) and ast.unparse(value.func).endswith("default_rng")

    @property
    def from_library(self) -> frozenset[str]:
        """Names that it takes from the course's library."""
        module = getattr(self.node, "module", None) or ""
        own = isinstance(self.node, ast.ImportFrom) and module.split(".")[0] == LIBRARY
        return self.bound if own else frozenset()


def needed_for(last: Statement, above: Sequence[Statement]) -> list[Statement]:
    """Return the statements above one that it depends on, in their order."""
    generators = {name for each in above if each.makes_generator for name in each.bound}
    library = {name for each in above for name in each.from_library}
    anywhere = set(last.read_later)
    while True:
        wanted, found = last.read | anywhere, []
        for each in reversed(above):
            drawing = root_of_call(each.node) in library
            changed = set() if drawing else (each.changed | each.read & generators) - library
            if (each.bound | changed) & wanted:
                found.append(each)
                wanted = wanted - each.replaced | each.read | anywhere
        late = anywhere.union(*(each.read_later for each in found))
        if late == anywhere:
            return found[::-1]
        anywhere = late


# --- What a statement does with names -------------------------------------------------------------


def bound_by(node: ast.stmt) -> Iterator[str]:
    """Name what a statement gives a value, wherever in it, but not what functions keep inside."""
    for each in outside(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id
        elif isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield each.name
        elif isinstance(each, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in each.names)


def replaced_by(node: ast.stmt) -> Iterator[str]:
    """Name what a statement gives a new value in any case."""
    kinds = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    if isinstance(node, kinds):
        yield from bound_by(node)


def read_by(node: ast.stmt) -> set[str]:
    """Return the names of which a statement reads a value that they had before it."""
    if isinstance(node, ast.For):
        inside = read_by_block(node.body) - set(names_in(node.target))
        return set(loaded(node.iter)) | inside | read_by_block(node.orelse)
    if isinstance(node, ast.If | ast.While):
        return set(loaded(node.test)) | read_by_block(node.body) | read_by_block(node.orelse)
    if isinstance(node, ast.With):
        opened = {name for item in node.items for name in loaded(item.context_expr)}
        given = {
            n for item in node.items if item.optional_vars for n in names_in(item.optional_vars)
        }
        return opened | (read_by_block(node.body) - given)
    return set(loaded(node))


def read_by_block(block: Iterable[ast.stmt]) -> set[str]:
    """Return the names of which statements in a row read a value from before the first."""
    found: set[str] = set()
    replaced: set[str] = set()
    for node in block:
        found |= read_by(node) - replaced
        replaced |= set(replaced_by(node))
    return found


def changed_by(node: ast.stmt) -> Iterator[str]:
    """Name what a statement may change in its place.

    That is what it assigns to a part of, what it calls a method of for nothing but its effect, and
    what it hands over in such a call. What is printed is not changed.
    """
    for each in outside(node):
        if isinstance(each, ast.AugAssign):
            yield from names_in(each.target)
        elif isinstance(each, ast.Subscript | ast.Attribute) and not isinstance(each.ctx, ast.Load):
            yield root_of(each)
        elif isinstance(each, ast.Expr) and isinstance(each.value, ast.Call):
            call = each.value
            if root_of(call.func) != "print":
                given = [*call.args, *(keyword.value for keyword in call.keywords)]
                yield from map(root_of, [call.func, *given])


def root_of_call(node: ast.stmt) -> str:
    """Name what a statement calls that is nothing but a call: `figures` of `figures.curves(…)`."""
    called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    return root_of(node.value.func) if called else ""  # type: ignore[attr-defined]


def root_of(node: ast.expr) -> str:
    """Name the variable that a place such as `a.b[0]` belongs to."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def names_in(node: ast.expr) -> Iterator[str]:
    """Name the variables in the target of an assignment."""
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def loaded(node: ast.AST, *, later: bool = False) -> Iterator[str]:
    """Name the variables of the notebook that code reads; `later`, those in functions alone."""
    tables = [symtable.symtable(ast.unparse(node), "<cell>", "exec")]
    for table in tables:  # which grows
        inner = table.get_type() == "function" and table.get_name() not in COMPREHENSIONS
        children = table.get_children()
        if later and inner:
            children = []
            yield from (name for each in below(table) for name in globals_in(each))
        elif not later:
            yield from globals_in(table)
        tables += children


def below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Give a scope and all scopes in it."""
    yield table
    for child in table.get_children():
        yield from below(child)


def globals_in(table: symtable.SymbolTable) -> Iterator[str]:
    """Name the variables of the notebook that a scope reads."""
    module = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (module or symbol.is_global()):
            yield symbol.get_name()


def outside(node: ast.AST) -> Iterator[ast.AST]:
    """Give a node and all in it that has no names of its own."""
    yield node
    if not isinstance(node, INNER):
        for inside in ast.iter_child_nodes(node):
            yield from outside(inside)
