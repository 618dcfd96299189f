# make demo   review a sample: leaves report.html and report.pdf
# make check  what CI runs: lint, types, layers, tests; make test is the same
# make bench  speed, side by side with ast.parse and ruff: make bench PATH=../service
# make clean  removes what make made
# Another interpreter: make PYTHON=python3.13 test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := samples/junior
TREE := samples/senior
# `make bench PATH=tree` hides the search path from everything that a recipe calls.
ifeq ($(origin PATH),command line)
TREE := $(PATH)
override PATH := /usr/local/bin:/usr/bin:/bin
endif

.PHONY: demo test check lint pytest bench install clean
.DEFAULT_GOAL := check

install: $(VENV)/installed

# uv where it is installed: ten times faster. Older pip does not know dependency groups.
$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "fastreview needs Python 3.11 or newer; name one: make PYTHON=python3.11 ..." >&2; exit 2; }
	@if command -v uv >/dev/null; then \
	  uv venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable . --group dev; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  { $(BIN)/python -c 'import pip, sys; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (25, 1))' || \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'; } && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . --group dev; \
	fi
	@touch $@

demo: install
	@.ci/pango $(BIN)/python
	@$(BIN)/fastreview $(SAMPLE) -o report.html -o report.pdf || test -s report.html
	@for report in report.html report.pdf; do test ! -s $$report || echo "$(CURDIR)/$$report"; done

pytest: install
	@.ci/pango $(BIN)/python
	@.ci/npm $(CURDIR)/$(VENV)/npm || test -z "$$CI"
	@.ci/chromium >/dev/null || test -z "$$CI"
	$(BIN)/python -m pytest -q -n auto --dist worksteal

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test check: lint pytest

bench: install
	$(BIN)/python tests/bench.py "$(TREE)"

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis report.html report.pdf dist build
