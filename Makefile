# Two commands: `make demo` sets everything up and serves the demo call; `make test` sets up and passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
PORT ?= 8470

.PHONY: help setup demo test bench pins clean

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.installed ## Install Konsort into .venv: leaves .venv/bin/konsort

# torch goes first and alone: any other package's range could bring a build with gigabytes of GPU libraries.
$(VENV)/.torch:
	$(PYTHON) -c 'import sys; sys.exit("Konsort needs Python 3.11 or newer, found " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch==2.13.0
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt $(VENV)/.torch
	$(PIP) --editable .
	$(BIN)/konsort setup
	@touch $@

demo: setup ## Load the demo call into a fresh home and serve it
	$(BIN)/konsort demo --port $(PORT)

$(VENV)/.tested: pyproject.toml constraints.txt $(VENV)/.installed
	$(PIP) --editable '.[test]'
	@touch $@

test: $(VENV)/.tested ## Set up and pass the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term

bench: $(VENV)/.tested ## Install what the benchmarks' baselines need
	$(PIP) --editable '.[test,bench]'

pins: $(VENV)/.torch ## Resolve all dependencies anew and write constraints.txt
	$(BIN)/python .ci/pins.py

clean: ## Remove what was installed (a home folder with your records stays)
	rm -rf $(VENV) build dist *.egg-info
