# `make` lists the targets. All share the environment .venv, which is installed anew when pyproject.toml or constraints.txt changes.

PYTHON ?= python3
TOPIC ?= lifts
BIN := .venv/bin
# pytest and verify run processes, as many as there are cores: one thread is enough for each.
export OMP_NUM_THREADS ?= 1

.PHONY: help verify test extras fast topic lint types book pdf all

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

verify: .venv/plot ## check the whole theory: every claim, and every control
	$(BIN)/sparse-limits verify

test: .venv/test ## run all tests of the software
	$(BIN)/pytest -n auto --dist loadgroup

extras: .venv/dev .venv/book .venv/torch ## run the tests that '.[test]' alone skips
	$(BIN)/pytest -n auto --dist loadgroup $$(grep -rl --include='test_*.py' 'needs(' tests)

fast: .venv/test ## run the tests that take a minute together
	$(BIN)/pytest -n auto --dist loadgroup -m fast

topic: .venv/test ## verify a topic and run its tests: make topic TOPIC=lifts
	$(BIN)/sparse-limits verify $(TOPIC)
	$(BIN)/pytest $$(find tests -path '*$(TOPIC)*' -name 'test_*.py')

lint: .venv/dev ## check style and format
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: .venv/dev ## check the types
	$(BIN)/mypy

book: .venv/book ## build the book in book/_build/html
	$(BIN)/jupyter-book build book

pdf: book ## print the short book to short_book.pdf; needs chromium
	$(BIN)/python docs/short_book_pdf.py book/_build/html short_book.pdf

all: ## do all that CI does, in fresh environments
	bash .ci/run --all

.venv/%: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -c constraints.txt -e '.[$*]'
	touch $@
