"""Running notebooks: declared parameters only, every output kept, nothing of the machine left."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cescore.errors import PublishError
from cescore.publish.engine import fresh_shell
from cescore.publish.notebook import (
    complaints,
    displayed,
    execute,
    finish,
    left_where_it_fails,
    write_notebook,
)

PARAMETERS = 'entity_id: str = "D1"  # code in data/entities.csv\nyear: int = 2024'


def notebook(folder: Path, *sources: str, parameters: str | None = PARAMETERS) -> Path:
    """A notebook file with a parameters cell and code cells."""
    cells = [new_code_cell(source) for source in sources]
    if parameters is not None:
        cells.insert(0, new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    made = new_notebook(
        cells=[new_markdown_cell("a heading"), *cells],
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "P"}},
    )
    path = folder / "small.ipynb"
    nbformat.write(made, path)
    return path


def run(folder: Path, *sources: str, **options: str) -> NotebookNode:
    given = {"entity_id": "D2", "year": 2025}
    return execute(notebook(folder, *sources), folder / "out.ipynb", given, **options)


def outputs(executed: NotebookNode) -> list[NotebookNode]:
    return [output for cell in executed.cells for output in cell.get("outputs", [])]


def test_a_cell_sees_the_parameters_it_was_handed(tmp_path: Path) -> None:
    assert outputs(run(tmp_path, "print(entity_id, year)"))[0].text == "D2 2025\n"


def test_streams_displays_and_results_are_kept_in_order(tmp_path: Path) -> None:
    source = (
        "from IPython.display import HTML, display\n"
        "print('one'); print('two')\ndisplay(HTML('<b>3</b>'))\nprint('four')\n5"
    )
    kinds = [o.output_type for o in outputs(run(tmp_path, source))]
    assert kinds == ["stream", "display_data", "stream", "execute_result"]
    assert outputs(run(tmp_path, source))[0].text == "one\ntwo\n"


def test_a_json_display_is_found_by_its_mime_type(tmp_path: Path) -> None:
    source = (
        "from IPython.display import display\ndisplay({'application/x+json': {'a': 1}}, raw=True)"
    )
    assert displayed(run(tmp_path, source), "application/x+json") == [{"a": 1}]


def test_bytes_of_a_picture_become_text(tmp_path: Path) -> None:
    source = "from IPython.display import display\ndisplay({'image/png': b'abc'}, raw=True)"
    assert displayed(run(tmp_path, source), "image/png") == ["YWJj"]


def test_both_engines_give_the_same_finished_notebook(tmp_path: Path) -> None:
    source = "from IPython.display import HTML, display\ndisplay(HTML('<b>1</b>'))\nprint(year)\n2"
    here, kernel = (
        nbformat.writes(finish(run(tmp_path, source, engine=e), shown_parameters={"year": 2025}))
        for e in ("inprocess", "kernel")
    )
    assert here == kernel


def test_an_unknown_parameter_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match=r"small.ipynb: unknown parameter yaer.*entity_id, year"):
        execute(notebook(tmp_path), tmp_path / "o.ipynb", {"yaer": 2025})


def test_a_notebook_without_a_parameters_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="no cell is tagged 'parameters'"):
        execute(notebook(tmp_path, "1", parameters=None), tmp_path / "o.ipynb", {"year": 2025})


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="no notebook engine 'dask'"):
        run(tmp_path, engine="dask")


@pytest.mark.parametrize("text", ["", "{", '{"cells": 3}'])
def test_a_file_that_is_no_notebook_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_text(text)
    with pytest.raises(PublishError, match=r"broken.ipynb: not a notebook"):
        execute(path, tmp_path / "o.ipynb", {"year": 1})


@pytest.mark.parametrize("engine", ["inprocess", "kernel"])
def test_a_failing_cell_is_named_and_the_notebook_kept_up_to_it(
    tmp_path: Path, engine: str
) -> None:
    with pytest.raises(
        PublishError, match=r"cell 4 failed at `1 / 0`: ZeroDivisionError: division"
    ):
        run(tmp_path, "print('before')", "\n1 / 0", "print('after')", engine=engine)
    kept = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert [o.output_type for o in outputs(kept)] == ["stream", "error"]


def test_what_ran_is_left_where_the_report_is_refused_later(tmp_path: Path) -> None:
    executed, path = run(tmp_path, "1"), tmp_path / "out.ipynb"
    assert not path.exists()  # the report writes it once, when it is ready
    with pytest.raises(PublishError), left_where_it_fails([executed], path):
        raise PublishError("not what was evaluated")
    assert outputs(nbformat.read(path, as_version=4)) == outputs(executed)


def test_an_output_that_no_notebook_may_hold_fails_its_cell(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="cell 3 failed .*5 is not"):
        run(tmp_path, "display({'text/html': 5}, raw=True)")


@pytest.mark.parametrize("source", ["x = (", "raise SystemExit(3)", "%no_such_magic"])
def test_no_kind_of_failure_passes_for_success(tmp_path: Path, source: str) -> None:
    with pytest.raises(PublishError, match="cell 3 failed"):
        run(tmp_path, source)


def test_an_interrupt_stops_the_run_and_is_not_taken_for_a_failing_cell(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "raise KeyboardInterrupt")


def test_each_run_starts_with_an_empty_namespace_and_leaves_the_process_as_it_was(
    tmp_path: Path,
) -> None:
    before = (sys.displayhook, sys.stdout, sys.modules["__main__"], InteractiveShell._instance)
    run(tmp_path, "kept = 1")
    with pytest.raises(PublishError, match="NameError: name 'kept'"):
        run(tmp_path, "kept")
    after = (sys.displayhook, sys.stdout, sys.modules["__main__"], InteractiveShell._instance)
    assert after == before


def test_a_shell_inside_a_shell_hands_the_outer_one_back() -> None:
    with fresh_shell() as outer:
        with fresh_shell() as inner:
            assert InteractiveShell.instance() is inner
        assert InteractiveShell.instance() is outer


def test_the_finished_notebook_holds_no_path_time_or_random_id(tmp_path: Path) -> None:
    sources = (
        "object()",
        "import sys; print('/site-' + 'packages/a.py: careful', file=sys.stderr)",
    )
    executed = run(tmp_path, *sources)
    assert any("careful" in line for line in complaints(executed))
    raw = write_notebook(finish(executed, shown_parameters={"year": 2025}), tmp_path / "f.ipynb")
    again = write_notebook(
        finish(run(tmp_path, *sources), shown_parameters={"year": 2025}), tmp_path / "g.ipynb"
    )
    assert raw == again
    text = raw.decode()
    assert str(tmp_path) not in text
    assert "site-packages" not in text
    assert "time" not in json.dumps(json.loads(text)["metadata"])


def test_a_folder_with_braces_in_its_name_is_just_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a{b}c"
    folder.mkdir()
    run(folder, "1", engine="kernel")
    assert (folder / "out.ipynb").is_file()


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_parameter_arrives_as_it_was_given_whatever_it_holds(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("values")
    path = notebook(folder, "from IPython.display import display\n"
                    "display({'application/x+json': {'value': entity_id}}, raw=True)")  # fmt: skip
    executed = execute(path, folder / "out.ipynb", {"entity_id": text})
    assert displayed(executed, "application/x+json") == [{"value": text}]
