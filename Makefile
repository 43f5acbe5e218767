# `make demo` and `make test` install what they need. A second run of either starts at once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
CODE := gateway device_profiles firmware_tools dashboards tests

# The tests start hundreds of processes: without its bytecode, each would compile the whole gateway first.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install page demo test test-cluster check lint types format bench bench-plan bench-line dashboards contract reference servers lock wheel clean

help:
	@echo "make demo        run a street of simulated devices and a day of the Situation Room on this machine, with web page (ARGS='--port 8090')"
	@echo "make test        run all tests, against real servers, and print the coverage (ARGS='-k journal': run only those)"
	@echo "make test-cluster run the centre on a cluster of three brokers whose parts are killed; builds the broker first (ARGS='--soak-minutes 60')"
	@echo "make check       check lint, types, layers, and the rules of tests/house"
	@echo "make format      format the code, and fix what the linter can"
	@echo "make bench       measure the CPU of the whole edge, and its lower bound"
	@echo "make bench-plan  compare each profile's read plan with simpler ways to plan"
	@echo "make bench-line  measure a serial line against its theoretical limit (ARGS='--only 115200')"
	@echo "make contract    generate docs/contract (JSON Schemas, AsyncAPI and OpenAPI) from the code"
	@echo "make reference   generate the reference pages of docs/ from the code"
	@echo "make dashboards  generate dashboards/en/*.json and dashboards/it/*.json from the code"
	@echo "make install     create the environment .venv"
	@echo "make page        build the web pages"
	@echo "make wheel       build dist/*.whl, which needs neither Node nor the internet to run"
	@echo "make lock        update the lock files"
	@echo "make clean       delete the environment, the build and the caches"

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml .ci/demo.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/demo.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed .ci/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/dev.lock
	@touch $@

# Builds the web pages if they have changed.
page: $(VENV)/.installed
	@$(BIN)/python -m gateway.web.build_hook

demo: install page
	$(BIN)/gateway demo $(ARGS)

servers:
	@.ci/servers

test: $(VENV)/.dev servers page
	$(BIN)/python -m pytest --numprocesses 4 --dist worksteal $(if $(ARGS),$(ARGS),--cov --cov-report= --cov-fail-under=0)
	$(if $(ARGS),,$(BIN)/python -m tests.house.coverage)

test-cluster: $(VENV)/.dev servers
	$(BIN)/python -m tests.cluster $(ARGS)

check: lint types

lint: $(VENV)/.dev page
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house
	$(BIN)/python -m tests.web.front

types: $(VENV)/.dev
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

bench: $(VENV)/.dev servers
	$(BIN)/python -m tests.bench

bench-plan: $(VENV)/.dev
	$(BIN)/python -m tests.bench.plan $(ARGS)

bench-line: $(VENV)/.dev
	$(BIN)/python -m tests.bench.line $(ARGS)

dashboards: $(VENV)/.dev
	$(BIN)/python -m dashboards.render
	$(BIN)/python -m dashboards.alerts.render

CONTRACT := city alarm gatewayState workerState streams receipt ask time renewal certificate configure configured firmwareOrder firmwareAnswer fileRequest rollouts report situation situationRequest situationAnswer situationNear
contract: $(VENV)/.installed
	for name in $(CONTRACT); do $(BIN)/gateway schema $$name > docs/contract/$$name.schema.json || exit 1; done
	$(BIN)/gateway schema asyncapi > docs/contract/asyncapi.json
	$(BIN)/gateway schema openapi > docs/contract/openapi.json

reference: $(VENV)/.dev
	$(BIN)/python -m tests.house.reference

wheel: $(VENV)/.installed
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

# Update all dependencies. There is one lock file for the edge, one for demo and build, one for development. None names an index.
PIP_COMPILE := pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --no-header
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet pip-tools
	printf 'hatchling\neditables\nnodejs-wheel-binaries\n' > $(VENV)-lock/build.in
	$(VENV)-lock/bin/$(PIP_COMPILE) --extra firmware --output-file requirements.lock pyproject.toml
	$(VENV)-lock/bin/$(PIP_COMPILE) --constraint requirements.lock --extra centre --extra demo --extra fast --extra firmware \
		--output-file .ci/demo.lock pyproject.toml $(VENV)-lock/build.in
	$(VENV)-lock/bin/$(PIP_COMPILE) --constraint .ci/demo.lock --extra centre --extra demo --extra fast --extra firmware --extra dev \
		--output-file .ci/dev.lock pyproject.toml
	rm -r $(VENV)-lock

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage gateway/web/static gateway/web/front/node_modules
