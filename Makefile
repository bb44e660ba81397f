# Everything a newcomer needs. `make help` lists the targets.
.DEFAULT_GOAL := help
PY := .venv/bin/python
# How often crash-test kills, how many records bench-million makes.
ROUNDS ?= 300
COUNT ?= 1000000
# One environment for all targets: no writes outside the project, Chinese texts readable everywhere.
export PYTHONUTF8 := 1

.PHONY: help setup run tour test crash-test fault-test office-test screens-test keyboard-test postgres-test openapi lint bench bench-million reference screens manual installer windows-test lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/ready ## Set up the virtual environment and, on Debian as root, the system libraries

.venv/ready: requirements/all.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh

run: setup ## Open the client on a throw-away demo profile (without a display: make the tour)
	@$(PY) scripts/demo.py

tour: setup ## Drive the main job through the real window on a virtual screen; pictures in .run/tour
	@$(PY) scripts/demo.py --tour

test: setup ## Run the tests
	@$(PY) -m pytest -q -n 2

postgres-test: setup ## The gateway's tests on PostgreSQL (needs Debian's package postgresql)
	@JGGATEWAY_TEST_POSTGRES=1 $(PY) -m pytest -q -m 'heavy or not heavy' tests/gateway

openapi: setup ## Write the gateway's published contract, docs/openapi.json
	@$(PY) -m jggateway openapi --out docs/openapi.json

lint: setup ## Style, types and the arrows between the rooms
	@$(PY) -m ruff format --check -q .
	@$(PY) -m ruff check -q .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache

fault-test: setup ## Every pair of fault and moment between client and gateway; all arrives exactly once
	@$(PY) -m pytest -q -n 2 -m heavy tests/faults

office-test: setup ## Round trips of every form and layout, also through LibreOffice's .xlsx, .xls and .ods
	@sh scripts/office.sh
	@$(PY) -m pytest -q -n 2 -m heavy --timeout 600 -o faulthandler_timeout=0 tests/jobs/test_office.py tests/jobs/test_round_trips.py \
		tests/exchange/test_binary_book.py

screens-test: setup ## Look for clipped words, overlaps, weak contrast and an unseen focus on every page
	@$(PY) -m pytest -q -n 2 -m heavy tests/ui/test_screens.py tests/ui/test_accessible.py

keyboard-test: setup ## Enter, finish and send a record of every form by real key events; print the keys it took
	@$(PY) scripts/screen.py $(PY) scripts/keyboard.py

crash-test: setup ## Kill a working process ROUNDS times (300); every promise must have been kept
	@$(PY) tests/crash/crash_rounds.py --rounds $(ROUNDS)

screens: setup ## Pictures of every page, size and scheme in .run/screens
	@$(PY) scripts/screens.py

manual: setup ## Write docs/用户手册.md's pictures, made by the program itself
	@$(PY) scripts/manual.py

bench: setup ## Measure speed and memory against peers and limits
	@$(PY) scripts/screen.py $(PY) -m bench

reference: setup ## Write docs/reference from the form files
	@$(PY) scripts/make_reference.py

installer: setup ## Build the Windows set-up, the portable ZIP, bill of materials and checksums into dist/
	@$(PY) -m installer $(INSTALLER_OPTIONS)

windows-test: setup ## Install and use the Windows program under wine; pictures in .run/windows-tour
	@$(PY) -m installer.trial
	@$(PY) scripts/check_pictures.py .run/windows-tour

bench-million: setup ## The same for COUNT records (1000000); makes them first, kept in .run
	@mkdir -p .run
	@$(PY) scripts/screen.py $(PY) -m bench.million $(COUNT)

lock: ## Renew the hash-locked dependency lists (needs uv)
	uv pip compile pyproject.toml --extra gateway --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header -q -o requirements/all.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header -q -o requirements/client.lock

clean: ## Remove everything that was made
	rm -rf .venv .run build dist *.egg-info
