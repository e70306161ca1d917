# `make run` starts everything, `make test` tries everything, `make help` lists the rest.
SHELL := /bin/sh
# The system's own where it will do: it is compiled with optimisations that version managers leave out.
WILL_DO := -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(or $(shell for it in /usr/bin/python3 python3; do $$it $(WILL_DO) 2> /dev/null && echo $$it && break; done),python3)
VENV := .venv
BIN := $(VENV)/bin
UV_ALONE := install --quiet --disable-pip-version-check uv
UV := $(or $(shell command -v uv),$(BIN)/uv)
CODE := manage.py marketplace accounts projects payments
export UV_PYTHON_PREFERENCE := only-system
unexport PYTHONDONTWRITEBYTECODE  # or each of the many processes would compile all code anew

.DEFAULT_GOAL := help

TOOLS := $(VENV)/installed-dev node_modules/installed

.PHONY: tools schema help run test deep coverage soak mutants bench check fmt css lock secrets backup restore drill clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/installed ## start the whole marketplace on this machine (PORT=8000, HOST, DATA_DIR)
	@$(BIN)/python manage.py local

test: tools ## everything, browser journeys included, on throw-away services
	@$(BIN)/python -m tests.chromium
	@$(BIN)/pytest -n 3 $(ARGS)  # one more than there are cores, as some wait for a browser or a clock

deep: export DEEP := true
deep: test ## the same, and all of what `test` takes some of: each state of each page, each odd value

coverage: ARGS = --cov --cov-report=term-missing:skip-covered
coverage: test ## the same as `test`, and fails where the tests never go through a line or branch of payments/

soak: tools ## let money move while everything dies and breaks, then compare the books (tests/soak/README.md)
	@$(BIN)/python -m tests.soak $(ARGS)

mutants: tools ## whether the tests of the money core notice small mistakes in it (tests/mutants/; hours, or ARGS='--share 0.1')
	@$(BIN)/python -m tests.mutants $(ARGS)

bench: tools ## how fast what must be fast is, beside what it could be at most
	@$(BIN)/python -m tests.bench $(ARGS)

check: tools ## style, layers, types, settings, migrations, templates, built CSS
	@echo "style" && $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@echo "layers" && $(BIN)/lint-imports --no-cache --no-logo > $(VENV)/layers.txt || { cat $(VENV)/layers.txt; exit 1; }
	@echo "types" && DEBUG=true $(BIN)/mypy --no-error-summary $(CODE)
	@echo "settings" && $(BIN)/python -m tests.deploy check --deploy --fail-level WARNING
	@echo "migrations" && $(BIN)/python -m tests.deploy makemigrations --check --dry-run
	@if [ -x node_modules/.bin/tailwindcss ]; then \
	    echo "built CSS" && npm run --silent build 2> /dev/null && git diff --exit-code --stat static/css; fi

fmt: $(VENV)/installed-dev ## bring the code into its one style
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

css: node_modules/installed ## build static/css from static/src (needs Node)
	@npm run build

lock: $(VENV)/made ## renew the lock files from pyproject.toml
	@$(UV) pip compile -q --upgrade --universal --generate-hashes --no-header pyproject.toml -o requirements.lock
	@$(UV) pip compile -q --upgrade --universal --generate-hashes --no-header pyproject.toml --group dev -o requirements-dev.lock

backup: ## save database and files while the site runs (TO=folder)
	@$(BIN)/python manage.py backup $(if $(TO),--to $(TO))

restore: $(VENV)/installed ## bring a backup back into an empty DATA_DIR (FROM=folder DATA_DIR=folder)
	@$(BIN)/python manage.py local --restore $(FROM)

drill: ## prove that a backup of the running site can be restored
	@$(BIN)/python manage.py drill

secrets: ## make what is missing in secrets/, which docker-compose.yml reads
	@umask 077 && mkdir -p secrets && cd secrets && umask 022 && \
	random() { [ -s $$1 ] || od -An -N36 -tx1 /dev/urandom | tr -d ' \n' > $$1; } && \
	given() { [ -s $$1 ] || printf '%s' "$$2" > $$1; } && \
	for name in secret_key metrics_token postgres_password owner_password app_password valkey_password; do random $$name; done && \
	given database_url "postgres://foothold:$$(cat app_password)@postgres/foothold" && \
	given database_owner_url "postgres://foothold_owner:$$(cat owner_password)@postgres/foothold" && \
	given redis_url "redis://:$$(cat valkey_password)@valkey/0" && \
	for name in email_url stripe_secret_key stripe_webhook_secret_platform \
	    stripe_webhook_secret_connect stripe_webhook_secret_v2; do \
	    [ -s $$name ] || { : > $$name; echo "Fill in secrets/$$name"; }; done

schema: $(VENV)/installed-dev ## renew docs/openapi.yaml, which a test compares with the code
	@DEBUG=true $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

clean: ## remove what was installed and cached here; data stay
	@rm -rf $(VENV) node_modules staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The libraries, exactly as locked, again whenever a lock file has changed.
$(VENV)/installed: requirements.lock | $(VENV)/made
	@echo "Installing the libraries"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock | $(VENV)/made
	@echo "Installing the libraries and the tools"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/installed

tools:
	@$(MAKE) --silent --jobs=2 $(TOOLS)

# What builds the CSS and validates HTML. Where it cannot be had, the tests say what they left out.
node_modules/installed: package-lock.json
	@if command -v npm > /dev/null && npm ci --silent --no-audit --no-fund; then touch $@; \
	 else echo "html-validate and Tailwind are missing: install Node and npm to build the CSS and validate HTML."; fi

$(VENV)/made:
	@command -v $(PYTHON) > /dev/null || { echo "Python 3.11 or newer is missing."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; PYTHON=python3.12 names another."; exit 1; }
	@echo "Making a virtual environment"
	@if command -v uv > /dev/null; then uv venv --quiet --allow-existing --python $(PYTHON) $(VENV); \
	 else $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python $(UV_ALONE) 2> /dev/null || \
	     { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip $(UV_ALONE); }; fi  # by the system's pip, or by a new one
	@touch $@
