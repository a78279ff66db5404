# make race   set up, then open the window (in a terminal without a display: race there)
# make test   set up, then lint, type-check and test
PYTHON ?= python3
BIN := .venv/bin

.PHONY: race test lint check format lock bench clean

race: .venv/.ready-app
	@$(BIN)/mtp-race

test: lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

lint: .venv/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/.ready-%: requirements/%.txt requirements/bootstrap.txt packaging/setup_environment.py
	@$(PYTHON) packaging/setup_environment.py $*

# After a change of the dependencies in pyproject.toml.
lock: .venv/.ready-dev
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header pyproject.toml -o requirements/app.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header pyproject.toml --group dev -o requirements/dev.txt
	printf "uv\nhatchling\neditables\n" | $(BIN)/uv pip compile -q --universal --generate-hashes --no-header - -o requirements/bootstrap.txt

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
