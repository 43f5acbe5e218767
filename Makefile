# Two commands do all the set-up: `make demo` and `make test`. A second run of each starts at once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
CODE := gateway device_profiles firmware_tools dashboards tests

.PHONY: help install demo test check format bench bench-plan bench-line dashboards contract servers lock wheel clean

help:
	@echo "make demo     a street of simulated devices on this machine, with its page (ARGS='--port 8090')"
	@echo "make test     every test, against the real servers, and the coverage (ARGS='-k journal': those alone)"
	@echo "make check    lint, types, layers, and the rules of tests/house"
	@echo "make bench    CPU of the whole edge beside its floor"
	@echo "make bench-plan  predicted time of every profile's plan, beside simpler ways to plan"
	@echo "make bench-line  what a serial line carries, beside what it could (ARGS='--only 115200')"
	@echo "make contract docs/contract: JSON Schemas and AsyncAPI, made of the code"
	@echo "make install  the environment .venv alone"
	@echo "make wheel    dist/*.whl, which needs neither Node nor the internet to run"

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml .ci/demo.lock gateway/web/npm/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/demo.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed .ci/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/dev.lock
	@touch $@

demo: install
	$(BIN)/gateway demo $(ARGS)

servers:
	@.ci/servers

test: $(VENV)/.dev servers
	$(BIN)/python -m pytest --numprocesses 2 $(if $(ARGS),$(ARGS),--cov --cov-report= --cov-fail-under=0)
	$(if $(ARGS),,$(BIN)/python -m tests.house.coverage)

check: $(VENV)/.dev
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house

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

CONTRACT := city gatewayState workerState streams receipt ask time
contract: $(VENV)/.installed
	for name in $(CONTRACT); do $(BIN)/gateway schema $$name > docs/contract/$$name.schema.json || exit 1; done
	$(BIN)/gateway schema asyncapi > docs/contract/asyncapi.json

wheel: $(VENV)/.installed
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

# Newer versions of everything. One lock file for the edge, one for demo and build, one for development; none says where things came from.
PIP_COMPILE := pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --no-header
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet pip-tools
	printf 'hatchling\neditables\nnodejs-wheel-binaries\n' > $(VENV)-lock/build.in
	$(VENV)-lock/bin/$(PIP_COMPILE) --output-file requirements.lock pyproject.toml
	$(VENV)-lock/bin/$(PIP_COMPILE) --constraint requirements.lock --extra centre --extra demo --extra fast \
		--output-file .ci/demo.lock pyproject.toml $(VENV)-lock/build.in
	$(VENV)-lock/bin/$(PIP_COMPILE) --constraint .ci/demo.lock --extra centre --extra demo --extra fast --extra dev \
		--output-file .ci/dev.lock pyproject.toml
	rm -r $(VENV)-lock

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage gateway/web/static/vendor
