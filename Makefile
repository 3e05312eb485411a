# make        set up if needed, then build every report of the sample
# make lab    JupyterLab on a working copy of the notebooks, in work/ (docs/desk.md)
# make app    the desk over a whole type as a web page of this machine (docs/explore.md)
# make test   the tests;  make soak  the long proofs;  make lint  style and types;  make sbom  the bill of materials
# make docs   the site of documentation, in docs/_build/html
.POSIX:
# not PYTHON: that is what the environment names for the set-up, and a macro would go in its place
RUN = .venv/bin/python

all: set-up
	$(RUN) build.py

check: set-up
	$(RUN) build.py check

lab: set-up
	$(RUN) build.py lab

app: set-up
	$(RUN) -m voila notebooks/explore.ipynb --Voila.config_file_paths=.ci

set-up:
	@sh .ci/set-up

set-up-test:
	@sh .ci/set-up test

test: set-up-test
	$(RUN) -m pytest -n 2 --dist loadfile

soak: set-up-test
	$(RUN) -m pytest -n 2 --dist loadfile -m soak

lint: set-up-test
	$(RUN) -m ruff format --check --quiet cescore sample tests docs build.py
	$(RUN) -m ruff check --quiet cescore sample tests docs build.py
	$(RUN) -m mypy

docs: set-up-test
	$(RUN) docs/build_site.py

sbom: set-up
	$(RUN) docs/materials.py sbom.cdx.json

lock:
	sh .ci/lock

clean:
	rm -rf output examples/*/output docs/_build docs/generated .venv .setup-stamp

.PHONY: all lab app check docs set-up set-up-test test soak lint lock sbom clean
