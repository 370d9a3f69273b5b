# These targets need GNU make and Python 3.11 or later; they make their own virtual environment. Only `test-system`
# needs more, and says what. `make report` loads the first article and says what to try; `make help` lists all targets.

PYTHON ?= python3
DB := sourcebook.db
VENV := .venv
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check
LOCK := requirements-dev.lock
SPARK_LOCK := requirements-spark.lock
SYSTEM_LOCK := requirements-system.lock
PYTEST_ARGS ?= -n auto --dist worksteal
BENCH_ARGS ?=

# Each step of the set-up touches its stamp when it has succeeded, so an interrupted step runs again.
MADE := $(VENV)/.made
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed
BROWSER := $(VENV)/.browser
SYSTEM := $(VENV)/.system
FLOORS := .venv-floors

# The caller's own environment must not leak into ours.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV SOURCEBOOK_DB

.PHONY: help report test test-system lint format docs bench lock test-floors clean
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

# --- use ------------------------------------------------------------------------------------------------------------

report: $(INSTALLED) ## set up, load the article, say what is in it and what to try
	@$(BIN)/sourcebook --db $(DB) init

# --- set up ---------------------------------------------------------------------------------------------------------

$(MADE):
	@command -v $(PYTHON) >/dev/null || { \
	    echo "make: there is no $(PYTHON); name a Python 3.11 or later: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "make: Sourcebook needs Python 3.11 or later, and $(PYTHON) is" \
	        "`$(PYTHON) -c 'import sys; print(sys.version.split()[0])'`;" \
	        "name another: make PYTHON=/path/to/python" >&2; exit 1; }
	@echo "creating $(VENV) ..." >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(INSTALLED): $(MADE) pyproject.toml $(LOCK)
	@echo "installing Sourcebook into $(VENV) ..." >&2
	@$(PIP) install -qq --constraint $(LOCK) --editable ".[postgresql,shell]"
	@touch $@

# Spark's client is published as source only, but is Python alone: building it compiles nothing.
$(DEVELOPED): $(INSTALLED) $(SPARK_LOCK)
	@echo "installing the development packages ..." >&2
	@$(PIP) install -qq --only-binary=:all: --requirement $(LOCK)
	@$(PIP) install -qq --no-deps --requirement $(SPARK_LOCK)
	@touch $@

$(BROWSER): tests/browser.py | $(DEVELOPED)
	@echo "downloading the browser for the tests ..." >&2
	@$(BIN)/python tests/browser.py
	@touch $@

$(SYSTEM): $(DEVELOPED) $(SYSTEM_LOCK)
	@$(BIN)/python tests/system/prerequisites.py
	@echo "installing the packages for the system tests ..." >&2
	@$(PIP) install -qq --requirement $(SYSTEM_LOCK)
	@touch $@

# --- prove ----------------------------------------------------------------------------------------------------------

test: lint $(BROWSER) ## lint, check types, run the tests
	$(BIN)/pytest $(PYTEST_ARGS)

test-system: $(SYSTEM) ## run the tests that need a compiler or a server of the system
	@$(BIN)/python tests/system/prerequisites.py
	$(BIN)/pytest tests/system

lint: $(DEVELOPED) ## ruff and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(DEVELOPED) ## format the code, fix what ruff can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(DEVELOPED) ## regenerate the generated documentation
	$(BIN)/python -m docs.build

bench: $(DEVELOPED) ## run the benchmarks, write docs/performance.md
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

# --- versions -------------------------------------------------------------------------------------------------------

$(BIN)/uv: $(MADE)
	@$(PIP) install -qq 'uv>=0.9'

COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header

lock: $(BIN)/uv ## lock the newest versions of all dependencies
	@$(COMPILE) --all-extras --group dev --no-emit-package pyspark-client --output-file $(LOCK) pyproject.toml
	@echo pyspark-client | $(COMPILE) --no-deps --output-file $(SPARK_LOCK) -
	@sed -n 's/^pyspark-client==/pyspark==/p' $(SPARK_LOCK) > $(VENV)/pyspark.txt # the version of its client
	@$(COMPILE) --group system --constraints $(LOCK) --constraints $(VENV)/pyspark.txt \
	    --output-file $(SYSTEM_LOCK) pyproject.toml

$(FLOORS)/.made: pyproject.toml $(BIN)/uv
	@echo "installing the oldest allowed versions into $(FLOORS) ..." >&2
	@$(PYTHON) -m venv --clear $(FLOORS)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --resolution lowest-direct --all-extras \
	    --group dev --no-header --output-file $(FLOORS)/floors.txt pyproject.toml
	@$(FLOORS)/bin/python -m pip --disable-pip-version-check install -qq \
	    --requirement $(FLOORS)/floors.txt
	@$(FLOORS)/bin/python -m pip --disable-pip-version-check install -qq --no-deps \
	    --no-build-isolation --editable ".[postgresql,shell]"
	@touch $@

test-floors: $(FLOORS)/.made $(BROWSER) ## run the tests on the oldest versions that pyproject.toml allows
	$(FLOORS)/bin/pytest $(PYTEST_ARGS)

clean: ## remove what these targets made, except the database
	rm -rf $(VENV) $(FLOORS) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
