# Everything a person does with Portico begins here. `make help` explains.

SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
T ?=

##@ Use
.PHONY: run
run: $(VENV)/installed ## Start everything on this machine: http://127.0.0.1:8080, Ctrl-C stops (PORT=9000 make run)
	@exec $(BIN)/python run.py

##@ Work on it
.PHONY: test
test: $(VENV)/installed-dev ## Lint, types, imports and every test; T=tests/embedded runs one part of the tests
	@tools=$(BIN) part="$(T)" bash .ci/steps test

.PHONY: check
check: $(VENV)/installed-dev ## Lint, types, imports and rules, without the tests
	@tools=$(BIN) bash .ci/steps check

.PHONY: format
format: $(VENV)/installed-dev ## Lay the code out the way `make check` wants it
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

.PHONY: chaos
chaos: $(VENV)/installed-dev ## Place orders while parts are killed, then count: none lost, none doubled
	@$(BIN)/python -m tests.chaos.run

.PHONY: outage
outage: $(VENV)/installed-dev ## Order while the ERP is down, then let it come back: how long people wait, how fast it drains (ORDERS=)
	@$(BIN)/python -m tests.chaos.outage

.PHONY: simulate
simulate: $(VENV)/installed-dev ## Deliver in simulated bad days, thousands of seeds (SEEDS=, FIRST=), or replay one (SEED=)
	@$(BIN)/python -m tests.simulation.run

.PHONY: kills
kills: $(VENV)/installed-dev ## Try every cell of the kill matrix: stand still at each step, kill each part (CELLS=, TRIALS=)
	@$(BIN)/python -m tests.chaos.kills

.PHONY: shots
shots: $(VENV)/installed-dev ## A picture of every screen at 390 and 1280 px, light and dark, English and German: var/shots
	@$(BIN)/python -m tests.screens.shoot

##@ Tidy up
.PHONY: clean
clean: ## Remove .venv and caches; var/ with its data stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo

# Installing: once for each content of the requirements files, and again when it changes.

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@bash .ci/steps install $(BIN)/python requirements.txt $@

$(VENV)/installed-dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@bash .ci/steps install $(BIN)/python requirements-dev.txt $@

$(VENV)/bin/python:
	@bash .ci/steps venv $(VENV)
