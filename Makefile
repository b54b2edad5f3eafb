# make demo   the main job: digits from images to a validated firmware
# make test   all tests
# make bench  cycles and bytes of known networks and operators; BENCH="KWS --operators" for some
# make lock   renews requirements/dev.lock: what make test installs, with hashes
# make docs   the documentation as a site, into build/docs
# make zoo    trains what is still missing in the table of docs/results.md; ZOO="mnist_lenet5" for one
# All install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
JOBS ?= 2

.PHONY: demo test bench docs lock zoo clean

demo: $(VENV)/all
	rm -rf demo
	$(BIN)/tinycnn init demo
	$(BIN)/tinycnn build demo
	$(BIN)/tinycnn validate demo

# Hundreds of tests start Python: without kept bytecode each compiles tinycnn anew.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

bench: $(VENV)/dev
	$(BIN)/python -m tools.bench $(BENCH)
	$(if $(BENCH),,$(BIN)/python -m tools.bench.operators)

lock: | $(VENV)
	$(BIN)/python -m pip install --quiet "uv>=0.5,<1"
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.10 \
	    --upgrade --generate-hashes --no-annotate --quiet \
	    --custom-compile-command "make lock" --output-file requirements/dev.lock

docs: $(VENV)/dev
	$(BIN)/python -m tools.docs

zoo: $(VENV)/dev
	$(BIN)/python -m tools.zoo $(ZOO) --markdown docs/results.md

clean:
	rm -rf $(VENV) demo

$(VENV)/all: pyproject.toml | $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[all]"
	touch $@

# No other bytes than those of the lock: neither later releases nor a build's own tools.
$(VENV)/dev: pyproject.toml requirements/dev.lock | $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV):
	$(PYTHON) -m venv $(VENV)
