# Everything runs in .venv, which the first command makes from the hash-pinned lists in requirements/. What has to be
# there before: python3 (3.11 or newer) with venv, and make. pip and uv use the index that their own settings name
# (pip.conf, PIP_INDEX_URL; uv.toml, UV_DEFAULT_INDEX); uv does not read pip's, so where it fails pip takes over.

PYTHON ?= python3
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
READY := $(VENV)/.ready
LOCKS := requirements/uv.txt requirements/workbench.txt

# Without bytecode every start compiles every library again (pandas: 5 seconds instead of 1).
unexport PYTHONDONTWRITEBYTECODE
export MLFLOW_DISABLE_TELEMETRY := true

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench nightly notebooks lab mlflow requirements hooks clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## the whole job on the sample: models, scores, reports
	$(BIN)/paybench demo

test: $(READY) lint ## lint, then all tests
	$(PY) -m pytest -n $(WORKERS) --dist loadfile

lint: $(READY) ## style, types, the one-way dataflow
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	PYTHONPATH=.typing $(BIN)/lint-imports --no-logo
	$(BIN)/mypy

bench: $(READY) ## speed against named peers, as ratios
	$(PY) benchmarks/run.py
	$(PY) benchmarks/simulation.py
	$(PY) benchmarks/features.py
	$(PY) benchmarks/models.py
	$(PY) benchmarks/treeshap.py
	$(PY) benchmarks/scoring.py
	$(PY) benchmarks/reports.py
	$(PY) benchmarks/gate.py
	$(PY) benchmarks/cash.py --out build/cash --seeds 2 --report
	$(PY) benchmarks/cash_series.py --books 2
	$(PY) benchmarks/worklist.py --seeds 2
	$(PY) benchmarks/segments.py --seeds 2
	$(PY) benchmarks/dunning_rules.py --decisions 50000 --customers 500
	$(PY) benchmarks/off_policy.py --worlds 8
	$(PY) benchmarks/uplift.py --seeds 1
	$(PY) benchmarks/replies.py
	$(PY) benchmarks/dialogues.py
	$(PY) benchmarks/conversations.py --seeds 2 --worlds easy
	$(PY) benchmarks/worth.py --seeds 2 --customers 300 --only "as it is"

nightly: $(READY) ## all tests with 2,000 random examples each
	HYPOTHESIS_PROFILE=nightly $(PY) -m pytest -n $(WORKERS) --dist worksteal

notebooks: $(READY) ## run every notebook as it stands, into build/notebooks
	$(PY) pipelines/run_notebooks.py --out build/notebooks

lab: $(READY) ## JupyterLab on this machine
	$(BIN)/jupyter lab --ServerApp.ip=127.0.0.1 --LabApp.news_url=None \
	    --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate

mlflow: $(READY) ## MLflow's pages on the runs and models in mlruns/
	$(BIN)/mlflow server --host 127.0.0.1 --workers 1 --backend-store-uri sqlite:///mlruns/mlflow.db \
	    --default-artifact-root mlruns/artifacts

# UPGRADE=--upgrade takes the newest versions that pyproject.toml allows; without it only what no longer fits changes.
COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-annotate --no-header -q $(UPGRADE)

requirements: $(READY) ## compile requirements/*.txt anew after a change of pyproject.toml
	echo uv | $(COMPILE) --output-file requirements/uv.txt -
	$(COMPILE) --extra workbench --extra serve --extra dev --output-file requirements/workbench.txt pyproject.toml
	$(COMPILE) --constraint requirements/workbench.txt --output-file requirements/base.txt pyproject.toml

hooks: $(READY) ## run ruff and nbstripout before every commit
	$(BIN)/pre-commit install

clean: ## remove .venv, caches and build; keep data, mlruns and reports
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: $(READY) ## install everything into .venv (every other target does it when needed)

# The stamp comes last. Without it whatever is in .venv is taken as half made, and is made anew.
$(READY): pyproject.toml $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "paybench needs Python 3.11 \
or newer, which '$(PYTHON)' is not: install one, and name it with 'make PYTHON=python3.12 ...'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "paybench needs Python's venv module: \
apt-get install python3-venv, or your system's package of it." >&2; exit 1; }
	@$(PYTHON) -c 'import ctypes, sys; sys.platform == "linux" and ctypes.CDLL("libgomp.so.1")' 2>/dev/null || { echo \
"paybench needs the system library libgomp.so.1, which LightGBM uses: apt-get install libgomp1, or your system's \
package of it." >&2; exit 1; }
	@test -f $(READY) && $(PY) -c '' || { rm -rf $(VENV) && $(PYTHON) -m venv $(VENV); }
	@rm -f $(READY)
	@echo "Installing paybench into $(VENV); the first time this takes some minutes."
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/uv.txt
	@$(BIN)/uv pip install -q --python $(PY) --no-deps --require-hashes --only-binary :all: --compile-bytecode \
	    -r requirements/workbench.txt || \
	$(PY) -m pip install -q --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
	    -r requirements/workbench.txt
	@$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $(READY)
