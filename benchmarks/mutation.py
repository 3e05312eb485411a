"""Mutation testing of the modules that decide what leaves and what is scored.

Each mutant changes one operator, number or branch of a module; its tests must fail. The usual tools do
not fit here: mutmut changes no decorated function, which cached properties are, and cosmic-ray starts
an interpreter for each mutant, five seconds of imports before the first test. Here the libraries are
imported once, and every mutant is a fork of one session of its module's tests (`mutant_trials`).

    python -m benchmarks.mutation --sample 12 --seed 1          # 12 mutants of each module
    python -m benchmarks.mutation --together 60 --seed 1        # 60 of all modules, each as likely
    python -m benchmarks.mutation --only disclosure/ledger      # all of one module
    python -m benchmarks.mutation --again survivors.json        # once there are tests for these

Mutants that change nothing anybody could notice stand in equivalent_mutants.yml with the reason, and are
left out; one that stands there and is no mutant any more is an error.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import mutant_trials

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cescore"
EQUIVALENT = Path(__file__).parent / "equivalent_mutants.yml"
EXAMPLES = "test_examples.py::test_the_examples_of_a_module_hold"
SYSTEM = ("disclosure/test_small_systems", "disclosure/test_links", "disclosure/test_equated",
          "disclosure/test_industries")  # fmt: skip
METHOD = ("method/test_metamorphic",)
# for each module the tests that concern it, the quickest first: a mutant is tried until one fails
TESTS: Mapping[str, Sequence[str]] = {
    "method/disclosure/rules": ("disclosure/test_disclosure", "publish/test_peers"),
    "method/disclosure/knowledge": ("method/test_knowledge", "method/test_protection"),
    "method/disclosure/linear_programs": ("method/test_linear_programs", "method/test_inference", "method/test_breaches", "method/test_protection"),
    "method/disclosure/protection": ("method/test_breaches", "method/test_protection"),
    "method/disclosure/inference": ("method/test_inference", "method/test_breaches", "method/test_protection"),
    "method/disclosure/withholding": ("method/test_withholding", "method/test_protection"),
    "disclosure/ledger/ledger": SYSTEM,
    "disclosure/ledger/apart": ("disclosure/test_apart", *SYSTEM),
    "disclosure/ledger/printed_sums": SYSTEM,
    "disclosure/ledger/unknowns": SYSTEM,
    "disclosure/ledger/system_audit": (*SYSTEM, "disclosure/test_editions_apart", "disclosure/test_proven"),
    "disclosure/ledger/equated": SYSTEM,
    "disclosure/ledger/held_by_each": ("disclosure/test_held_by_each", *SYSTEM),
    "disclosure/ledger/records": ("disclosure/test_held_by_each", "disclosure/test_equated"),
    "disclosure/released/told_findings": ("disclosure/test_bundles", "disclosure/test_silence", "disclosure/test_said_again"),
    "disclosure/ledger/by_year": ("disclosure/test_by_year",),
    "definitions/formulas/bounds": ("disclosure/test_equated",),
    "disclosure/ledger/equations": ("disclosure/test_equated", *SYSTEM),
    "disclosure/ledger/industries": ("disclosure/test_small_systems", "disclosure/test_industries", "disclosure/test_equated"),
    "disclosure/ledger/behind": ("disclosure/test_behind", *SYSTEM),
    "disclosure/ledger/statements": ("disclosure/test_statements", *SYSTEM),
    "disclosure/ledger/solvable": ("disclosure/test_solvable",),
    "disclosure/released/shown_wholes": ("disclosure/test_shown_wholes", "disclosure/test_solvable", "disclosure/test_bounded_wholes",
                                "disclosure/test_insiders"),
    "disclosure/making/origins": ("disclosure/test_origins",),
    "disclosure/released/covered_measures": ("disclosure/test_covered",),
    "disclosure/ledger/few_withheld": ("disclosure/test_insiders", "disclosure/test_covered"),
    "disclosure/documents/leaving": ("disclosure/test_leaving",),
    "disclosure/released/gate": ("disclosure/test_gate_rows", "disclosure/test_gate", "disclosure/test_rated_alike",
                        "disclosure/test_covered", "disclosure/test_bundles", "disclosure/test_beside"),
    "disclosure/released/covering": ("disclosure/test_covered", "disclosure/test_said_again"),
    "disclosure/released/others": ("disclosure/test_said_again", "disclosure/test_covered"),
    "disclosure/ledger/not_adding": ("disclosure/test_who_lies_where",),
    "disclosure/ledger/earlier": ("disclosure/test_kept_pattern", "disclosure/test_editions_apart", "disclosure/test_small_systems"),
    "disclosure/ledger/kept_pattern": ("disclosure/test_kept_pattern", "disclosure/test_editions_apart", "disclosure/test_protecting",
                                "disclosure/test_proven", "disclosure/test_ledger"),
    "disclosure/ledger/proven": ("disclosure/test_proven",),
    "disclosure/ledger/taken_back": ("disclosure/test_taken_back",),
    "disclosure/released/undecided": ("run/test_sending_back",),
    "method/index/normalise": ("method/test_normalise", "method/test_toolbox", *METHOD),
    "method/index/aggregate": ("method/test_aggregate", "method/test_missing", *METHOD),
    "method/index/weight": ("method/test_aggregate", "method/test_missing", *METHOD),
    "method/index/missing": ("method/test_missing", *METHOD),
    "method/disclosure/mean_bounds": ("method/test_mean_bounds",),
    "method/thresholds": ("method/test_thresholds",),
    "method/index/scaling": ("method/test_efficacy", "method/test_scale", "method/test_normalise",
                       "method/test_toolbox", "test_toolbox_by_params", *METHOD),
    "method/editing/rule_systems": ("method/test_error_location",),
    "method/grading/targets": ("method/test_targets", "method/test_course", "method/test_assessment"),
    "method/grading/measures": ("method/test_measures", "method/test_veto_signs", "method/test_assessment"),
    "method/grading/grades": ("method/test_thresholds", "method/test_assessment"),
    "method/grading/vetoes": ("method/test_vetoes", "method/test_assessment", "desk/test_assessing"),
    "method/grading/doubts": ("method/test_doubts", "method/test_assessment", "desk/test_assessing", "publish/test_vocabularies"),
    "method/grading/parts": ("method/test_assessment", "desk/test_assessing", "publish/test_vocabularies"),
    "definitions/industry_mix": ("definitions/test_industry_mix",),
    "intake/register/declared_mix": ("intake/test_declared_mix", "params/test_what_scores_see"),
}  # fmt: skip
LIBRARIES = ("pytest", "numpy", "pandas", "scipy.optimize", "pydantic", "hypothesis", "pint",
             "ruamel.yaml", "highspy", "pyarrow", "rich")  # fmt: skip
COMPARISONS: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATORS: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Mod: ast.Mult, ast.FloorDiv: ast.Mult,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}


@dataclass(frozen=True)
class Mutant:
    """A module with one change; ``number`` is that of the changed node in the walk of its tree."""

    module: str
    number: int
    line: int
    place: str  # the function or class that it is in; "" at the top of the module
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line} {self.place}: {self.change}"

    @property
    def key(self) -> str:
        """Names it whatever lines stand above it."""
        return f"{self.place}: {self.change}"

    @property
    def change(self) -> str:
        return f"{self.before}  ->  {self.after}"


def _changed(node: ast.AST) -> ast.AST | None:
    """The node with one thing changed; None where there is nothing to change."""
    made = copy.copy(node)  # not deeply: libraries hang other trees on nodes that all trees share
    match made:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            made.ops = [COMPARISONS[type(op)]()]
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            made.op = OPERATORS[type(op)]()
        case ast.AugAssign(op=op) if type(op) in OPERATORS:
            made.op = OPERATORS[type(op)]()
        case ast.BoolOp(op=op):
            made.op = ast.Or() if isinstance(op, ast.And) else ast.And()
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=inner):
            return inner
        case ast.Constant(value=bool(value)):
            made.value = not value
        case ast.Constant(value=int() | float() as value):
            made.value = value + 1
        case ast.IfExp(test=test) | ast.If(test=test):
            made.test = ast.UnaryOp(ast.Not(), test)
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            made.func = ast.Name(NAMES[name], ast.Load())
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            made.value = ast.Constant(None)
        case _:
            return None
    return ast.fix_missing_locations(ast.copy_location(made, node))


def _walk(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Nodes of function bodies and constants, each with its parent and place; no annotation, no
    docstring, nothing in a `raise` or behind TYPE_CHECKING, no decorator."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        several = value if isinstance(value, list) else [value]
        for i, child in enumerate(several):
            if not isinstance(child, ast.AST) or isinstance(child, ast.Raise | ast.Assert):
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            yield tree, name, i if isinstance(value, list) else None, child
            yield from _walk(child)


def mutants(module: str) -> list[Mutant]:
    """All mutants of a module, in the order of its text."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text("utf-8"))
    found, places = [], _places(tree)
    for number, (_, _, _, node) in enumerate(_walk(tree)):
        made = _changed(node)
        if made is not None:
            before, after = (" ".join(ast.unparse(n).split())[:90] for n in (node, made))
            line = getattr(node, "lineno", 0)
            found.append(Mutant(module, number, line, places.get(line, ""), before, after))
    return found


