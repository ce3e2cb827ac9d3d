# What people do here, each in one word. `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Handed to `parley serve` by `make run`, as in: make run ARGS="--listen 127.0.0.1:0"
ARGS ?=
# Which tests `make test` runs; all of them where it is empty.
FILTER ?=
# How many tests run at one time.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
# Where `make client` finds the server.
HOST ?= 127.0.0.1
PORT ?= 6789
# The one seed that `make sim` tells, or how many of them it plays; SABOTAGE breaks the server.
SEED ?=
SEEDS ?= 10000
SABOTAGE ?=
# Where `make install` puts it, below DESTDIR where a package is made.
PREFIX ?= /usr/local
DESTDIR ?=

# A target must name each target that it imports.
IMPORTS := --explicit-target-dependency-import-check error
# With Swift's libraries in the binary, so that it runs where there is no Swift; all release builds
# have the same flags, at a terminal too, as others would have everything built anew.
RELEASE_FLAGS := -c release --static-swift-stdlib --no-color-diagnostics $(IMPORTS)
RELEASE := swift build $(RELEASE_FLAGS) --product parley
SIMULATE := swift build $(RELEASE_FLAGS) --product parley-sim

.PHONY: help setup build run client demo test sanitize fuzz soak format lint sim bench docs install

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' Makefile

setup: ## install what is missing (Debian packages), saying what it does
	@Scripts/setup

build: ## build the release
	$(RELEASE)

run: ## build the release and start the server (ARGS="…" are its flags)
	@Scripts/setup build
	$(RELEASE)
	@exec "$$($(RELEASE) --show-bin-path)/parley" serve $(ARGS)

client: ## build the release and talk to the server (HOST, PORT; ARGS="…" instead)
	@Scripts/setup build
	$(RELEASE)
	@exec "$$($(RELEASE) --show-bin-path)/parley" chat $(or $(ARGS),$(HOST):$(PORT))

demo: ## show a server and three clients in tmux (ARGS=--capture prints it)
	@Scripts/setup demo
	$(RELEASE)
	@PARLEY="$$($(RELEASE) --show-bin-path)/parley" Scripts/demo $(ARGS)

test: ## build everything and run the tests (FILTER="…" for some, JOBS at a time)
	@Scripts/setup test
	Scripts/patiently 1500 swift build --build-tests $(IMPORTS)
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(JOBS) \
	  Scripts/test $(if $(FILTER),--filter "$(FILTER)")

sanitize: ## run the server's tests under ThreadSanitizer and AddressSanitizer
	@Scripts/setup test
	Scripts/patiently 1500 swift build --build-tests $(IMPORTS)
	@Scripts/sanitize

fuzz: ## feed every parser for a minute (SECONDS_EACH=…, TARGETS="line irc")
	@Scripts/setup test
	@Scripts/fuzz

soak: ## run the long variants of the tests and keep the result in docs/soak
	@Scripts/setup test
	@Scripts/soak

format: ## format the Swift files
	@Scripts/swift-files | xargs -0 swift format format --in-place --parallel

lint: ## check the Swift files' format and the scripts' syntax
	@Scripts/lint

sim: ## play simulated servers (SEED=… tells one, SEEDS=… says how many)
	$(SIMULATE)
	@"$$($(SIMULATE) --show-bin-path)/parley-sim" $(if $(SABOTAGE),--sabotage $(SABOTAGE)) \
	  $(if $(SEED),--seed $(SEED),--seeds 1-$(SEEDS)) $(ARGS)

bench: ## compare with a bare C server (ARGS=--acknowledged: messages a second)
	@Scripts/setup test
	@Scripts/bench-floor $(ARGS)

install: ## build the release; install it with man page and completions (PREFIX=/usr/local)
	$(RELEASE)
	install -D -m 755 "$$($(RELEASE) --show-bin-path)/parley" "$(DESTDIR)$(PREFIX)/bin/parley"
	strip --strip-debug "$(DESTDIR)$(PREFIX)/bin/parley"
	install -D -m 644 docs/man/parley.1 "$(DESTDIR)$(PREFIX)/share/man/man1/parley.1"
	install -D -m 644 docs/completions/parley.bash \
	  "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/parley"
	install -D -m 644 docs/completions/_parley \
	  "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_parley"
	install -D -m 644 docs/completions/parley.fish \
	  "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/parley.fish"

docs: ## write the settings into the manual, the man page, the completions; check the links
	swift build --build-tests $(IMPORTS)
	PARLEY_WRITE_DOCS=1 swift test --skip-build --filter 'The.manual|The.contract|Documents|What.is.installed'
