"""The rooms keep their shape: what may be imported, how long things are, what no file may say."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "unroller"
MODULES = sorted(SOURCE.rglob("*.py"))
CORE = [path for path in MODULES if "core" in path.parts]

# The core may use what computes, and nothing that looks at the world.
CORE_MAY_IMPORT = {
    "__future__", "base64", "bisect", "collections", "collections.abc", "contextlib", "dataclasses",
    "datetime", "enum", "functools", "hashlib", "html", "html.parser", "itertools", "json", "math",
    "msgspec", "msgspec.structs", "operator", "re", "string", "struct", "textwrap", "types", "typing",
    "unicodedata", "urllib.parse",
}  # fmt: skip
# Names whose call asks the clock.
CLOCK = {"now", "today", "utcnow"}

MODULE_LINES = 500
FUNCTION_LINES = 60
# Longer for a reason: "path below src/unroller" or "path:function" -> why.
LONGER: dict[str, str] = {}

NO_NAMES = {"utils", "util", "common", "helpers", "helper", "base", "manager", "service", "handler", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(parse(path)) if isinstance(node, Function)]


def length(function: Function) -> int:
    """Lines of a function without its decorators and its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def files_in_git() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_imports_keep_to_their_contracts() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_core_imports_only_what_computes() -> None:
    foreign = {
        name_of(path): unknown
        for path in CORE
        if (
            unknown := {name for name in imports(parse(path)) if not name.startswith("unroller.core")}
            - CORE_MAY_IMPORT
        )
    }
    assert foreign == {}


def test_the_core_never_asks_the_clock() -> None:
    calls = [
        (path, node.func) for path in CORE for node in ast.walk(parse(path)) if isinstance(node, ast.Call)
    ]
    asking = [name_of(path) for path, call in calls if isinstance(call, ast.Attribute) and call.attr in CLOCK]
    assert asking == []


def test_modules_are_called_after_what_they_do() -> None:
    assert [name_of(path) for path in MODULES if path.stem in NO_NAMES] == []


def test_modules_are_short() -> None:
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: many for name, many in lines.items() if many > MODULE_LINES and name not in LONGER} == {}


def test_modules_say_in_a_sentence_what_they_are_for() -> None:
    trees = {name_of(path): parse(path) for path in MODULES}
    assert [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{name_of(path)}:{function.name}": length(function)
        for path in MODULES
        for function in functions(path)
    }
    assert {
        name: many for name, many in lengths.items() if many > FUNCTION_LINES and name not in LONGER
    } == {}


def test_most_functions_are_a_few_lines() -> None:
    lengths = [length(function) for path in MODULES for function in functions(path)]
    assert statistics.median(lengths) < 10


def test_exemptions_are_still_needed() -> None:
    known = {name_of(path) for path in MODULES}
    assert {name.partition(":")[0] for name in LONGER} <= known


def test_no_file_names_a_machine_or_a_registry() -> None:
    """Paths of the machine it was written on, and addresses of package indexes, do not travel."""
    hosts = "|".join(["pypi" + r"\.org", "python" + "hosted", "npmjs" + r"\.(org|com)", "deb" + r"\.debian"])
    machine = "|".join(["/" + "work/", "/" + "root/", "/home/[a-z]+/", r"\.\./" + "shared"])
    unwanted = re.compile(rf"(?:{hosts}|{machine})".encode())
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in files_in_git()
        if (match := unwanted.search(path.read_bytes()))
    }
    assert found == {}
