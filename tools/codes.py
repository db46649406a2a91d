"""Collects every refusal and every problem code from the source, without running it.

A code must be readable from the text: a literal, a name that the same function or module sets to
literals, an argument that callers within the same file fill with literals, or one whose type is a
Literal of that file. What cannot be read so is itself a fault, because nobody could list it either.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

REFUSALS = {
    "Refusal": 422,
    "NotFound": 404,
    "NotAllowed": 403,
    "NotSignedIn": 401,
    "SignInNeeded": 401,
    "SecondFactorNeeded": 403,
    "TooOften": 429,
    "Malformed": 400,
    "Broken": 500,
    "NotNow": 503,
    "TooLarge": 413,
    "TooSlow": 408,
    "LengthMissing": 411,
}
PROBLEM = "Problem"
# What a refusal says of itself; every other keyword fills its sentence.
OWN_KEYWORDS = {"way_out", "field", "problems", "again_after"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Raised:
    """One place that makes a refusal or a problem; `params` is None where it cannot be read."""

    kind: str
    code: str
    where: str
    params: frozenset[str] | None
    sentence: str = ""
    way_out: str = ""


@dataclass(slots=True)
class Found:
    """Everything that was collected, and the places whose code cannot be read."""

    raised: list[Raised] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def codes(self, *kinds: str) -> set[str]:
        """Return the codes of some kinds."""
        return {one.code for one in self.raised if one.kind in kinds}


def placeholders(template: str) -> set[str]:
    """Return the names that a sentence wants filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def collect(package: Path) -> Found:
    """Return every refusal and problem made in the Python files under `package`."""
    found = Found()
    for path in sorted(package.rglob("*.py")):
        File(path, path.relative_to(package.parent)).collect(found)
    return found


