"""What an analyst's cells show is on the page as Jupyter shows it, or is refused with its cell."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from PIL import Image

from cescore.errors import PublishError
from cescore.publish.cells.shown import printed_cells, shown_cells
from cescore.publish.cells.terminal import settled, without_colours
from cescore.publish.notebook import complaints, execute, finish
from cescore.publish.page import PageFacts, make_page

FACTS = PageFacts(title="a", language="en", report_number="T-1")
ENGINES = ("inprocess", "kernel")
SVG = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


def picture(kind: str) -> str:
    """A small picture as notebooks hold it."""
    if kind == "svg+xml":
        return base64.b64encode(SVG.encode()).decode()
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, kind.upper())
    return base64.b64encode(buffer.getvalue()).decode()


def remarks(*cells: NotebookNode) -> list[str]:
    """What a person is told of the cells."""
    return list(shown_cells(new_notebook(cells=list(cells)), "en").remarks)


def body(*cells: NotebookNode) -> str:
    html = make_page(new_notebook(cells=list(cells)), FACTS).for_print
    return html.partition("<main>")[2]


def showing(data: dict[str, object], metadata: dict[str, object] | None = None) -> NotebookNode:
    shown = new_output("display_data", data=data, metadata=metadata or {})
    return new_code_cell("show()", outputs=[shown])


def run(folder: Path, engine: str, *sources: str) -> NotebookNode:
    """A notebook executed and made ready to be kept."""
    return finish(executed(folder, engine, *sources), shown_parameters={"year": 1})


def executed(folder: Path, engine: str, *sources: str) -> NotebookNode:
    tagged = new_code_cell("year = 0", metadata={"tags": ["parameters"]})
    made = new_notebook(cells=[tagged, *map(new_code_cell, sources)])  # no kernel is named
    path = folder / "small.ipynb"
    nbformat.write(made, path)
    return execute(path, folder / "out.ipynb", {"year": 1}, engine=engine)


def printed(folder: Path, engine: str, *sources: str) -> str:
    return body(*run(folder, engine, *sources).cells)


# --- pictures ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "svg+xml"])
def test_an_attached_picture_stands_in_the_text(kind: str) -> None:
    attachments = {"my pic.x": {f"image/{kind}": picture(kind)}}
    cell = new_markdown_cell("![a square](attachment:my%20pic.x)", attachments=attachments)
    assert f'<img src="data:image/{kind};base64,{picture(kind)}" alt="a square">' in body(cell)


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp"])
def test_a_picture_shown_by_a_cell_is_printed_and_not_its_name_in_python(kind: str) -> None:
    data = {f"image/{kind}": picture(kind), "text/plain": "<IPython.core.display.Image object>"}
    html = body(showing(data, {f"image/{kind}": {"alt": "a square", "width": 9}}))
    assert f'<img alt="a square" src="data:image/{kind};base64,{picture(kind)}" width="9">' in html
    assert "IPython" not in html


def test_an_attachment_that_is_not_there_is_refused_with_cell_and_names() -> None:
    cell = new_markdown_cell("![a](attachment:b.png)", attachments={"c.png": {}})
    with pytest.raises(PublishError, match=r"cell 1 .*attachment 'b.png'; the cell's are: c.png"):
        body(cell)


def test_a_picture_that_cannot_be_read_is_refused_with_its_cell() -> None:
    with pytest.raises(PublishError, match=r"cell 2 \(`show\(\)`\) shows a picture .* be read"):
        body(new_markdown_cell("a"), showing({"image/png": "AAAA"}, {"alt": "b"}))


def test_a_picture_without_words_is_printed_and_remarked() -> None:
    cells = [new_markdown_cell("a"), showing({"image/png": picture("png")})]
    assert 'alt="Picture without a description"' in body(*cells)
    assert remarks(*cells) == [
        "cell 2: a picture has no words for those who cannot see it: give it an alt text"
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_figure_left_open_is_shown(tmp_path: Path, engine: str) -> None:
    html = printed(tmp_path, engine, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert html.count("<img") == 1


def test_a_figure_is_shown_whatever_state_matplotlib_was_left_in(tmp_path: Path) -> None:
    import matplotlib as mpl

    mpl.interactive(False)
    mpl.use("agg")
    html = printed(tmp_path, "inprocess", "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert html.count("<img") == 1
    assert not mpl.is_interactive() and mpl.get_backend().lower() == "agg"


# --- what paper cannot show -------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    ["application/vnd.jupyter.widget-view+json", "application/vnd.plotly.v1+json",
     "application/javascript", "application/pdf", "audio/wav"],
)  # fmt: skip
def test_what_paper_cannot_show_is_refused_with_its_cell(kind: str) -> None:
    with pytest.raises(PublishError, match=rf"cell 1 \(`show\(\)`\) shows .*{re.escape(kind)}"):
        body(showing({kind: "x", "text/plain": "Slider(value=3)"}))


def test_what_has_a_picture_beside_it_is_shown_as_that() -> None:
    data = {"application/vnd.vegalite.v5+json": {}, "image/png": picture("png"), "text/plain": "c"}
    assert "<img" in body(showing(data, {"alt": "a chart"}))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_widget_is_refused_by_both_engines_alike(tmp_path: Path, engine: str) -> None:
    with pytest.raises(PublishError, match=r"cell 2 .* shows a widget"):
        printed(tmp_path, engine, "import ipywidgets\nipywidgets.IntSlider(value=3)")


def test_content_that_runs_or_leads_elsewhere_is_refused_with_its_cell() -> None:
    cells = [new_markdown_cell("a"), showing({"text/html": "<script>1</script>"})]
    with pytest.raises(PublishError, match=r"no active.*cell 2: <script>"):
        body(*cells)


def test_a_style_that_fetches_is_refused() -> None:
    with pytest.raises(PublishError, match="<style> that fetches"):
        body(showing({"text/html": "<style>a {background: url(http://example.org)}</style>"}))


# --- texts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\r10 %\r20 %\r30 %\n", "30 %\n"),
        ("abc\b\bX", "aXc"),
        ("12345\rab", "ab345"),
        ("12345\r\x1b[Kab", "ab"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("\x1b[31mred\x1b[0m plain", "red plain"),
        ("\x1b]8;;http://a\x07link\x1b]8;;\x07", "link"),
        ("\x1b[2Aup\x1b[?25l", "up"),
    ],
)
def test_a_stream_is_what_a_terminal_leaves(text: str, left: str) -> None:
    assert without_colours(text) == left


def test_colours_are_kept_as_classes_and_text_is_escaped() -> None:
    assert settled("\x1b[31mR\rX") == "\x1b[31mX\x1b[0m"
    html = body(new_code_cell("x", outputs=[new_output("stream", text="\x1b[31m<R>\x1b[0m")]))
    assert '<span class="ansi-red-fg">&lt;R&gt;</span>' in html


@pytest.mark.parametrize("engine", ENGINES)
def test_only_the_last_state_of_a_progress_line_is_printed(tmp_path: Path, engine: str) -> None:
    source = 'for i in range(4): print(f"\\rprogress {i}/3", end="", flush=True)\nprint()'
    assert "<pre>progress 3/3\n</pre>" in printed(tmp_path, engine, source)


def test_what_is_said_on_stderr_is_told_with_its_cell_and_without_codes(tmp_path: Path) -> None:
    source = "import sys\nprint('\\r1 %\\r\\x1b[1m2 %', file=sys.stderr)"
    made = executed(tmp_path, "inprocess", "1", source)
    assert complaints(made) == ["cell 3: 2 %"]


def test_json_is_printed_as_json() -> None:
    html = body(showing({"application/json": {"a": "循环"}, "text/plain": "<JSON object>"}))
    assert "&#34;a&#34;: &#34;循环&#34;" in html


def test_markdown_shows_the_html_in_it_as_jupyter_does() -> None:
    assert "<b>a</b><br>b" in body(new_markdown_cell("<b>a</b><br>b"))


def test_a_raw_cell_is_its_text() -> None:
    assert "<pre>a &lt; b</pre>" in body(new_raw_cell("a < b"))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_command_of_the_system_prints_into_the_cell(tmp_path: Path, engine: str) -> None:
    assert "hello" in printed(tmp_path, engine, "!echo hello")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cell_that_asks_the_keyboard_fails_with_its_line(tmp_path: Path, engine: str) -> None:
    with pytest.raises(PublishError, match=r"cell 2 failed at `input\(\)`: StdinNotImpl"):
        run(tmp_path, engine, "input()")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_last_value_is_at_hand_under_its_name(tmp_path: Path, engine: str) -> None:
    assert "<pre>42</pre>" in printed(tmp_path, engine, "41", "_ + 1")


# --- displays that change ---------------------------------------------------------------------

UPDATED = (
    "from IPython.display import HTML, display\n"
    "handle = display(HTML('<p>OLD</p>'), display_id='case')",
    "handle.update(HTML('<p>NEW</p>'))",
)
CLEARED = (
    "from IPython.display import clear_output\nprint('old')\nclear_output(wait={})\nprint('new')"
)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_updated_display_shows_its_last_state_once(tmp_path: Path, engine: str) -> None:
    html = printed(tmp_path, engine, *UPDATED)
    assert html.count("<p>NEW</p>") == 1 and "OLD" not in html


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("wait", [True, False])
def test_cleared_output_is_gone(tmp_path: Path, engine: str, wait: bool) -> None:
    html = printed(tmp_path, engine, CLEARED.format(wait))
    assert "new" in html and "old" not in html


@pytest.mark.parametrize("engine", ENGINES)
def test_output_that_waits_to_be_cleared_stays_if_nothing_follows(
    tmp_path: Path, engine: str
) -> None:
    assert "old" in printed(tmp_path, engine, CLEARED.format(True).rpartition("\n")[0])


# --- formulas ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [r"so $\frac{a}{b}$.", r"$$E = mc^2$$", r"$$\text{废物}_i \le 1$$",
     "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}", r"\\(x^2\\)", r"$\displaystyle x^2$"],
)  # fmt: skip
def test_formulas_in_markdown_are_drawn_with_their_tex_to_be_read_out(source: str) -> None:
    html = body(new_markdown_cell(source))
    assert '<svg class="math" role="img"' in html
    assert "$" not in html and "begin" not in html and not remarks(new_markdown_cell(source))


def test_formulas_of_outputs_are_drawn() -> None:
    html = body(showing({"text/latex": r"$\displaystyle x^2$ and $y$", "text/plain": "<Math>"}))
    assert html.count("<svg") == 2 and " and " in html


@pytest.mark.parametrize("tex", [r"$\begin{cases} a \end{cases}$", r"$\nosuchcommand x$"])
def test_a_formula_that_cannot_be_drawn_stays_as_written_and_is_remarked(tex: str) -> None:
    cell = new_markdown_cell(tex)
    assert f"<code>{tex}</code>" in body(cell)
    assert "cell 1: a formula is printed as written" in remarks(cell)[0]


def test_money_is_no_formula() -> None:
    assert "$5 or less" in body(new_markdown_cell("It costs \\$5 or less, not 6 \\$."))


# --- tables -----------------------------------------------------------------------------------


def test_a_wide_frame_is_folded_and_each_part_has_the_names_of_its_rows() -> None:
    import pandas as pd

    frame = pd.DataFrame(
        [[f"v{i}" for i in range(30)]] * 2, columns=[f"column_{i}" for i in range(30)]
    )
    with pd.option_context("display.max_columns", None):
        html = body(showing({"text/html": frame._repr_html_(), "text/plain": "x"}))
    tables = re.findall(r"<table.*?</table>", html, re.DOTALL)
    assert len(tables) == 3
    assert all(re.findall(r"<th[^>]*>([01])</th>", table) == ["0", "1"] for table in tables)
    assert [c for t in tables for c in re.findall(r"column_(\d+)", t)] == [*map(str, range(30))]


def test_a_narrow_frame_stays_as_pandas_made_it() -> None:
    table = '<table class="dataframe"><tr><th>a</th><td>1</td></tr></table>'
    assert table in body(showing({"text/html": table}))


def test_a_wide_table_that_cannot_be_folded_is_remarked_with_its_cell() -> None:
    cells = "".join(f"<td>{'x' * 20}</td>" for _ in range(9))
    table = f'<table><tr><th colspan="9">a</th></tr><tr>{cells}</tr></table>'
    (told,) = remarks(showing({"text/html": table}))
    assert told.startswith("cell 1: a table of 9 columns is wider than the page")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_styled_table_has_its_style_and_the_same_bytes_each_time(
    tmp_path: Path, engine: str
) -> None:
    source = "import pandas as pd\npd.DataFrame({'a': [1]}).style.map(lambda x: 'color: red')"
    first, again = (printed(tmp_path, engine, source) for _ in range(2))
    assert first == again
    assert "#T_2_0_row0_col0" in first and 'id="T_2_0"' in first


# --- both engines -----------------------------------------------------------------------------


def test_both_engines_give_the_same_cells(tmp_path: Path) -> None:
    sources = (*UPDATED, CLEARED.format(True), "import sys\nprint(1, flush=True)\n"
               "print('e', file=sys.stderr)\nprint(2)", "await __import__('asyncio').sleep(0)\n7")  # fmt: skip
    here, kernel = (run(tmp_path, engine, *sources) for engine in ENGINES)
    assert nbformat.writes(here) == nbformat.writes(kernel)


def test_a_page_has_the_cells_tagged_front_first_and_none_for_the_analyst() -> None:
    cells = [
        new_raw_cell(n, metadata={"tags": [tag]})
        for n, tag in ("ax", ("b", "working"), ("c", "front"))
    ]
    assert [cell.source for cell in printed_cells(new_notebook(cells=cells))] == ["c", "a"]
