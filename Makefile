# Everything that one does with this project; `make` alone lists it. A whole recipe goes to one sh,
# with flags that let make start none where none is needed. The project's path may hold spaces.
$(if $(filter 3.% 4.0 4.0.% 4.1 4.1.%,$(MAKE_VERSION)), \
  $(error This Makefile needs GNU Make 4.2 or newer; this is $(MAKE_VERSION)))
.ONESHELL:
.SHELLFLAGS := -ec
MAKEFLAGS += --no-builtin-rules

## SET=NAME       for report, crate, pdf, why and watch: the parameter set (default: base)
SET ?= base
## KERNEL=plain   for report: ordinary kernels instead of children of one process
## JOBS=N         for report: notebooks at once (default: one a processor)
## LIMIT=SECONDS  for report: what a cell may take before it is stopped
## PYTHON=PATH    the Python, 3.11 or newer, that .venv is made with (default: python3)
PYTHON ?= python3
## PORT=N         for watch: where the preview is, on this machine (default: a free port)
PORT := 0
## LAB=OPTIONS    for lab: more options for JupyterLab
## UPGRADE=1      for lock: take the newest versions instead of keeping those that still fit

# Bytecode and what tools remember stay out of the folders that `make report` watches.
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/.pycache
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/build/.hypothesis
# params/parameters.yaml says what the parameters mean; every other file there is a set.
SETS := $(sort $(filter-out parameters,$(patsubst params/%.yaml,%,$(wildcard params/*.yaml))))
check_set = $(if $(and $(filter 1,$(words $(SET))),$(filter $(SETS),$(SET))),,$(error \
  There is no parameter set '$(SET)': params/ holds $(or $(SETS),none)))
# What a page is made from, where the lock of verdicts need not be there, and what it consists of.
INPUTS := data params notebooks reportlib requirements pyproject.toml $(wildcard verdicts.lock.json)
PAGE := build/$(SET)/report.html
MADE := $(PAGE) $(addprefix build/$(SET)/,run.json notebooks findings.json findings.csv \
  findings.schema.json sources.bib sources.csl.json sources.csv)

# A page is stale if a part of it is missing, or if the list of its inputs, with the time of change
# and the size of each, is not the one from before its last build, whatever the clock said since.
# LIST has neither quotes nor a redirection, and so needs no shell; its error counts as a change.
LIST = find -L $(INPUTS) -name __pycache__ -prune -o -name .ipynb_checkpoints -prune \
  -o -not -type d -printf %p:%C@:%s:
changed = $(subst :$(shell $(LIST))$(filter-out 0,$(.SHELLSTATUS)),,:$(file <build/$(SET)/.stamp))
stale = $(or $(filter-out $(wildcard $(MADE)),$(MADE)),$(changed))

# $(call prepare,TASK): start requirements/environment.py, which any Python 3 understands. A .venv
# that exists is made anew for another Python only if the command line names one.
PY := .venv/bin/python
define prepare
python=$(PY); [ -x $$python ] || python='$(PYTHON)'
"$$python" -IS requirements/environment.py $(1) '$(PYTHON)' \
  $(if $(filter command,$(origin PYTHON)),chosen) || { case $$? in 126|127)
    echo "No Python was found as '$$python': install 3.11 or newer, or name it with PYTHON=PATH" >&2
  esac; exit 1; }
endef

# $(call build,SETS,OPTIONS): a build that comes to its end makes .stamp of .stamp.new, so that an
# edit meanwhile is seen by the next. It takes the shell's place, so that who ends make ends it.
define build
$(call prepare,report)
for set in $(1); do mkdir -p build/$$set; $(LIST) > build/$$set/.stamp.new || :; done
exec $(PY) -m reportlib build $(2) --stamp $(if $(KERNEL),--kernel '$(KERNEL)') \
  $(if $(JOBS),--jobs '$(JOBS)') $(if $(LIMIT),--limit '$(LIMIT)')
endef

.PHONY: help report reports crate pdf why test check lint types layers data accepted diff accept \
  bench lab watch format browser checkers environment lock clean
help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile
	echo; sed -n 's/^##/ /p' Makefile; echo '  Parameter sets: $(SETS)'
report: ## Build build/SET/report.html, if anything that it is made from has changed
	@$(check_set)$(if $(stale),$(call build,$(SET),--set $(SET)),$(info $(PAGE) is up to date):)
reports: ## Build the page of every parameter set
	@$(call build,$(SETS),--all-sets)
crate: report ## Put page, inputs, method and provenance into build/SET/report.crate.zip
pdf: report ## Print the page as build/SET/report.pdf, with a browser on this machine
crate pdf:
	@$(call prepare,report)
	$(PY) -m reportlib $@ --set '$(SET)'
why: ## Say of each notebook what is stale, and because of what
	@$(call prepare,report)
	$(PY) -m reportlib build --dry-run --set '$(SET)'
test: environment browser checkers ## Run the tests, as many at once as there are processors
	@$(PY) -m pytest --numprocesses logical --maxprocesses 8 --dist worksteal
check: lint types layers data accepted test ## Run all checks and the tests, as CI does
lint: environment ## Check style and form of code and notebooks with ruff
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
types: environment ## Check types with mypy
	@$(PY) -m mypy
layers: environment ## Check that modules import only from the layers below them
	@.venv/bin/lint-imports --no-logo --cache-dir build/.import_linter_cache
data: environment ## Check the data package and that the notebooks keep their contract
	@$(PY) -m reportlib check
accepted: environment ## Check that every state, value and row is as it was accepted
	@$(PY) -m reportlib diff --exit-code
diff: environment ## Say, claim by claim, what is not as it was accepted, and why
	@$(PY) -m reportlib diff
accept: environment ## Accept every claim as it is now: write verdicts.lock.json
	@$(PY) -m reportlib accept
bench: environment browser checkers ## Measure speed and how it grows, beside others: a quarter hour
	@$(PY) -m tests.bench
lab: environment ## Open JupyterLab on notebooks/
	@exec $(PY) -m jupyterlab --ServerApp.root_dir="$(CURDIR)" --LabApp.news_url= \
	  --LabApp.default_url=/lab/tree/notebooks --LabApp.extension_manager=readonly \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate $(LAB)
watch: environment ## Build at every save, and show it in a preview that follows; Ctrl-C ends it
	@exec $(PY) -m reportlib watch --set '$(SET)' --port '$(PORT)'
format: environment ## Format code and notebooks, and strip the notebooks' outputs
	@$(PY) -m ruff check --fix --exit-zero --quiet . && $(PY) -m ruff format .
	find notebooks tests -name .ipynb_checkpoints -prune -o -name '*.ipynb' -exec \
	  $(PY) -m nbstripout --keep-id --extra-keys metadata.language_info.version {} +
environment: ## Fill .venv with all that developing needs (the other targets do it when needed)
browser: ## Find a browser for the browser tests; on Debian, as root, install one
checkers: environment ## Install the checkers of the page; on Debian, as root, node and Java too
environment browser checkers:
	@$(call prepare,$@)
lock: environment ## Write requirements/*.txt anew from requirements/*.in
	@for name in report develop bench; do $(PY) -m uv pip compile --quiet $(if $(UPGRADE),--upgrade) \
	  --output-file "requirements/$$name.txt" "requirements/$$name.in"; done
clean: ## Remove build/ and what tools left behind; .venv stays, so no network is needed after it
	@rm -rf build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -path ./.venv -prune -o -path ./.git -prune -o \
	  \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
