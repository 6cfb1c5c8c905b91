# Callboard. `make` alone lists what there is.

PORT ?= 8000
CALLBOARD_HOME ?= .callboard
ARGS ?=
BENCH ?= *
UPGRADE ?=

# The first Python on the PATH that is new enough; name another with PYTHON=/path/to/python3.11.
PYTHON ?= $(shell for python in python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

BIN := .venv/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input install --quiet

# A lock is complete. Asked to resolve, pip looks past it: `coverage[toml]` finds a newer release than the pinned
# `coverage`, whose hash it does not know.
LOCKED := --no-deps --require-hashes -r

# A virtual environment keeps absolute paths: one that was moved is set up again where it is now.
MOVED := $(if $(shell [ "$$(cat .venv/.place 2>/dev/null)" = "$(CURDIR)" ] || echo moved),FORCE)

# Tests are told nothing by the settings of whoever runs them, least of all where the demo's home is, but for
# CALLBOARD_TEST_...
WITHOUT_SETTINGS = env $$(env | sed -n '/^CALLBOARD_TEST_/d; s/^\(CALLBOARD_[A-Z0-9_]*\)=.*/-u \1/p')

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test coverage crashes fuzz lint fmt types bench lock clean FORCE

help: ## List these targets
	@echo 'make TARGET [PORT=8000] [CALLBOARD_HOME=.callboard]'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' Makefile

demo: .venv/.runtime ## Serve the demo venue on PORT, with its data in CALLBOARD_HOME; Ctrl-C stops everything
	@CALLBOARD_HOME='$(CALLBOARD_HOME)' exec $(BIN)/callboard demo --port '$(PORT)'

test: .venv/.dev ## Run all tests against a PostgreSQL of their own, or some: ARGS='tests/solver -x'
ifeq ($(strip $(ARGS)),)
	@rm -f .reached.json
	@$(WITHOUT_SETTINGS) $(PY) -m slipcover --json --out .reached.json -m pytest --numprocesses=2 --dist=loadfile
	@$(PY) -m tests.reached
else
	@$(WITHOUT_SETTINGS) $(PY) -m pytest $(ARGS)
endif

coverage: .venv/.dev ## Say which lines and branches the last `make test` did not reach
	@$(PY) -m tests.reached --missing

lint: .venv/.dev ## Check style, formatting and which package imports which
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(BIN)/lint-imports

fmt: .venv/.dev ## Format the code and fix what can be fixed
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

types: .venv/.dev ## Check the types (mypy, strict)
	@$(PY) -m mypy

crashes: .venv/.dev ## Kill the service 200 times between commit and publication, and look for lost facts
	@$(WITHOUT_SETTINGS) CALLBOARD_TEST_KILLS=200 $(PY) -m pytest tests/api/delivery/test_crashes.py -q -s

fuzz: .venv/.dev ## Send all that the OpenAPI document allows and does not, as each role; ARGS='--seed 7'
	@$(WITHOUT_SETTINGS) CALLBOARD_TEST_FUZZ='$(ARGS)' $(PY) -m pytest tests/api/fuzz -q -s \
		-o faulthandler_timeout=0

bench: .venv/.dev ## Run every benchmark, or one: BENCH=suggestions
	@for file in benchmarks/$(BENCH).py; do \
		module=$$(basename "$$file" .py); \
		case $$module in _*) continue;; esac; \
		echo "== $$module"; \
		$(WITHOUT_SETTINGS) $(PY) -m "benchmarks.$$module" $(ARGS) || exit 1; \
	done

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make lock' $(UPGRADE)

lock: .venv/.dev ## Pin what requirements/*.in ask for, with hashes; newest of all: UPGRADE=--upgrade
	@$(COMPILE) requirements/runtime.in --output-file requirements/runtime.txt
	@$(COMPILE) requirements/dev.in --constraint requirements/runtime.txt --output-file requirements/dev.txt
	@if grep -n -e '^-' -e '://' requirements/*.txt; then echo 'A lock names a registry.' >&2; exit 1; fi

clean: ## Delete the environment, all caches and the demo's data
	@if [ -x $(PY) ]; then $(PY) -m persistence.embedded remove '$(CALLBOARD_HOME)'; fi
	@if [ '$(CALLBOARD_HOME)' = .callboard ]; then rm -rf .callboard; \
		elif [ -e '$(CALLBOARD_HOME)' ]; then echo 'The rest of $(CALLBOARD_HOME) is yours to delete.'; fi
	@rm -rf .venv build dist *.egg-info .reached.json \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.place: $(MOVED)
	@if [ -z '$(PYTHON)' ]; then \
		echo 'Callboard needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.11' >&2; \
		exit 1; fi
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo '$(PYTHON) is older than Python 3.11. Name a newer one: make PYTHON=/path/to/python3.11' >&2; \
		exit 1; }
	@'$(PYTHON)' -m venv .venv
	@printf '%s\n' '$(CURDIR)' > $@

.venv/.runtime: .venv/.place requirements/runtime.in requirements/runtime.txt pyproject.toml
	@echo 'Installing what Callboard runs on into .venv (only when requirements change) ...'
	@$(PIP) $(LOCKED) requirements/runtime.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# A superset of what the demo runs on, at the same versions: a running demo does not notice.
.venv/.dev: .venv/.runtime requirements/dev.txt
	@echo 'Installing what Callboard is checked with ...'
	@$(PIP) $(LOCKED) requirements/dev.txt
	@touch $@

FORCE:
