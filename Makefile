# Two commands: `make demo` and `make test`. Both build what they need in .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export HF_HUB_OFFLINE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: install lock lint test unit unit-processors flows faults compat docs demo clean

install: $(STAMP)

# What is downloaded is compared with hashes, except torch: its build differs between machines.
$(STAMP): pyproject.toml constraints.txt requirements-dev.lock
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "nerloop needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

# The lock files, with the versions in constraints.txt and, of Doccano, in its lock file; takes minutes.
LOCK_TOOLS := .venv-lock
DOCCANO := server/demo/local_doccano/doccano
PIP_COMPILE := $(LOCK_TOOLS)/bin/pip-compile --quiet --generate-hashes --strip-extras \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
# Without torch, and with what builds nerloop.
OF_NERLOOP := --unsafe-package torch --build-deps-for editable -c constraints.txt pyproject.toml

lock:
	$(PYTHON) -m venv --clear $(LOCK_TOOLS)
	$(LOCK_TOOLS)/bin/python -m pip install --quiet pip-tools==7.6.2
	$(PIP_COMPILE) $(OF_NERLOOP) --extra bundled --extra postgres -o requirements.lock
	$(PIP_COMPILE) $(OF_NERLOOP) --all-extras -o requirements-dev.lock
	$(PIP_COMPILE) --allow-unsafe $(DOCCANO).in -o $(DOCCANO).lock
	sed -i -e '/^#/d;/^$$/d' -e '1i # Made by `make lock`.' requirements.lock requirements-dev.lock $(DOCCANO).lock

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/hadolint docker/Dockerfile docker/doccano.Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yml docker/compose.cuda.yml

# One thread for torch: the tests' models are tiny, and several processes share the cores.
test unit flows faults compat: export OMP_NUM_THREADS := 1

test: lint unit flows

unit: install
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/project tests/ner tests/worker tests/server tests/benchmarks tests/docs

# The tagger's tests as on processors with less: what oneDNN and ATen may use at most.
unit-processors: export OMP_NUM_THREADS := 1
unit-processors: install
	ONEDNN_MAX_CPU_ISA=SSE41 ATEN_CPU_CAPABILITY=default $(BIN)/python -m pytest -n 2 --dist loadfile tests/ner
	ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 $(BIN)/python -m pytest -n 2 --dist loadfile tests/ner
	ONEDNN_MAX_CPU_ISA=AVX512_CORE ATEN_CPU_CAPABILITY=avx512 $(BIN)/python -m pytest -n 2 --dist loadfile tests/ner

flows: install
	$(BIN)/python -m tests.support.doccano.browser
	$(BIN)/python -m pytest tests/flows tests/faults

# Every effect of the loop, and every way in which it can go wrong: one to two hours. Then the demo
# four times, the last three while its processes are killed: about an hour.
faults: install
	$(BIN)/python -m tests.effects
	$(BIN)/python -m tests.effects.random_kills

# All tests with a real Doccano, on every version of it that nerloop works with; see tests/compat.py.
compat: install
	$(BIN)/python -m tests.support.doccano.browser
	$(BIN)/python -m tests.compat $(VERSIONS)

# The documentation, as a site in site/; the pages that come from the code are written first.
docs: install
	$(BIN)/python -m docs.generate
	$(BIN)/python -m sphinx -W --keep-going -n -q -d .sphinx docs site

demo: install
	$(BIN)/nerloop demo $(if $(REVIEWER),--reviewer $(REVIEWER))

clean:
	rm -rf $(VENV) $(LOCK_TOOLS) .nerloop .sphinx site
