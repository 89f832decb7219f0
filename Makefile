# `make run` opens the console, `make test` passes the tests; both build what they need first.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: run test check bench torture proof converge lock picture clean

run: .venv/pyc
	@$(BIN)/warroom $(ARGS)

# Many tests wait for real processes: a third worker uses what two cores have left.
test: .venv/dev .venv/pyc
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

check: .venv/dev
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev .venv/pyc
	$(BIN)/python -m bench $(ARGS)

torture: .venv/dev .venv/pyc
	$(BIN)/python -m pytest -m torture -o addopts= -q $(ARGS)

# What takes servers, clusters and kills, and so takes its time.
proof: .venv/dev .venv/pyc
	$(BIN)/python -m pytest -m "proof and not torture" -o addopts= -q -n 3 --dist worksteal $(ARGS)

# Ten thousand histories of terminals that were apart, one half for each of two cores, and as many orders of arrival;
# another seed tries others.
converge: export WARROOM_EXAMPLES ?= 10000
converge: export WARROOM_SEED ?= 2
converge: .venv/dev .venv/pyc
	$(BIN)/python -m pytest -n 2 -q $(ARGS) tests/sync/test_convergence.py tests/core/test_order.py

# The hashed sets that `make` installs, for every Python from 3.11 and every system.
lock: .venv/dev
	$(PIP) install uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q pyproject.toml --group build -o requirements/run.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q pyproject.toml --group dev -o requirements/dev.txt

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("War room needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

.venv/run: requirements/run.txt pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# Where the environment forbids Python to write bytecode, a call would compile everything it imports, every time.
.venv/pyc: .venv/run $(shell find src -name '*.py')
	@$(BIN)/python -m compileall -q src/warroom
	@touch $@

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The pictures of the README, from the real console.
picture: .venv/dev
	$(BIN)/python docs/pictures/make.py