def _places(tree: ast.AST) -> dict[int, str]:
    """Line -> the innermost function or class that it is in."""
    found: dict[int, str] = {}
    for node in ast.walk(tree):  # outer ones come first
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found |= dict.fromkeys(range(node.lineno, (node.end_lineno or 0) + 1), node.name)
    return found


def equivalent(module: str, every: Sequence[Mutant]) -> set[Mutant]:
    """The mutants of a module that are left out, with the reason for each in the file.

    Raises
    ------
    SystemExit
        One stands there that is none of the module's.
    """
    from ruamel.yaml import YAML

    listed = (YAML(typ="safe").load(EQUIVALENT.read_text("utf-8")) or {}).get(module, ())
    known = {(m.place, m.change): m for m in every}
    keys = [(str(entry["in"]), str(entry["change"])) for entry in listed if entry["why"]]
    if gone := [f"{place}: {change}" for place, change in keys if (place, change) not in known]:
        raise SystemExit(f"{EQUIVALENT.name}: no mutants of {module}: {'; '.join(gone)}")
    return {m for m in every if (m.place, m.change) in keys}


def mutated(mutant: Mutant) -> mutant_trials.Change:
    """The module's tree with the change in it."""
    tree = ast.parse((PACKAGE / f"{mutant.module}.py").read_text("utf-8"))
    parent, name, place, node = list(_walk(tree))[mutant.number]
    made = _changed(node)
    if place is None:
        setattr(parent, name, made)
    else:
        getattr(parent, name)[place] = made
    at = node.test if isinstance(node, ast.If) else node
    lines = range(at.lineno, (at.end_lineno or at.lineno) + 1)  # type: ignore[attr-defined]
    return mutant_trials.Change(ast.fix_missing_locations(tree), lines)


