# Each target does the set-up that it needs by itself, and only what is not in place yet.

.DEFAULT_GOAL := help
.PHONY: help run test demo fast lint bench screenshots pins

SETUP = python=$$(sh scripts/python.sh) && "$$python" scripts/setup.py
PYTEST = .venv/bin/python -m pytest -n auto --dist worksteal -q
REAL = real or postgres or browser
# Properties are tried with few examples in the first stage, and again with many beside the real servers.
THOROUGH = -m "$(REAL) or hypothesis" --hypothesis-profile=thorough

help:
	@echo "make run          the site with sample threads, on http://localhost:8000"
	@echo "make demo         the whole loop on this machine: somebody calls the bot, and the bot answers"
	@echo "make test         lint, types and all tests, against real servers on loopback"
	@echo "make fast         only the tests that need nothing but Python"
	@echo "make lint         lint, format, types and import contracts"
	@echo "make bench        speed and size, each figure with its limit"
	@echo "make screenshots  every kind of page as pictures, in build/screenshots, and the README's"

run:
	@$(SETUP) run
	@.venv/bin/unroll serve --sample

demo:
	@$(SETUP) demo
	@.venv/bin/python -m scripts.demo

test:
	@$(SETUP) test
	@$(MAKE) --no-print-directory check
	$(PYTEST) -m "not ($(REAL))"
	$(PYTEST) $(THOROUGH)

fast:
	@$(SETUP) fast
	$(PYTEST) -m "not ($(REAL))"

lint:
	@$(SETUP) fast
	@$(MAKE) --no-print-directory check

.PHONY: check
check:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy src tests scripts $(wildcard bench)
	.venv/bin/lint-imports --no-logo

bench:
	@$(SETUP) bench
	@.venv/bin/python -m bench

screenshots:
	@$(SETUP) screenshots
	@.venv/bin/python -m scripts.screenshots

pins:
	sh scripts/pin.sh
