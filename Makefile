# comity: every command of the house, one line each. `make` alone shows them.
PYTHON ?= python3
RUN := .venv/bin
READY := .setup/ready
# Each of two workers takes one half of the tests as they stand, then what the other has left.
TWO := -n 2 --dist worksteal
# Python keeps what it compiled: the tests start comity some hundred times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup check test demo serve bench docs laws changes audit clean
help:            ## show these lines
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/: .*## /\t/' | expand -t 10

setup: $(READY)  ## make .venv what uv.lock says (every other target does this itself)
$(READY): pyproject.toml uv.lock tools/setup.py
	@$(PYTHON) tools/setup.py
	@touch $(READY)

check: $(READY)  ## style, types, import contracts, law packs: under a minute
	@echo "check: style"; $(RUN)/ruff check -q . && $(RUN)/ruff format -q --check .
	@echo "check: types"; $(RUN)/mypy --no-error-summary
	@echo "check: import contracts"; $(RUN)/lint-imports --no-cache > .setup/imports.txt || (cat .setup/imports.txt; exit 1)
	@echo "check: law packs"; $(RUN)/comity law check

test: check      ## everything that must hold: checks, then all tests, the kernel's with their coverage
	@echo "test: the kernel, with branch coverage"
	@rm -f .coverage*
	@$(RUN)/coverage run -m pytest $(TWO) tests/kernel
	@$(RUN)/coverage combine -q && $(RUN)/coverage report --fail-under=100 --skip-covered
	@echo "test: the promises and everything else"
	@$(RUN)/pytest $(TWO) --ignore=tests/kernel

demo: $(READY)   ## one real demand through every room (CORPUS=folder answers from your own mail)
	@$(RUN)/comity demo --out demo $(if $(CORPUS),--corpus "$(CORPUS)")

serve: $(READY)  ## the desk and the portal in a browser, on the demo's office (OFFICE=folder serves your own)
	@test -n "$(OFFICE)" || test -d demo/office || $(RUN)/comity demo --out demo
	@$(RUN)/comity serve --office "$(or $(OFFICE),demo/office)" --portal 8401 \
	  $(if $(OFFICE),,--as clerk --as counsel --as first.approver --as second.approver --as auditor --as administrator)

bench: $(READY)  ## the works of docs/performance.md against their peers, side by side
	@$(RUN)/python -m bench

docs: $(READY)   ## make again what the docs generate, and say what changed
	@$(RUN)/python -m tools.docs

laws: $(READY)   ## render the law book into docs/laws/
	@$(RUN)/comity law book docs/laws

changes: $(READY) ## every verdict that the law packs flip against their last edition
	@$(RUN)/python -m tools.changes

audit: $(READY)  ## known weaknesses of the packages in uv.lock
	@$(RUN)/python -m tools.audit

clean:           ## remove what the other targets made
	@rm -rf .venv .setup demo bench/.work
