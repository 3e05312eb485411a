"""What an edition was made from, by hash: inputs, code, packages, fonts; and as an in-toto statement."""

from __future__ import annotations

import json
import platform
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from cescore.definitions.shipped import NOTEBOOKS, PACKAGE, REPOSITORY, TEMPLATES
from cescore.run.files import combined, tree_hashes
from cescore.run.inputs.hashed import Inputs
from cescore.run.inputs.native import native_libraries

FONT_FILES = (".ttf", ".otf", ".woff", ".woff2")
CODE_FILES = ("*.py", "*.txt", "*.json")
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:cescore:edition:1"
GIT_SECONDS = 20  # what git may take; without an answer no commit is named
_SEPARATORS = re.compile(r"[-_.]+")


def workspace_inputs(root: Path) -> dict[str, str]:
    """Hash of every file of a workspace that an edition stands on, by path below its root.

    Notebooks and templates of the repository itself are part of the code's state, not of a workspace.
    """
    found = Inputs(root).files()
    if root.resolve() == REPOSITORY.resolve():
        return found
    for folder, pattern in (("notebooks", "*.ipynb"), ("report_templates", "*")):
        below = tree_hashes(root / folder, pattern) if (root / folder).is_dir() else {}
        found.update({f"{folder}/{path}": digest for path, digest in below.items()})
    return found


def code_state() -> dict[str, Any]:
    """The code by hash: the package as a whole and file by file, what it ships, and its commit.

    ``commit`` is "" where the code stands in no git repository; ``is_dirty`` says whether files of it
    are not as committed.
    """
    templates, modules = tree_hashes(TEMPLATES, "*"), tree_hashes(PACKAGE, *CODE_FILES)
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--", "cescore", "notebooks", "report_templates")
    return {
        "commit": commit,
        "is_dirty": bool(changed) if commit else None,
        "package": combined(modules),
        "modules": modules,
        "notebooks": tree_hashes(NOTEBOOKS, "*.ipynb"),
        "templates": {k: v for k, v in templates.items() if not k.lower().endswith(FONT_FILES)},
        "fonts": {k: v for k, v in templates.items() if k.lower().endswith(FONT_FILES)},
    }


@cache
def packages() -> Mapping[str, str]:
    """Version of every package of the environment, of Python and of the libraries that set pages."""
    found = {_SEPARATORS.sub("-", d.name).lower(): d.version for d in distributions() if d.name}
    own = {"python": platform.python_version(), **native_libraries()}
    machine = f"{platform.system()} {platform.machine()}"
    return {**dict(sorted(found.items())), **own, "machine": machine}


def code_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Which parts of the code and of what it ships are others now, by name."""
    found = []
    if before["package"] != now["package"]:
        # an edition made before modules were kept names the package
        named = changes(before["modules"], now["modules"]) if "modules" in before else [""]
        found = [f"cescore/{name}" for name in named]
    for part, folder in (
        ("notebooks", "notebooks/"),
        ("templates", "report_templates/"),
        ("fonts", "report_templates/"),
    ):
        found += [f"{folder}{name}" for name in changes(before[part], now[part])]
    return found


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The names that are new, gone or have another hash or version."""
    return sorted(name for name in {**before, **now} if before.get(name) != now.get(name))


def statement(manifest: Mapping[str, Any], manifest_hash: str) -> bytes:
    """The in-toto statement of an edition: every file that it is, and everything it came from."""
    code = manifest["code"]
    dependencies = [
        *(
            {"uri": f"file:{path}", "digest": {"sha256": d}}
            for path, d in manifest["inputs"].items()
        ),
        *(
            {"uri": f"file:{folder}/{path}", "digest": {"sha256": digest}}
            for part, folder in (
                ("notebooks", "notebooks"),
                ("templates", "report_templates"),
                ("fonts", "report_templates"),
            )
            for path, digest in code[part].items()
        ),
        {"uri": "file:cescore/", "digest": {"sha256": code["package"]}},
        *({"uri": f"pkg:pypi/{n}@{v}"} for n, v in manifest["packages"].items() if " " not in v),
    ]
    if code["commit"]:
        dependencies.append({"uri": "git", "digest": {"gitCommit": code["commit"]}})
    content = {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": "manifest.json", "digest": {"sha256": manifest_hash}},
            *({"name": n, "digest": {"sha256": d}} for n, d in manifest["files"].items()),
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": manifest["edition"],
                "internalParameters": {"isDirty": code["is_dirty"]},
                "resolvedDependencies": dependencies,
            },
            "runDetails": {
                "builder": {"id": BUILD_TYPE, "version": {"cescore": manifest["version"]}}
            },
        },
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def _git(*arguments: str) -> str:
    """What git says of the repository; "" where there is none, or no git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(REPOSITORY), *arguments],
            capture_output=True,
            text=True,
            timeout=GIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
