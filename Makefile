# The project's own commands. `make` alone lists them.
PREFIX ?= /usr/local
export PREFIX DESTDIR

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests build install test soak bench quickstart format lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what the build needs (Debian packages; without root, print the command)
	@scripts/require-swift
	@scripts/require-packages pkg-config libyaml-dev libpq-dev libssl-dev libcurl4-openssl-dev libexpat1-dev

setup-tests: setup ## install what the tests need besides (PostgreSQL 15, 16 and 18, pgBackRest, Python, moto, tmux)
	@scripts/require-packages postgresql-15 pgbackrest tmux python3 openssl
	@scripts/fetch-servers

build: setup ## build the release binary, .build/release/holdfast
	swift build -c release --static-swift-stdlib --product holdfast

install: ## install the release binary and its completions (PREFIX=/usr/local, DESTDIR=)
	@scripts/install

test: setup-tests ## run all tests, live ones included (FILTER=regex runs some of them)
	@scripts/test $(if $(FILTER),--filter '$(FILTER)')

# The pairs of one version run one after another, and the versions too.
soak: setup-tests ## try random specs on random servers by the thousand (SEEDS=2000 a version, FIRST_SEED=0)
	@SEEDS=$(or $(SEEDS),2000) FIRST_SEED=$(or $(FIRST_SEED),0) scripts/test --filter '^SoakTests\.'

bench: build ## measure speed and memory against the stated targets
	@scripts/require-packages python3 git postgresql-15 pgbackrest
	@scripts/fetch-servers
	@scripts/bench
	@scripts/bench-aws
	@scripts/bench-access

quickstart: build ## show the main job on real servers, from nothing to drift and revert
	@scripts/require-packages postgresql-15 pgbackrest
	@scripts/quickstart

format: ## rewrite the Swift code in the project's format
	@scripts/require-swift
	swift format --in-place --parallel --recursive Package.swift Sources Tests

lint: ## check format, and the scripts with shellcheck where that is installed
	@scripts/require-swift
	swift format lint --strict --parallel --recursive Package.swift Sources Tests
	@if command -v shellcheck >/dev/null; then shellcheck .ci/run scripts/*; fi

clean: ## remove what was built
	rm -rf .build
