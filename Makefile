# make demo   the main job: digits from images to a validated firmware
# make test   all tests
# make bench  cycles and bytes of known networks; BENCH="KWS --operators" for others
# make zoo    trains what is still missing in the README's table; ZOO="mnist_lenet5" for one
# All install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
JOBS ?= 2

.PHONY: demo test bench zoo clean

demo: $(VENV)/all
	rm -rf demo
	$(BIN)/tinycnn init demo
	$(BIN)/tinycnn build demo
	$(BIN)/tinycnn validate demo

test: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n $(JOBS)

bench: $(VENV)/dev
	$(BIN)/python -m tools.bench $(BENCH)

zoo: $(VENV)/dev
	$(BIN)/python -m tools.zoo $(ZOO) --markdown README.md

clean:
	rm -rf $(VENV) demo

$(VENV)/all $(VENV)/dev: $(VENV)/%: pyproject.toml | $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[$*]"
	touch $@

$(VENV):
	$(PYTHON) -m venv $(VENV)
