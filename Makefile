# GNU make and a POSIX shell. Targets with a comment after `##` are listed by `make help`.

PYTHON ?= python3
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint system pytest soak bench templates lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(STAMP) ## set up and draft the scoresheets of inputs/ into outputs/
	$(BIN)/baocao draft inputs --output outputs
	@printf '\nKết quả nằm ở / results are in: %s\n' '$(CURDIR)/outputs'

test: system lint pytest ## set up and run every check

system:
	@sh tests/system.sh

lint: $(STAMP) ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# `lint` and `system` come first also under `make -j`, so that one report is not mixed into another.
# coverage is combined after pytest has ended: `pytest --cov` combines while the workers of xdist still write.
pytest: $(STAMP) | system lint
	@rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -n auto --dist worksteal $(PYTEST_ARGS)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

soak: $(STAMP) ## the tests that take minutes
	HYPOTHESIS_PROFILE=soak $(BIN)/pytest -n auto --dist worksteal -m soak $(PYTEST_ARGS)

bench: $(STAMP) ## measure one document, the engine, long documents, batches and PDF against others, as far as they are here
	$(BIN)/python benchmarks/cold.py
	$(BIN)/python benchmarks/engine.py $$(command -v npm >/dev/null && echo --peers build/peers)
	$(BIN)/python -m benchmarks.stream
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python -m benchmarks.annex_command
	$(BIN)/python benchmarks/pdf.py --unoserver build/unoserver

templates: $(STAMP) ## build the Word templates anew
	$(BIN)/python tools/build_templates.py
	$(BIN)/python -m tools.build_annexes

lock: ## write the newest versions that fit into requirements.lock
	@$(PYTHON) tools/lock.py

clean: ## remove what can be made again (not outputs/)
	rm -rf $(VENV) build dist htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo 'Python 3.11 or newer is needed. If it has another name: make PYTHON=python3.12 …' >&2; exit 3; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo 'This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv' >&2; \
	    exit 3; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint requirements.lock hatchling
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --no-build-isolation --editable '.[dev]'
	@touch $@
