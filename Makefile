# Two commands: `make run` starts the demo shop, `make test` runs every test.

HOST ?= 127.0.0.1
PORT ?= 8000
# What links in mails begin with: mails are written by the worker, which sees no request.
STOREFRONT_BASE_URL ?= http://$(HOST:0.0.0.0=127.0.0.1):$(PORT)
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run serve test test-fast test-full check bench shots art lock translations browser postgres clean

help:
	@echo "make run        the demo shop on http://$(HOST):$(PORT)"
	@echo "make test       every test: SQLite, PostgreSQL, browser"
	@echo "make test-fast  without PostgreSQL and browser"
	@echo "make test-full  with the large figures"
	@echo "make check      style, types, floors"
	@echo "make bench      what pages and counting cost, and how fast orders and webhooks are"
	@echo "make shots      pictures of the pages"

.venv/run.stamp: requirements.lock
	@echo "1/3 Python packages …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || true
	@if $(BIN)/python -m uv --version >/dev/null 2>&1; \
	  then $(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	  else $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock; fi
	@touch $@

.venv/test.stamp: requirements-dev.lock .venv/run.stamp
	@echo "Python packages for the tests …"
	@if $(BIN)/python -m uv --version >/dev/null 2>&1; \
	  then $(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock; \
	  else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock; fi
	@touch $@

run: .venv/run.stamp
	@echo "2/3 database and demo shop …"
	@STOREFRONT_ENV=development $(BIN)/flask --app wsgi shop demo load
	@echo "3/3 web and worker …"
	@$(MAKE) --no-print-directory serve

serve:
	@PATH="$(CURDIR)/$(BIN):$$PATH" STOREFRONT_ENV=development STOREFRONT_BASE_URL="$(STOREFRONT_BASE_URL)" HOST=$(HOST) PORT=$(PORT) exec sh deploy/run.sh

test: .venv/test.stamp browser postgres check
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q -m "not full"

test-fast: .venv/test.stamp check
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q -m "not full and not browser and not postgres"

test-full: .venv/test.stamp browser postgres check
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q

check: .venv/test.stamp translations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || (echo "run: make format"; exit 1)
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@# B704: Markup wraps only what a template or the sanitiser made
	@$(BIN)/bandit -q -r storefront plugins -ll -s B704 -x '*/tests/*,storefront/testing'

format: .venv/test.stamp
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

translations: .venv/run.stamp
	@$(BIN)/python -m storefront.demo.translations

browser: node_modules/.stamp
	@sh deploy/need.sh chromium chromium

# The HTML checker and Lighthouse, for the tests only.
node_modules/.stamp: package-lock.json
	@sh deploy/need.sh java default-jre-headless
	@sh deploy/need.sh npm npm
	@if command -v npm >/dev/null; then echo "npm packages for the tests …"; npm ci --ignore-scripts --no-audit --no-fund --silent && touch $@; fi

postgres:
	@sh deploy/need.sh postgres postgresql

bench: .venv/test.stamp
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m benchmarks.selling
	@$(BIN)/python -m benchmarks.counting

shots: .venv/test.stamp browser
	@$(BIN)/python -m benchmarks.shots
	@$(BIN)/python -m benchmarks.marketing_shots

art: .venv/test.stamp
	@$(BIN)/python -m storefront.demo.make_art plugins/blog/demo/pictures

lock: .venv/test.stamp
	@$(BIN)/python -m uv pip compile requirements.txt --generate-hashes --no-header --python-version 3.11 -o requirements.lock --quiet
	@$(BIN)/python -m uv pip compile pyproject.toml --extra dev --extra pdf --generate-hashes --no-header --python-version 3.11 -o requirements-dev.lock --quiet

clean:
	@rm -rf instance .venv
