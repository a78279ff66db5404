# make race   set up, then open the window (in a terminal without a display: race there)
# make test   set up, then lint, type-check and test; make coverage also says how much the tests ran
PYTHON ?= python3
BIN := .venv/bin

.PHONY: race test coverage test-torch test-mlx test-vllm lint check format lock bench fuzz mutate attacks package clean

race: .venv/.ready-app
	@$(BIN)/mtp-race

test: lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(MEASURED)

# The same, and how much of each room the tests ran.
coverage: MEASURED := --cov --cov-report=
coverage: test
	$(BIN)/python packaging/coverage_table.py

lint: .venv/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture

# Engines whose libraries are too large for every test run: install them beside the others, then run their tests.
# With pip and not uv, so that pip's own settings (a mirror, a cap, files on this disk) choose the build of torch.
test-torch: .venv/.ready-dev
	$(BIN)/python -m pip install -q "torch>=2.9" "transformers>=5.17,<6" safetensors
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 0 tests/engines/test_transformers.py tests/present/test_recipes.py

test-mlx: .venv/.ready-dev
	$(BIN)/python -m pip install -q "mlx>=0.31; sys_platform == 'darwin'" "mlx[cpu]>=0.31; sys_platform == 'linux'" "mlx-lm>=0.32"
	$(BIN)/python -m pip install -q --no-deps "mlx-vlm==0.7.10"
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 0 tests/engines/test_mlx.py

# vLLM's processor build has an environment of its own (3.4 GB); the tests start its server from there.
test-vllm: .venv/.ready-dev
	$(BIN)/python packaging/setup_vllm.py
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 0 tests/engines/test_vllm.py

# Every reader of what comes from outside, on changed inputs, for a minute each (READERS=gguf for one of them).
fuzz: .venv/.ready-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.fuzz $(READERS) --seconds 60

format: .venv/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/.ready-%: requirements/%.txt requirements/llama.txt requirements/bootstrap.txt packaging/setup_environment.py
	@$(PYTHON) packaging/setup_environment.py $*

# After a change of the dependencies in pyproject.toml.
LOCK := $(BIN)/uv pip compile -q --universal --generate-hashes --no-header
lock: .venv/.ready-dev
	$(LOCK) --no-emit-package llama-cpp-python pyproject.toml -o requirements/app.txt
	$(LOCK) --no-emit-package llama-cpp-python pyproject.toml --group dev -o requirements/dev.txt
	$(LOCK) --only-binary :all: resources/sandbox/requirements.in -o resources/sandbox/requirements.txt
	printf "llama-cpp-python==0.3.36\n" | $(LOCK) --no-deps - -o requirements/llama.txt
	printf "uv\nhatchling\neditables\n" | $(LOCK) - -o requirements/bootstrap.txt

# By hand: changes the code a little, again and again, and sees whether the tests notice (docs/reliability.md).
mutate: .venv/.ready-dev
	$(BIN)/python -P packaging/mutate.py $(ROOMS)

# By hand: programs that try to get out of the sandbox, as a table (docs/reliability.md).
attacks: .venv/.ready-dev
	PYTHONPATH=$(CURDIR) $(BIN)/python -P -m tests.sandbox.attacks

# The Linux packages (docs/packaging.md). Builds the portable llama.cpp first, unless build/portable has its wheel.
package: .venv/.ready-dev
	$(BIN)/python packaging/linux/bundle.py

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage build dist
