# Two commands do all the set-up: `make demo` and `make test`. They need Python 3.11 or newer (with venv) and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Drills: `make drills K=import` runs those whose name has "import".
K ?=
# Numbers of listings for `make bench-search`.
SIZES ?= 10000,100000

# Tests start the programs hundreds of times: they are compiled once, also where the environment says otherwise.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help demo demo-tls test test-search drills bench-search check lint audit format lock wheel clean

help:
	@echo "make demo    a running site with sample data, from nothing"
	@echo "make demo-tls  the same in production mode, on https://localhost:8443"
	@echo "make test    all kinds of tests, small numbers"
	@echo "make drills  faults on purpose, full numbers; all pages on both databases (K=name for some)"
	@echo "make test-search   the tests of search alone (WHOOSH=whoosh3: on that make of Whoosh)"
	@echo "make bench-search  how fast search is, beside tantivy and FTS5 (SIZES=10000,100000)"
	@echo "make check   format, lint, types, tests and known holes"
	@echo "make audit   which pinned packages have known holes"
	@echo "make wheel   an installable package in dist/"
	@echo "make lock    pin the dependencies anew"

demo: $(VENV)/.run $(VENV)/.vendor
	@$(BIN)/hairline demo

demo-tls: $(VENV)/.dev $(VENV)/.vendor
	@$(BIN)/python tools/demo_tls.py

test: $(VENV)/.dev $(VENV)/.vendor
	@HAIRLINE_FUZZ=$${HAIRLINE_FUZZ:-500} $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --one-database

drills: $(VENV)/.dev $(VENV)/.vendor
	HAIRLINE_DRILL=full $(BIN)/python -m pytest -m "drill or page" --timeout 3000 $(if $(K),-k "$(K)")

# `make test-search WHOOSH=whoosh3` holds the index against another make of Whoosh, in an environment of its own.
WHOOSH ?=
SEARCH_TESTS := tests/search tests/drills/test_search.py
test-search: $(VENV)/.dev
	$(if $(WHOOSH),,@$(BIN)/python -m pytest $(SEARCH_TESTS))
	$(if $(WHOOSH),@$(MAKE) --no-print-directory VENV=.venv-$(WHOOSH) .venv-$(WHOOSH)/.whoosh)
	$(if $(WHOOSH),@.venv-$(WHOOSH)/bin/python -m pytest $(SEARCH_TESTS))

# Both makes install a package of the same name, so the usual one goes first.
$(VENV)/.whoosh: $(VENV)/.dev
	@$(BIN)/python -m pip uninstall --quiet --yes whoosh
	@$(PIP) "$(WHOOSH)"
	@touch $@

bench-search: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.search --sizes $(SIZES)

check: lint test audit

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml directory

# Ends with 1 for a known hole. Where nobody can be asked it says so in one loud line and goes on.
audit: $(VENV)/.dev
	@$(BIN)/python tools/audit.py

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: $(VENV)/.dev $(VENV)/.vendor
	rm -rf dist
	$(BIN)/python -m hatchling build -t wheel

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --upgrade
lock: $(VENV)/.dev
	$(BIN)/$(LOCK) pyproject.toml -o requirements.txt
	$(BIN)/$(LOCK) pyproject.toml --group dev -o requirements-dev.txt
	$(BIN)/$(LOCK) requirements-node.in -o requirements-node.txt

clean:
	rm -rf $(VENV) node_modules directory/static/vendor dist var

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Hairline needs Python 3.11 or newer; set PYTHON=python3.11 or the like.")'
	$(PYTHON) -m venv $(VENV)

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/bin/pip
	@echo "Installing what Hairline needs to run ..."
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests need ..."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

# The font comes from npm. Where the machine has no Node.js, the one from PyPI serves.
$(VENV)/.vendor: package.json package-lock.json | $(VENV)/.run
	@command -v npm >/dev/null 2>&1 || $(PIP) --require-hashes -r requirements-node.txt
	@$(BIN)/python tools/vendor.py
	@touch $@
