"""What a kernel of `build.py lab` does as it starts: it imports what the notebooks use.

That takes some three seconds, which pass while a person looks at the notebook that they have opened instead of
after Run All. IPython runs this file (PYTHONSTARTUP) before the first cell; it leaves no name behind, and runs the
file that stood there before, if there was one.
"""


def _import_what_notebooks_use() -> None:
    import importlib
    import os
    from pathlib import Path

    own = os.environ.get("CESCORE_PYTHONSTARTUP", "")  # where `lab` keeps what stood there before
    if own and Path(own).is_file():
        exec(compile(Path(own).read_text("utf-8"), own, "exec"), globals())
    try:
        in_a_kernel = getattr(get_ipython(), "kernel", None) is not None  # type: ignore[name-defined]
    except NameError:
        in_a_kernel = False  # plain Python, in a terminal of JupyterLab
    if in_a_kernel:
        for name in (
            "cescore.desk",
            "cescore.desk.explore",
            "cescore.method.uncertainty.bands",
            "seaborn",
        ):
            importlib.import_module(name)


_import_what_notebooks_use()
del _import_what_notebooks_use
