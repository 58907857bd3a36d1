# `make` shows what there is. Every target installs what it needs.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON := .venv/bin/python
# `sam build` wants a python3.13 on the PATH; the SAM CLI pins another boto3 than ours and has an environment of its own.
SAM := env -u MAKEFLAGS -u MAKELEVEL PATH="$(CURDIR)/.venv/bin:$$PATH" .venv-sam/bin/sam
PIP_INSTALL := -m pip --disable-pip-version-check --quiet install

export SAM_CLI_TELEMETRY := 0
# For what runs on this machine only; `sam deploy` by hand keeps your own region.
LOCAL := AWS_DEFAULT_REGION=us-east-1

.PHONY: help setup check test soak fuzz demo build bench cost lock clean live live-all record live-test live-walkthrough live-knowledge

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' Makefile

demo: setup ## watch real connector failures being handled on a local AWS
	@$(PYTHON) -m sandbox.demo

test: setup ## run all tests: unit, contract, template and sandbox
	@$(PYTHON) -m pytest --numprocesses auto --dist loadfile

soak: setup ## put the repair through 100,000 random histories and 5,000 of fleets, and break its policy on purpose
	@$(PYTHON) -m tests.safety.soak
	@$(PYTHON) -m tests.safety.mutants

FUZZ_SECONDS := 60
fuzz: setup ## let a fuzzer look for lines that the log reader fails on (FUZZ_SECONDS=60)
	@$(PYTHON) $(PIP_INSTALL) "$$(grep '^atheris==' constraints/dev.txt)"
	@$(PYTHON) -m tests.observe.fuzz $(FUZZ_SECONDS)

check: setup ## check style, types, import rules and the template
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	$(LOCAL) $(SAM) validate --lint
	$(LOCAL) $(SAM) validate --lint --template pipeline/template.yaml

build: setup ## build the functions and their layer with SAM
	@$(LOCAL) $(SAM) build

bench: setup ## measure what the README says about speed
	@$(PYTHON) -m benchmarks

cost: setup ## count again what a month costs; writes docs/cost.md
	@$(PYTHON) -m benchmarks.cost docs/cost.md

setup: ## make .venv, .venv-sam and the sandbox's runtime
	@$(MAKE) --silent --jobs 2 .venv/made .venv-sam/made
	@$(PYTHON) -m sandbox.runtime > /dev/null

lock: ## pin again what the development environments bring along
	@scripts/lock

clean: ## remove everything that the other targets made
	rm -rf .venv .venv-sam .sandbox .aws-sam build *.egg-info .*_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -r {} +

.venv/made: pyproject.toml layers/connectops/requirements.txt constraints/dev.txt scripts/find-python
	@python=$$(scripts/find-python) && echo "Making .venv with $$python (once)" && "$$python" -m venv .venv
	@$(PYTHON) $(PIP_INSTALL) --constraint constraints/dev.txt --editable '.[dev]'
	@touch $@

.venv-sam/made: constraints/sam.in constraints/sam.txt scripts/find-python
	@python=$$(scripts/find-python) && echo "Making .venv-sam for the SAM CLI (once)" && "$$python" -m venv .venv-sam
	@.venv-sam/bin/python $(PIP_INSTALL) --constraint constraints/sam.txt --requirement constraints/sam.in
	@touch $@

# What to run of it: make live-all ONLY="database-restarted slot-dropped-e"
ONLY ?=
TO ?= .sandbox/samples

live: setup ## break real connectors and watch ConnectOps handle it: what CI runs, a quarter of an hour
	@$(PYTHON) -m sandbox.live.trials --often

live-all: setup ## the same with every failure that there is, or ONLY="NAME ..."; writes docs/scenarios.md
	@$(PYTHON) -m sandbox.live.trials $(if $(ONLY),--only $(ONLY))

record: setup ## keep what real workers say in ONLY="NAME ..." as samples in TO=FOLDER
	@$(PYTHON) -m sandbox.live.trials --record $(TO) $(if $(ONLY),--only $(ONLY))

live-test: setup ## test the real workers: every stack streams, breaks and ends (sandbox/live/README.md)
	@$(PYTHON) -m pytest -m live

live-walkthrough: setup ## walk through the real pipeline: plugin, deployment, rows, HEALTHY; writes docs/walkthrough.md
	@$(PYTHON) -m sandbox.live.walkthrough

live-knowledge: setup ## ask the real connectors again what their properties are
	@$(PYTHON) -m sandbox.live knowledge
