# Ringfence. `make help` lists what you can do.
#
# Everything runs from `.venv`, which `make setup` builds from requirements.lock.
# Paths are relative, so the checkout may live in a folder whose name has spaces.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PY := .venv/bin/python
STAMP := .venv/.ringfence-setup

# Tests start programs: without compiled modules each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

# What to run, and how wide. Override on the command line: make test JOBS=8
DEMO ?= scenarios/france-2017.yaml
JOBS ?= 2
RUNS ?= runs
PYTEST_ARGS ?=
LOCK_ARGS ?=

# Prints the browser to test with, or nothing. RINGFENCE_CHROMIUM wins.
FIND_CHROMIUM = if [ -n "$${RINGFENCE_CHROMIUM:-}" ]; then \
	    command -v "$$RINGFENCE_CHROMIUM"; \
	else \
	    command -v chromium || command -v chromium-browser || \
	    command -v google-chrome || command -v google-chrome-stable; \
	fi

# Sets $uv: from PATH, or installed into .cache/uv.
FIND_UV = uv=uv; \
	if ! command -v uv >/dev/null 2>&1; then \
	    uv=.cache/uv/bin/uv; \
	    if ! [ -x "$$uv" ]; then \
	        echo "uv is not on PATH, installing it into .cache/uv"; \
	        python3 -m venv --clear .cache/uv; \
	        .cache/uv/bin/python -m pip install --quiet --disable-pip-version-check uv; \
	    fi; \
	fi

.PHONY: help setup demo test lint browser screenshots check docs verify lowest bench lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## build .venv from requirements.lock and install the project

