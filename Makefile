.DEFAULT_GOAL := help
SHELL := /bin/sh

# The connectors run on Python 3.10 to 3.13, and PyAirbyte, which the host runs them by, on 3.10 to 3.12: of those, the first
# one found is used.
PYTHON ?= $(shell for python in python3 python3.12 python3.11 python3.10; do \
	"$$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 13))' 2>/dev/null && echo "$$python" && break; done)
BIN := .venv/bin
PACKAGES := huma-xledger source-huma source-xledger destination-huma destination-xledger huma_api xledger_api connector_base shared_mappings
DISTRIBUTIONS := $(filter-out huma-xledger-huma-xledger,$(subst _,-,$(PACKAGES:%=huma-xledger-%))) huma-xledger
PROJECTS := pyproject.toml $(PACKAGES:%=%/pyproject.toml)
DIST := dist
UV := $(BIN)/uv
READY := .venv/ready

# Containers often forbid bytecode; every connector starts twice as fast with it.
unexport PYTHONDONTWRITEBYTECODE

SCENARIOS := 1000

.PHONY: help setup demo review sync listen verify sandbox bench pictures screenshots test test-fast golden fuzz lint format lock docs \
	dist test-pythons images images-test hosts-test terraform-test

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Install everything into .venv

$(UV):
	@test -n "$(PYTHON)" || { echo "Python 3.10, 3.11 or 3.12 is needed, and none was found. Name one: make setup PYTHON=..."; exit 1; }
	@echo "Setting up .venv with $(PYTHON) ..."
	@$(PYTHON) -m venv .venv
	@awk '/^[^ #]/ { on = /^uv==/ } on' requirements.lock > .venv/uv.requirements
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r .venv/uv.requirements

$(READY): $(UV) requirements.lock $(PROJECTS)
	@$(UV) pip install --quiet --require-hashes --no-deps -r requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation $(PACKAGES:%=--editable %)
	@touch $@

demo: $(READY) ## Run both connectors against a sandbox, and show what happens
	@$(BIN)/python -m integration_tests.demo

review: $(READY) ## See a sandbox in the browser, decide, and synchronise it
	@$(BIN)/python -m integration_tests.sandbox_review $(PORT:%=--port %)

sync: $(READY) ## Run a sync: make sync CONNECTION=folder, or with FROM=xledger the other way round
	@test -n "$(CONNECTION)" || { echo "Usage: make sync CONNECTION=folder, or with FROM=xledger the other way round"; exit 2; }
	@$(BIN)/huma-xledger sync "$(CONNECTION)" $(FROM:%=--from "%")

listen: $(READY) ## Take Huma's webhooks, and bring to Xledger whomever they name: make listen CONNECTION=folder
	@test -n "$(CONNECTION)" || { echo "Usage: make listen CONNECTION=folder"; exit 2; }
	@exec $(BIN)/huma-xledger listen "$(CONNECTION)"

verify: $(READY) ## See what holds in your Xledger: make verify DESTINATION=destination.json
	@test -n "$(DESTINATION)" || { echo "Usage: make verify DESTINATION=destination.json"; exit 2; }
	@$(BIN)/python -m destination_xledger.verify "$(DESTINATION)"

sandbox: $(READY) ## Start a Huma and an Xledger on this machine, with configs in .state/sandbox
	@$(BIN)/python -m integration_tests.sandbox --configs .state/sandbox --webhooks http://127.0.0.1:8710/webhooks/huma

bench: $(READY) ## Show what a sync costs, how fast it is, and what memory it takes
	@echo "This takes about seven minutes; four tables about Huma come first, three about Xledger, one about the review page,"
	@echo "and two about a listener."
	@missed=0; for measured in source_huma destination_huma source_xledger destination_xledger review_page listening; do \
		$(BIN)/python -m benchmarks.$$measured || missed=1; \
	done; exit $$missed

pictures: $(READY) ## Draw the pictures and write the examples on the pages anew
	@$(BIN)/python -m integration_tests.pictures

screenshots: $(READY) ## Take the pictures of the review page anew, in a browser
	@$(BIN)/python -m integration_tests.screenshots

# A worker takes a file at a time, in the order of conftest.py: what takes longest comes first.
# One worker more than there are processors, since some wait for a connector that they have started.
TEST = $(BIN)/pytest -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)') \
	--dist loadfile --no-loadscope-reorder

test: $(READY) ## Run every test, in five minutes on two cores
	@$(TEST)

test-fast: $(READY) ## Run the tests of the domain and of each package alone, in thirty seconds
	@EXAMPLES=fast $(TEST) -m "not slow" $(wildcard */unit_tests)

golden: $(READY) ## Write the files anew that tests compare with, and say which have changed
	@$(BIN)/python -m integration_tests.golden

fuzz: $(READY) ## Try new random scenarios: make fuzz SCENARIOS=5000
	@FUZZ_SCENARIOS="$(SCENARIOS)" $(BIN)/pytest -n auto integration_tests/test_random.py

lint: $(READY) ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# What cannot be mended keeps nothing from being formatted, nor does what was mended stay unformatted.
format: $(READY) ## Put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .; left=$$?; $(BIN)/ruff format --quiet . && exit $$left

# The lock file holds versions and hashes, and no address: it works behind any package index.
#
# A bill of materials is looked at without what its writer would look at it with (an extra that is left out): a dozen
# libraries that jsonschema loads wherever it finds them, which doubles what a connector takes to start, and no user has.
lock: $(UV) ## Resolve the dependencies anew
	@echo 'cyclonedx-python-lib>=11,<12' > .venv/uv.overrides
	@$(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header --override .venv/uv.overrides $(UPGRADE) \
		$(DISTRIBUTIONS:%=--no-emit-package %) pyproject.toml --group dev --output-file requirements.lock

# The theme's word about its successor is for whoever keeps this project, not for whoever builds the pages.
# Not quietly: what mkdocs does not print, it does not count either, and nothing would end a build.
docs: $(READY) ## Build the documentation site into build/site, and try it: every link, and in a browser
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@$(BIN)/pytest --quiet distribution/site_tests

dist: $(READY) ## Build every package into dist, for a package index, and try each in an empty environment
	@$(BIN)/python -m distribution.wheels "$(DIST)"

test-pythons: $(READY) ## Try the wheels, and the unit tests against them, on the lowest and the highest Python there is
	@$(BIN)/pytest -n 2 --dist loadfile distribution/python_tests

images: $(READY) ## Build the images with docker, podman or buildah, or one: make images PACKAGE=source-huma
	@$(BIN)/python -m distribution.images $(PACKAGE)

images-test: $(READY) ## Try the images that `make images` built, as Airbyte's pods run them, and others, against a sandbox
	@$(BIN)/python -m distribution.image_tests

# It needs a package index: without one, the first environment says so and everything fails.
hosts-test: $(READY) ## Install and run every host that the page about hosts names, by the page's own commands
	@$(BIN)/pytest -n 3 --dist loadfile distribution/host_tests

terraform-test: $(READY) ## Try the Terraform files with Terraform, where it is there
	@$(BIN)/pytest --quiet distribution/terraform_tests
