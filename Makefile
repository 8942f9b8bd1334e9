# Everything that one does with this project. `make` alone lists it.
#
# Recipes are POSIX sh, whole recipes to one shell (.ONESHELL), and each path is relative or
# quoted, since the project's own path may hold spaces. With other flags than -ec make would start
# a shell even where it needs none.

ifneq ($(filter 3.% 4.0 4.0.% 4.1 4.1.%,$(MAKE_VERSION)),)
$(error This Makefile needs GNU Make 4.2 or newer; this is $(MAKE_VERSION))
endif

.ONESHELL:
.SUFFIXES:
.DEFAULT_GOAL := help
SHELL := /bin/sh
.SHELLFLAGS := -ec
MAKEFLAGS += --no-builtin-rules

SET ?= base
PYTHON ?= python3
PY := .venv/bin/python
LAB ?=
KERNEL ?= forked
JOBS ?= 0
LIMIT ?=
UPGRADE ?=
# Of the command line alone: many an environment holds a PORT that is meant for something else.
PORT := 0

# A .venv that exists is made anew for another Python only if the command line names one.
PYTHON_CHOSEN := $(filter command,$(origin PYTHON))

# Bytecode and what tools remember stay out of the folders that `make report` watches.
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/.pycache
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/build/.hypothesis
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# params/parameters.yaml says what the parameters mean; every other file there is a set.
SETS = $(sort $(filter-out parameters,$(patsubst params/%.yaml,%,$(wildcard params/*.yaml))))

# How it is built, which changes nothing of what comes out.
HOW = --kernel '$(KERNEL)' --jobs '$(JOBS)' $(if $(LIMIT),--limit '$(LIMIT)')

# What a page is made from; the lock of verdicts need not be there.
LOCK := verdicts.lock.json
INPUTS := data params notebooks reportlib requirements pyproject.toml $(wildcard $(LOCK))

# Shell lines after which .venv holds what requirements/$(1).txt pins, and the project itself.
#   .venv/.made     the project's path and the Python that .venv was made with
#   .venv/.report   checksum of the lock that was installed for a report
#   .venv/.develop  checksums of the locks that were installed for everything
#   .venv/.project  checksum of pyproject.toml when the project itself was installed
# If all are current, this reads them and is done; else only what differs is fetched.
define environment
say() { printf '%s\n' "$$*" >&2; }
current() { [ "$$1" = "$$(cat "$$2" 2>/dev/null)" ]; }

here=$$(pwd -P)
python=$$(command -v '$(PYTHON)' || :)
made=$$(cat .venv/.made 2>/dev/null || :)
case $$made in
  "$$here
$$python") keep=yes ;;
  "$$here
"*) [ '$(PYTHON_CHOSEN)' ] && keep= || keep=yes ;;
  *) keep= ;;
esac
if [ ! "$$keep" ] || [ ! -x $(PY) ]; then
  if [ ! "$$python" ]; then
    say "No Python was found as '$(PYTHON)': install Python 3.11 or newer, or name one with PYTHON=/path/to/python3."
    exit 1
  fi
  found=$$("$$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || found=
  if [ ! "$$found" ]; then
    say "'$$python' does not run: install Python 3.11 or newer, or name one with PYTHON=/path/to/python3."
    exit 1
  fi
  if ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "'$$python' is Python $$found, and 3.11 or newer is needed: name one with PYTHON=/path/to/python3."
    exit 1
  fi
  if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then
    say "'$$python' cannot make environments (its venv or ensurepip is missing): on Debian or Ubuntu, apt install python3-venv."
    exit 1
  fi
  say "Making .venv with Python $$found"
  # Not the Python of an activated .venv, which is about to go, but the one beneath it.
  base=$$("$$python" -c 'import sys; print(sys._base_executable)')
  rm -rf .venv
  "$$base" -m venv .venv
  printf '%s\n%s\n' "$$here" "$$python" > .venv/.made
fi

report=$$(cksum requirements/report.txt)
wanted=$$report
[ $(1) = report ] || wanted=$$report$$(cksum requirements/$(1).txt)
project=$$(cksum pyproject.toml)
log=.venv/install.log
if ! current "$$wanted" .venv/.$(1); then
  say "Installing requirements/$(1).txt into .venv (a minute or two if it is new)"
  rm -f .venv/.report .venv/.develop
  if ! $(PY) -m pip install --no-input --retries 2 --require-hashes \
      --requirement requirements/$(1).txt > $$log 2>&1; then
    if grep -E '^ *(WARNING|ERROR)' $$log | grep -qiE 'connection|name.?resolution|timed out|timeout|proxy|ssl'; then
      say "requirements/$(1).txt could not be fetched: the first build needs a network, later ones do not (pip's own words: $$log)."
    else
      tail -n 5 $$log >&2
      say "requirements/$(1).txt could not be installed; pip's own words are above and in $$log."
    fi
    exit 1
  fi
  printf '%s\n' "$$report" > .venv/.report
  printf '%s\n' "$$wanted" > .venv/.$(1)
fi
if ! current "$$project" .venv/.project; then
  if ! $(PY) -m pip install --no-index --no-build-isolation --no-deps --editable . > $$log 2>&1; then
    tail -n 5 $$log >&2
    say "The project itself could not be installed into .venv; pip's own words are above and in $$log."
    exit 1
  fi
  printf '%s\n' "$$project" > .venv/.project
fi
endef

.PHONY: help
help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile
	echo
	printf '  %-17s %s\n' \
	  'SET=NAME' 'for report, watch and pdf: the parameter set, one of: $(SETS) (now: $(SET))' \
	  'KERNEL=plain' 'for report: ordinary kernels instead of children of one process' \
	  'JOBS=N' 'for report: notebooks at once (default: one a processor)' \
	  'LIMIT=SECONDS' 'for report: what a cell may take before it is stopped' \
	  'PYTHON=PATH' 'the Python, 3.11 or newer, that .venv is made with (now: $(PYTHON))' \
	  'PORT=N' 'for watch: where the preview is, on this machine (default: a free port)' \
	  'LAB=OPTIONS' 'for lab: more options for JupyterLab' \
	  'UPGRADE=1' 'for lock: take the newest versions instead of keeping those that still fit'

# What `make report` asks before it does anything: not empty if the page lacks something, or if one
# of its inputs was touched after its build began. An error of find counts as a touch. It takes one
# process, and so no shell: no quotes and no redirection.
MADE := $(addprefix build/$(SET)/,.stamp report.html run.json notebooks findings.json findings.csv \
  findings.schema.json sources.bib sources.csl.json sources.csv)
stale = $(or $(filter-out $(SETS),$(SET)),$(filter-out $(wildcard $(INPUTS) $(MADE)),$(INPUTS) $(MADE)),$(lock_gone),$(touched))
lock_gone = $(if $(wildcard $(LOCK)),,$(findstring "$(LOCK)",$(file <build/$(SET)/run.json)))
touched = $(shell find -L $(INPUTS) -name __pycache__ -prune -o -name .ipynb_checkpoints -prune \
  -o -cnewer build/$(SET)/.stamp -print -quit)$(filter-out 0,$(.SHELLSTATUS))

# The build takes the shell's place, so that who ends make ends it. The stamp that it leaves bears
# the time at which it began, so that an edit meanwhile is seen by the next.
define build
set='$(SET)'
if [ ! -f "params/$$set.yaml" ] || [ "$$set" != '$(filter $(SETS),$(SET))' ]; then
  printf '%s\n' "There is no parameter set '$$set': params/ holds $(if $(SETS),$(SETS),none)." >&2
  exit 1
fi
$(call environment,report)
exec $(PY) -m reportlib build --set "$$set" --stamp $(HOW)
endef

.PHONY: report
report: ## Build build/SET/report.html, if anything that it is made from has changed
	@$(if $(stale),$(build),$(info build/$(SET)/report.html is up to date):)

.PHONY: reports
reports: ## Build the page of every parameter set
	@$(call environment,report)
	exec $(PY) -m reportlib build --all-sets --stamp $(HOW)

.PHONY: crate
crate: report ## Put page, inputs, method and provenance into one archive, build/SET/report.crate.zip
	@$(call environment,report)
	$(PY) -m reportlib crate --set '$(SET)'

.PHONY: pdf
pdf: report ## Print the page as build/SET/report.pdf, with a browser on this machine
	@$(call environment,report)
	$(PY) -m reportlib pdf --set '$(SET)'

.PHONY: why
why: ## Say of each notebook what is stale, and because of what
	@$(call environment,report)
	$(PY) -m reportlib build --dry-run --set '$(SET)'

.PHONY: test
test: environment browser checkers ## Run the tests, as many at once as there are processors
	@$(PY) -m pytest --numprocesses logical --maxprocesses 8 --dist worksteal

.PHONY: check
check: lint types layers data accepted test ## Run all checks and the tests, as CI does

.PHONY: lint
lint: environment ## Check style and form of code and notebooks with ruff
	@$(PY) -m ruff check .
	$(PY) -m ruff format --check .

.PHONY: types
types: environment ## Check types with mypy
	@$(PY) -m mypy

.PHONY: layers
layers: environment ## Check that modules import only from the layers below them
	@.venv/bin/lint-imports --no-logo --cache-dir build/.import_linter_cache

.PHONY: data
data: environment ## Check the data package and that the notebooks keep their contract
	@$(PY) -m reportlib check

.PHONY: accepted
accepted: environment ## Check that every state, value and row is as it was accepted
	@$(PY) -m reportlib diff --exit-code

.PHONY: diff
diff: environment ## Say, claim by claim, what is not as it was accepted, and why
	@$(PY) -m reportlib diff

.PHONY: accept
accept: environment ## Accept every claim as it is now: write verdicts.lock.json
	@$(PY) -m reportlib accept

.PHONY: bench
bench: environment browser checkers ## Measure speed, beside others', and how it grows: a quarter of an hour; build/bench.json
	@$(PY) -m tests.bench

.PHONY: lab
lab: environment ## Open JupyterLab on notebooks/
	@exec $(PY) -m jupyterlab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate --LabApp.news_url= \
	  --LabApp.extension_manager=readonly $(LAB)

.PHONY: watch
watch: environment ## Build at every save, and show it in a preview that follows; Ctrl-C ends it
	@exec $(PY) -m reportlib watch --set '$(SET)' --port '$(PORT)'

.PHONY: format
format: environment ## Format code and notebooks, and strip the notebooks' outputs
	@$(PY) -m ruff check --fix --exit-zero --quiet .
	$(PY) -m ruff format .
	find notebooks tests -name .ipynb_checkpoints -prune -o -name '*.ipynb' \
	  -exec $(PY) -m nbstripout --keep-id --extra-keys metadata.language_info.version {} +

.PHONY: browser
browser: ## Find a browser for the browser tests; on Debian, as root, install one
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do
	  ! command -v "$$name" >/dev/null || exit 0
	done
	if [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then
	  export DEBIAN_FRONTEND=noninteractive
	  mkdir -p build
	  log=build/browser.log
	  echo "Installing chromium for the browser tests"
	  apt-get update > "$$log" 2>&1 &&
	    apt-get install -y --no-install-recommends chromium fonts-dejavu-core >> "$$log" 2>&1 || :
	  ! command -v chromium >/dev/null || exit 0
	fi
	none='No browser was found (chromium, chromium-browser, google-chrome or google-chrome-stable)'
	if [ "$${CI:-}" = true ]; then
	  echo "$$none, and CI=true asks for one." >&2
	  exit 1
	fi
	echo "$$none: the browser tests are skipped." >&2

.PHONY: checkers
checkers: environment ## Install the checkers of the page; on Debian, as root, node and Java for them too
	@have() { command -v "$$1" >/dev/null; }
	log=build/checkers.log wants=
	mkdir -p build
	if ! have node || ! have npm; then wants='nodejs npm'; fi
	have java || wants="$$wants default-jre-headless"
	if [ "$$wants" ] && [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then
	  echo "Installing for the checkers of the page: $$wants"
	  export DEBIAN_FRONTEND=noninteractive
	  apt-get update > "$$log" 2>&1 &&
	    apt-get install -y --no-install-recommends $$wants >> "$$log" 2>&1 || :
	fi
	# They lie in .venv, so that `make clean` leaves them and a new .venv has them anew.
	wrong= to=.venv/checkers pins='tests/checkers/package.json tests/checkers/package-lock.json tests/checkers/.npmrc'
	have java || wrong='No Java was found (java)'
	if ! have node || ! have npm; then
	  wrong='No node was found (node and npm, 18.16 or newer)'
	elif [ "$$(cksum $$pins)" != "$$(cat "$$to/.made" 2>/dev/null)" ]; then
	  echo 'Installing tests/checkers/package-lock.json into .venv/checkers (a minute if it is new)'
	  rm -rf "$$to"
	  mkdir -p "$$to"
	  cp $$pins "$$to"
	  if (cd "$$to" && npm ci) > "$$log" 2>&1; then
	    cksum $$pins > "$$to/.made"
	  else
	    rm -rf "$$to"
	    wrong="tests/checkers/package-lock.json could not be installed (npm's own words: $$log)"
	  fi
	fi
	[ "$$wrong" ] || exit 0
	if [ "$${CI:-}" = true ]; then
	  echo "$$wrong, and CI=true asks for it." >&2
	  exit 1
	fi
	echo "$$wrong: the tests that need it are skipped." >&2

.PHONY: environment
environment: ## Fill .venv with all that developing needs (the other targets do it when needed)
	@$(call environment,develop)

.PHONY: lock
lock: environment ## Write requirements/*.txt anew from requirements/*.in
	@for name in report develop bench; do
	  $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	    --generate-hashes --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) \
	    --output-file "requirements/$$name.txt" "requirements/$$name.in"
	done

.PHONY: clean
clean: ## Remove build/ and what tools left behind; .venv stays, so no network is needed after it
	@rm -rf build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . \( -path ./.venv -o -path ./.git \) -prune \
	  -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