# Try each interpreter by running it: a name on PATH may be a stub that fails.
# uv is used when it is there, because it is fast: first from its cache alone, so that a second
# checkout needs no network. pip gives the same result.
$(STAMP): requirements.lock pyproject.toml
	@set -eu; \
	rm -f "$@"; \
	if ! $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    found=; \
	    for candidate in python3 python3.13 python3.12 python3.11; do \
	        if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	            found="$$candidate"; break; \
	        fi; \
	    done; \
	    if [ -z "$$found" ]; then \
	        echo "setup: no Python 3.11 or newer found. Tried python3, python3.13, python3.12, python3.11." >&2; \
	        echo "setup: install one (Debian: apt-get install python3 python3-venv), then run make setup again." >&2; \
	        exit 1; \
	    fi; \
	    pip_flag=; \
	    if command -v uv >/dev/null 2>&1; then pip_flag=--without-pip; fi; \
	    echo "setup: creating .venv with $$("$$found" --version)"; \
	    if ! "$$found" -m venv --clear $$pip_flag .venv; then \
	        echo "setup: $$found cannot create a virtual environment." >&2; \
	        echo "setup: on Debian or Ubuntu, install the package python3-venv, then run make setup again." >&2; \
	        exit 1; \
	    fi; \
	fi; \
	if command -v uv >/dev/null 2>&1; then \
	    echo "setup: installing the locked packages with uv"; \
	    uv pip sync --quiet --offline --python $(PY) --require-hashes requirements.lock 2>/dev/null || \
	    uv pip sync --quiet --python $(PY) --require-hashes requirements.lock; \
	    uv pip install --quiet --offline --python $(PY) --no-deps --no-build-isolation --editable .; \
	else \
	    echo "setup: installing the locked packages with pip (about a minute; uv would take seconds)"; \
	    $(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null; \
	    $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock; \
	    $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi; \
	touch "$@"; \
	echo "setup: done. Try: make demo"

demo: setup ## simulate the shipped campaign and print what it would do
	@set -eu; \
	if [ -e runs/demo ]; then \
	    .venv/bin/ringfence run "$(DEMO)"; \
	else \
	    .venv/bin/ringfence run "$(DEMO)" --out runs/demo; \
	fi

test: setup browser lint ## lint, types and tests: everything a change must pass
	@set -eu; \
	RINGFENCE_CHROMIUM="$$($(FIND_CHROMIUM))"; export RINGFENCE_CHROMIUM; \
	$(PY) -m pytest -n $(JOBS) --dist loadgroup $(PYTEST_ARGS)

lint: setup ## ruff and mypy only
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --strict

browser: ## make sure there is a Chromium for the browser tests
	@set -eu; \
	if [ -n "$$($(FIND_CHROMIUM))" ]; then exit 0; fi; \
	if [ -n "$${RINGFENCE_CHROMIUM:-}" ]; then \
	    echo "browser: RINGFENCE_CHROMIUM is $$RINGFENCE_CHROMIUM, which cannot be run." >&2; \
	    exit 1; \
	fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "browser: installing the Debian package chromium"; \
	    DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; \
	    apt-get update -qq >/dev/null && \
	    apt-get install -y -qq --no-install-recommends chromium >/dev/null || true; \
	fi; \
	if [ -z "$$($(FIND_CHROMIUM))" ]; then \
	    echo "browser: the browser tests need Chromium and none was found." >&2; \
	    echo "browser: install it (Debian: apt-get install chromium; Fedora: dnf install chromium)," >&2; \
	    echo "browser: or set RINGFENCE_CHROMIUM to a Chromium or Chrome you have." >&2; \
	    exit 1; \
	fi

screenshots: setup browser ## pictures of the dashboard on RUNS, into runs/screenshots
	$(PY) -m tests.browser.screenshots "$(RUNS)" runs/screenshots

check: setup ## compare every shipped scenario with its recorded baseline
	.venv/bin/ringfence check scenarios/

docs: setup ## the documentation site, into .cache/site; a warning is an error
	$(PY) -m sphinx -n -W --keep-going -q -b html -c docs/site -d .cache/site-doctrees . .cache/site

verify: setup lowest ## the long proofs; writes docs/validation.md and docs/evidence.md anew
	$(PY) -m analysis.validation docs/validation.md
	$(PY) -m analysis.evidence docs/evidence.md
	$(PY) -m pytest -n $(JOBS) --dist loadgroup -m verify $(PYTEST_ARGS)

# A quick part of every room: reading, refusing, simulating in both engines, storing, auditing, showing.
LOWEST_TESTS = tests/document tests/scenario tests/regimes tests/store/test_store.py \
	tests/engine/test_calendar.py tests/behaviour/test_quantiles.py \
	tests/equivalence/test_engines_agree.py tests/audit/test_agreement.py \
	tests/cli/test_commands.py tests/analysis/figures/test_figures.py tests/analysis/console \
	tests/test_changelog.py
LOWEST = .cache/lowest

# The lowest versions are those of the lowest Python; uv finds one, or fetches it.
lowest: ## some tests with the lowest versions that pyproject.toml declares
	@set -eu; \
	$(FIND_UV); \
	mkdir -p .cache; rm -f $(LOWEST).txt; \
	"$$uv" pip compile pyproject.toml --quiet --extra dev --resolution lowest-direct \
	    --python-version 3.11 --no-emit-index-url --no-header -o $(LOWEST).txt; \
	"$$uv" venv --quiet --clear --python 3.11 $(LOWEST); \
	"$$uv" pip sync --quiet --python $(LOWEST)/bin/python $(LOWEST).txt; \
	"$$uv" pip install --quiet --python $(LOWEST)/bin/python --no-deps --no-build-isolation --editable .; \
	$(LOWEST)/bin/python -m pytest -p no:cacheprovider -n $(JOBS) $(PYTEST_ARGS) $(LOWEST_TESTS)

bench: setup ## measure speed, beside other simulators
	$(PY) -m benchmarks

# The lock holds for every platform and every Python from 3.11 on. It names no host.
# Versions stay where they are; to move them: make lock LOCK_ARGS=--upgrade
lock: ## solve requirements.lock anew from pyproject.toml
	@set -eu; \
	$(FIND_UV); \
	"$$uv" pip compile pyproject.toml --quiet --all-extras --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-header -o requirements.lock $(LOCK_ARGS); \
	if grep -nE '://|--(extra-)?index|--find-links|--trusted-host' requirements.lock; then \
	    echo "lock: requirements.lock names a host. Do not commit it." >&2; \
	    exit 1; \
	fi

clean: ## remove caches and build products; .venv and runs stay
	rm -rf .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find . -name .venv -prune -o -name runs -prune -o -name __pycache__ -type d -exec rm -rf {} +
