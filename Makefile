# `make` or `make help` lists what there is. Needs make, Python 3.11 to 3.13, and nothing else.

PORT ?= 8000
VENV := .venv/bin
PYTEST := $(VENV)/python -m pytest
NPM := npm --no-fund --no-audit

.DEFAULT_GOAL := help
.PHONY: help run test test-deep check audit front bench docs requirements reference pictures clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## set up, import, compile and serve on 127.0.0.1:8000 (PORT=… for another)
	@tools/set-up run
	@exec $(VENV)/xietong up --port $(PORT)

test: ## all tests but the long ones; those of operations on PostgreSQL too
	@tools/system-packages
	@tools/set-up dev
	@tools/run-tests

test-deep: ## the long ones: seeded races, kills, fuzz, load; on both databases
	@tools/system-packages
	@tools/set-up dev
	$(PYTEST) -q -m deep
	XIETONG_TEST_DATABASE=postgresql $(PYTEST) -q -m "operations and deep"

check: ## format, lint, types, contracts, migrations, and all that is generated
	@tools/set-up dev
	$(VENV)/ruff format --check
	$(VENV)/ruff check
	$(VENV)/mypy
	$(VENV)/lint-imports --no-logo
	$(VENV)/xietong manage makemigrations --check --dry-run
	$(VENV)/python tools/check_requirements.py
	$(VENV)/python tools/reference_docs.py --check
	@if [ -f tools/messages.py ]; then set -x; $(VENV)/python tools/messages.py --check; fi
	@tools/check-front

audit: ## known faults in what we depend on (asks the network; never in CI)
	@tools/set-up dev
	@test -x .venv/for-audit/bin/pip-audit || { $(VENV)/python -m venv .venv/for-audit && \
		.venv/for-audit/bin/python -m pip install --quiet pip-audit; }
	.venv/for-audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements-dev.txt
	@if [ -f front/package-lock.json ]; then set -x; cd front && npm audit --audit-level=moderate; fi

front: ## build the map and charts from front/ into the package
	cd front && $(NPM) ci && $(NPM) run build

bench: ## measure against peers; each result is a ratio within one run
	@tools/set-up dev
	$(VENV)/python -m bench

docs: ## build the documentation site into site/; it needs no internet
	@tools/set-up dev
	NO_MKDOCS_2_WARNING=1 $(VENV)/mkdocs build --quiet
	@echo "read it: .venv/bin/python -m http.server --bind 127.0.0.1 --directory site 8080"

requirements: ## resolve pyproject.toml anew and write both requirements files
	@test -x .venv/for-uv/bin/uv || { $(VENV)/python -m venv .venv/for-uv && \
		.venv/for-uv/bin/python -m pip install --quiet uv; }
	.venv/for-uv/bin/uv lock
	.venv/for-uv/bin/uv export -q --no-emit-project --no-header --no-dev --group build \
		--extra postgres -o requirements.txt
	.venv/for-uv/bin/uv export -q --no-emit-project --no-header --group build --group test \
		--group check --group docs --group bench --extra postgres -o requirements-dev.txt

reference: ## write the tables of settings, refusals and commands in docs/ from the code
	@tools/set-up dev
	$(VENV)/python tools/reference_docs.py

pictures: ## take the pictures of the guides anew, where a page looks otherwise than before
	@tools/set-up dev
	PICTURES_OF_GUIDES=1 $(PYTEST) -q -m deep tests/browser/test_guide_pictures.py

clean: ## remove what was installed or cached (var/, the house's own state, stays)
	rm -rf .venv front/node_modules .pytest_cache .mypy_cache .ruff_cache \
		.hypothesis .import_linter_cache test-results dist site
