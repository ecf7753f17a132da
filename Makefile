# `make app` opens the dashboard, `make test` runs all tests; both set everything up first.
# PYTEST="-k rotation" runs some tests, in one process.
# Choose another Python with PYTHON=python3.12, another torch with TORCH="torch==2.13.0".

TORCH ?= torch==2.13.0
PYTEST ?= -n 2 --dist worksteal
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.bench-ready
# Two processes run the tests, one on a core: were each to use all cores, they would wait for each
# other, most of all torch's threads.
ONE_CORE_EACH := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup app test check bench figures thumbnails wheel clean

help:
	@echo "make app      set up and open the dashboard at http://127.0.0.1:8501"
	@echo "make test     set up and run all tests"
	@echo "make check    formatting, lint, types and tests"
	@echo "make bench    speed beside what one would use instead"
	@echo "make figures  every figure of every lesson and a site of them, into figures/"
	@echo "make thumbnails  the small pictures that ship with the package, anew"
	@echo "make wheel    the installable package, into dist/"
	@echo "make clean    remove what was made, the environment included"

setup: $(READY)

# The first Python from 3.11 on that can make an environment; a pyenv shim may exist and not run.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
define NO_PYTHON
No Python 3.11 or newer that can make environments was found. Install one (on Debian and
Ubuntu: apt install python3 python3-venv) or name yours: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12
endef
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# torch comes first and alone: whatever else asks for it then finds it and fetches no other build.
$(READY): pyproject.toml requirements.lock
	$(or $(PYTHON),$(error $(NO_PYTHON))) -m venv $(VENV)
	$(PIP) -c requirements.lock $(TORCH)
	$(PIP) -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(BENCH_READY): $(READY) benchmarks/requirements.lock
	$(PIP) -c requirements.lock -r benchmarks/requirements.lock
	@touch $@

app: $(READY)
	$(BIN)/frenemy app

test: $(READY)
	$(ONE_CORE_EACH) $(BIN)/python -m pytest $(PYTEST)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(ONE_CORE_EACH) $(BIN)/python -m pytest $(PYTEST)

bench: $(BENCH_READY)
	$(BIN)/python -m benchmarks

figures: $(READY)
	$(BIN)/frenemy gallery -o figures

thumbnails: $(READY)
	$(BIN)/python -m frenemy.gallery.thumbnails

wheel: $(READY)
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf $(VENV) build dist figures *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