def _files(module: str) -> list[str]:
    files = [f"tests/{name}.py" for name in dict.fromkeys(TESTS[module])]
    has_examples = ">>> " in (PACKAGE / f"{module}.py").read_text("utf-8")
    return [f"tests/{EXAMPLES}[{module}]", *files] if has_examples else files


def chosen(module: str, options: argparse.Namespace) -> tuple[list[Mutant], int, int]:
    """The mutants to try, in the order of the text; how many there are, and how many are left out."""
    every, left_out = counted(module)
    if options.together:
        return [m for m in together(options) if m.module == module], len(every), left_out
    if options.again:
        survivors = json.loads(options.again.read_text("utf-8")).get(module, {"survivors": ()})
        again = [m for m in every if m.key in survivors["survivors"]]
        return again, len(every), left_out
    draw = random.Random(f"{options.seed} {module}")
    sample = draw.sample(every, min(options.sample or len(every), len(every)))
    return sorted(sample, key=lambda m: m.number), len(every), left_out


def counted(module: str) -> tuple[list[Mutant], int]:
    """A module's mutants that somebody could notice, and how many are left out."""
    every = mutants(module)
    left_out = equivalent(module, every)
    return [m for m in every if m not in left_out], len(left_out)


def together(options: argparse.Namespace) -> list[Mutant]:
    """A sample of all modules' mutants, each as likely as any other."""
    every = [mutant for module in modules_of(options) for mutant in counted(module)[0]]
    return random.Random(f"{options.seed}").sample(every, min(options.together, len(every)))


def modules_of(options: argparse.Namespace) -> list[str]:
    """The modules that are asked for; all without a word."""
    return options.only.split(",") if options.only else [*TESTS]


def tried(module: str, options: argparse.Namespace) -> dict[str, object]:
    """What came of a module's mutants, told as it comes.

    Raises
    ------
    SystemExit
        The module's tests fail without any change.
    """
    some, count, left_out = chosen(module, options)
    began = time.monotonic()
    tested = mutant_trials.Module(
        f"cescore.{module.replace('/', '.')}", PACKAGE / f"{module}.py", _files(module)
    )
    answers = mutant_trials.killed(tested, [mutated(mutant) for mutant in some]) if some else []
    if answers is None:
        raise SystemExit(f"{module}: its tests fail without any change")
    left = [mutant for mutant, is_killed in zip(some, answers, strict=True) if not is_killed]
    told = f"{module}: {len(some) - len(left)} of {len(some)} killed ({count} in all,"
    print(f"{told} {left_out} equivalent left out), {time.monotonic() - began:.0f} s", flush=True)
    print("".join(f"  survives  {mutant}\n" for mutant in left), end="", flush=True)
    return {
        "tried": len(some),
        "killed": len(some) - len(left),
        "mutants": count,
        "equivalent": left_out,
        "survivors": [mutant.key for mutant in left],
    }


def main() -> int:
    """Try mutants, tell the survivors; exit status 1 below 90 % killed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--only", default="", help="modules, as disclosure/ledger,method/index/missing"
    )
    asked.add_argument("--sample", type=int, default=0, help="of each module; 0: all")
    asked.add_argument("--together", type=int, default=0, help="of all modules' at once")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--out", type=Path, help="JSON of what came of each")
    asked.add_argument("--again", type=Path, help="such JSON: try its survivors alone")
    options = asked.parse_args()
    modules = modules_of(options)
    if unknown := [module for module in modules if module not in TESTS]:
        asked.error(f"--only {','.join(unknown)}: expected some of {', '.join(TESTS)}")
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for name in LIBRARIES:
        importlib.import_module(name)
    results: dict[str, dict[str, object]] = {}
    for module in modules:
        results[module] = tried(module, options)
        if options.out:
            options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    count, killed = (
        sum(int(str(result[key])) for result in results.values()) for key in ("tried", "killed")
    )
    print(f"{killed} of {count} killed" + (f": {killed / count:.1%}" if count else ""))
    return 0 if killed >= 0.9 * count else 1


if __name__ == "__main__":
    raise SystemExit(main())
