# Everything needs GNU make and Python 3.11 or later, and nothing else set up: the targets make their own virtual
# environment. `make report` prints the timeline of the first article; `make help` says the rest.

PYTHON ?= python3
DB := sourcebook.db
VENV := .venv
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check
LOCK := requirements-dev.lock
PYTEST_ARGS ?= -n auto

# A stamp is touched when all of its step has ended well, so an interrupted set-up is done again.
MADE := $(VENV)/.made
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed
BROWSER := $(VENV)/.browser
LOADED := $(VENV)/.loaded
FLOORS := .venv-floors

SHIPPED := $(wildcard articles/*.yaml coding/*.py database/*.py schema/*.py migrations/*.py migrations/versions/*.py)

# Whatever the caller has active is not meant here.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV SOURCEBOOK_DB

.PHONY: help report test lint format types docs bench lock test-floors clean
.DEFAULT_GOAL := help

help: ## say what each target does
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

# --- use ------------------------------------------------------------------------------------------------------------

report: $(LOADED) ## set up, load what ships, print the timeline
	@$(BIN)/sourcebook --db $(DB) report timeline

ifeq ($(wildcard $(DB)),)
.PHONY: $(LOADED)
endif
$(LOADED): $(INSTALLED) $(SHIPPED)
	@$(BIN)/sourcebook --db $(DB) init >&2
	@touch $@

# --- set up ---------------------------------------------------------------------------------------------------------

$(MADE):
	@command -v $(PYTHON) >/dev/null || { \
	    echo "make: no $(PYTHON) here; name a Python 3.11 or later: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "make: Sourcebook needs Python 3.11 or later, and $(PYTHON) is" \
	        "`$(PYTHON) -c 'import sys; print(sys.version.split()[0])'`;" \
	        "name another: make PYTHON=/path/to/python" >&2; exit 1; }
	@echo "making $(VENV) ..." >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(INSTALLED): $(MADE) pyproject.toml $(LOCK)
	@echo "installing Sourcebook into $(VENV) ..." >&2
	@$(PIP) install -qq --constraint $(LOCK) --editable ".[postgresql,shell]"
	@touch $@

$(DEVELOPED): $(INSTALLED)
	@echo "installing what development needs ..." >&2
	@$(PIP) install -qq --requirement $(LOCK)
	@touch $@

$(BROWSER): tests/browser.py | $(DEVELOPED)
	@echo "getting the browser of the tests ..." >&2
	@$(BIN)/python tests/browser.py
	@touch $@

# --- prove ----------------------------------------------------------------------------------------------------------

test: lint $(BROWSER) ## lint, check types, run every test
	$(BIN)/pytest $(PYTEST_ARGS)

lint: $(DEVELOPED) ## ruff and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(DEVELOPED) ## put the code in order
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(DEVELOPED) ## write the generated documentation again
	$(BIN)/python -m docs.build

bench: $(DEVELOPED) ## measure what speed is claimed
	$(BIN)/python -m benchmarks

# --- versions -------------------------------------------------------------------------------------------------------

$(BIN)/uv: $(MADE)
	@$(PIP) install -qq 'uv>=0.9'

lock: $(BIN)/uv ## settle the versions of development again, all at their newest
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras --group dev \
	    --no-header --output-file $(LOCK) pyproject.toml

$(FLOORS)/.made: pyproject.toml $(BIN)/uv
	@echo "installing the oldest versions that pyproject.toml allows into $(FLOORS) ..." >&2
	@$(PYTHON) -m venv --clear $(FLOORS)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --resolution lowest-direct --all-extras \
	    --group dev --no-header --output-file $(FLOORS)/floors.txt pyproject.toml
	@$(FLOORS)/bin/python -m pip --disable-pip-version-check install -qq \
	    --requirement $(FLOORS)/floors.txt
	@$(FLOORS)/bin/python -m pip --disable-pip-version-check install -qq --no-deps \
	    --no-build-isolation --editable ".[postgresql,shell]"
	@touch $@

test-floors: $(FLOORS)/.made $(BROWSER) ## run every test on the oldest versions allowed
	$(FLOORS)/bin/pytest $(PYTEST_ARGS)

clean: ## remove what these targets made, but for the database
	rm -rf $(VENV) $(FLOORS) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