class File:
    """One source file and its calls."""

    def __init__(self, path: Path, shown: Path) -> None:
        self.shown = shown.as_posix()
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.inside: dict[ast.AST, Function | None] = {}
        self._nest(self.tree, None)

    def _nest(self, node: ast.AST, function: Function | None) -> None:
        for child in ast.iter_child_nodes(node):
            self.inside[child] = function
            self._nest(child, child if isinstance(child, Function) else function)

    def collect(self, found: Found) -> None:
        """Add what this file makes."""
        for call in self._calls():
            kind = _called(call)
            if kind not in REFUSALS and kind != PROBLEM:
                continue
            where = f"{self.shown}:{call.lineno}"
            if kind == PROBLEM and _kept(call):
                continue
            # A refusal's own code comes first, so that `code=` may fill its sentence.
            named = "code" if kind == PROBLEM else ""
            codes = self._texts(_argument(call, 0, named), self.inside[call])
            if not codes:
                found.unreadable.append(where)
            for code in sorted(codes):
                found.raised += self._raised(call, kind, code, where)

    def _raised(self, call: ast.Call, kind: str, code: str, where: str) -> list[Raised]:
        if kind == PROBLEM:
            handed = self._handed_on(call, code)
            if handed is not None:
                return [Raised(kind, code, where, params) for params in handed]
            params = self._keys(_argument(call, 3, "params"), call)
            return [Raised(kind, code, where, params)]
        keywords = {keyword.arg for keyword in call.keywords}
        named = {name for name in keywords if name is not None}
        told = Raised(
            kind,
            code,
            where,
            None if None in keywords else frozenset(named - OWN_KEYWORDS),
            self._sentence(_argument(call, 1, ""), self.inside[call]),
            self._sentence(_argument(call, None, "way_out"), self.inside[call]),
        )
        return [told]

    def _handed_on(self, call: ast.Call, code: str) -> list[frozenset[str]] | None:
        """Return what each caller gives for a code, where a function hands on its `**params`."""
        function, params = self.inside[call], _argument(call, 3, "params")
        if function is None or function.args.kwarg is None or not isinstance(params, ast.Name):
            return None
        if params.id != function.args.kwarg.arg:
            return None
        own = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
        return [
            frozenset(word.arg for word in caller.keywords if word.arg) - own
            for caller in self._calls()
            if _called(caller) == function.name
            and code in self._texts(_argument(caller, 0, "code"), self.inside[caller])
        ]

    def _calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def _sentence(self, node: ast.expr | None, function: Function | None) -> str:
        if isinstance(node, ast.IfExp):
            ways = (self._sentence(way, function) for way in (node.body, node.orelse))
            return " / ".join(sorted(ways))
        if isinstance(node, ast.Call) and _called(node) == "N_" and node.args:
            node = node.args[0]
        return " / ".join(sorted(self._texts(node, function)))

    def _texts(self, node: ast.expr | None, function: Function | None, depth: int = 0) -> set[str]:
        """Return the strings that an expression can be, as far as the text says it."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return {node.value}
        if isinstance(node, ast.IfExp):
            return self._texts(node.body, function) | self._texts(node.orelse, function)
        if isinstance(node, ast.Name) and depth < 3:
            found = {
                text
                for value in self._values(node.id, function)
                for text in self._texts(value, function, depth + 1)
            }
            return found or self._handed_in(node.id, function, depth)
        return set()

    def _values(self, name: str, function: Function | None) -> Iterator[ast.expr]:
        """Give what a name is set to in its function, or in the module."""
        for node in ast.walk(self.tree):
            if self.inside.get(node) not in (function, None):
                continue
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from _bound(target, node.value, name)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                yield from _bound(node.target, node.value, name)
            elif isinstance(node, ast.For | ast.comprehension):
                for item in getattr(node.iter, "elts", ()):
                    yield from _bound(node.target, item, name)

    def _handed_in(self, name: str, function: Function | None, depth: int) -> set[str]:
        if function is None:
            return set()
        positional = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        keyword_only = [each.arg for each in function.args.kwonlyargs]
        if name not in positional + keyword_only:
            return set()
        if typed := self._literals(name, function):
            return typed
        bound = positional[:1] in (["self"], ["cls"])
        place = positional.index(name) - bound if name in positional else None
        return {
            text
            for call in self._calls()
            if _called(call) == function.name
            for text in self._texts(_argument(call, place, name), self.inside[call], depth + 1)
        }

    def _literals(self, name: str, function: Function) -> set[str]:
        """Return the texts that an argument's type allows, where that is a Literal."""
        arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        types = [each.annotation for each in arguments if each.arg == name]
        types += [
            value
            for each in types
            if isinstance(each, ast.Name)
            for value in self._values(each.id, None)
        ]
        return {
            part.value
            for each in types
            if isinstance(each, ast.Subscript) and ast.unparse(each.value) == "Literal"
            for part in ast.walk(each.slice)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        }

    def _keys(self, node: ast.expr | None, call: ast.Call) -> frozenset[str] | None:
        """Return the keys of the dict that fills a problem's sentence."""
        if node is None:
            return frozenset()
        if isinstance(node, ast.Name):
            # The last of several dicts that the function sets before the call is the one meant.
            set_before = [
                value
                for value in self._values(node.id, self.inside[call])
                if value.lineno <= call.lineno and isinstance(value, ast.Dict)
            ]
            last = max(set_before, key=lambda value: value.lineno, default=None)
            return None if last is None else self._keys(last, call)
        if isinstance(node, ast.Dict):
            keys = [str(key.value) for key in node.keys if isinstance(key, ast.Constant)]
            return frozenset(keys) if len(keys) == len(node.keys) else None
        return None


def _kept(call: ast.Call) -> bool:
    """Whether a problem is only read back from where it was kept: `Problem(one["code"], …)`."""
    code = _argument(call, 0, "code")
    if code is None:
        return bool(call.keywords) and all(keyword.arg is None for keyword in call.keywords)
    return (
        isinstance(code, ast.Subscript)
        and isinstance(code.slice, ast.Constant)
        and code.slice.value == "code"
    )


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _argument(call: ast.Call, place: int | None, name: str) -> ast.expr | None:
    if place is not None and len(call.args) > place:
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _bound(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    """Give the part of a value that an assignment binds to a name."""
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for part, piece in zip(target.elts, value.elts, strict=False):
            yield from _bound(part, piece, name)
