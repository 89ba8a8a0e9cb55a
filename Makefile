# Builds, installs, tests and measures the library. `make help` lists the targets.
#
# The version comes from Cargo.toml and the ABI number from the header.

PREFIX     = /usr/local
LIBDIR     = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
DESTDIR    =

SHELL       := /bin/sh
CARGO       ?= cargo
INSTALL     ?= install
MAKEFLAGS   += --no-print-directory
.DELETE_ON_ERROR:
.SUFFIXES:

# The rules below, the scripts and the bindings expect cargo's output here, whatever the user's settings.
export CARGO_TARGET_DIR := $(CURDIR)/target

version := $(shell sed -n '/^\[package\]/,/^\[[^p]/s/^version *= *"\(.*\)"/\1/p' Cargo.toml)
abi     := $(shell sed -n 's/^.define REDISCLUSTER_ABI_VERSION *\([0-9][0-9]*\).*/\1/p' include/rediscluster.h)

built  := target/release
shared := librediscluster.so
soname := $(shared).$(abi)
real   := $(shared).$(version)
static := librediscluster.a
stage  := $(CURDIR)/target/stage

# What the static library is linked with, as printed by `rustc --print native-static-libs`.
static_libs := -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc

sources := Cargo.toml $(wildcard Cargo.lock) build.rs $(shell find src -type f)

.PHONY: all
all: $(built)/$(soname) ## build the library, in target/release (the default)

# Without the crate type rlib, which Cargo.toml lists for users of the crate: rustc cannot optimise across crates with it.
# Cargo does not touch an output that is up to date, so the rule sets the time of the file.
$(built)/$(shared): $(sources)
	$(CARGO) rustc --release --lib --crate-type cdylib,staticlib
	@touch $@

$(built)/$(soname): $(built)/$(shared)
	@ln -sf $(shared) $@

# The command-line tool. Its profile has no whole-program optimisation: it waits for servers most of the time.
tool := target/tool/rediscluster

.PHONY: tool
tool: ## build the command-line tool, in target/tool
	$(CARGO) build --profile tool --package rediscluster-cli

.PHONY: demo
demo: ## start two servers; C, PHP, Go and Python read each other's keys
	@scripts/demo

.PHONY: setup
setup: ## install missing dependencies of the tests, after listing them (`make test` does this too)
	@scripts/setup test

.PHONY: test
test: ## run all tests and all lint rules
	@scripts/test

.PHONY: lint
lint: ## check formatting, warnings, oldest versions, licences and paths; RULE runs one rule
	@scripts/lint $(RULE)

.PHONY: fuzz
fuzz: ## run the fuzz target TARGET (scripts/fuzz list) for SECONDS (60)
	@scripts/fuzz '$(TARGET)' $(SECONDS)

.PHONY: cargo-deny
cargo-deny: # the checker that the lint rule `deny` runs; building it takes minutes
	$(CARGO) install --locked --root target/tools cargo-deny

.PHONY: deny
deny: cargo-deny ## check the dependencies with cargo-deny, known vulnerabilities included (needs GitHub)
	target/tools/bin/cargo-deny check

.PHONY: faults
faults: ## measure what a server that hangs or refuses does to the others; prints a table
	@scripts/setup test
	$(CARGO) test --test resilience -- --ignored --nocapture faults::table

.PHONY: chaos
chaos: ## kill servers and clients for CHAOS_SECONDS (60), then cause FAULTS (500) of networks, servers and Sentinels under load
	@scripts/setup test
	@$(MAKE) stage
	SEED=$${SEED:-random} CHAOS_SECONDS=$${CHAOS_SECONDS:-60} $(CARGO) test --test chaos
	$(CARGO) test --test tls -- --ignored
	SEED=$${SEED:-random} FAULTS=$${FAULTS:-500} $(CARGO) test --test network_chaos

.PHONY: address-space
address-space: ## run RUNS (300) commands in processes with little address space; none may be aborted
	@scripts/setup test
	@$(MAKE) stage
	. scripts/env && tests/abi/c/run --build-one tests/abi/c/test_address_space.c c99
	. scripts/env && RUNS=$${RUNS:-300} scripts/with-redis 3 -- target/tests-c/c99/test_address_space

.PHONY: tool-soak
tool-soak: ## kill runs of the command-line tool KILLS (100) times, and servers or connections FAULTS (20) times, resume, and compare all keys
	@scripts/setup test
	SEED=$${SEED:-random} KILLS=$${KILLS:-100} FAULTS=$${FAULTS:-20} $(CARGO) test --package rediscluster-cli -- without_loss --nocapture

.PHONY: models
models: ## check the models of MSETNX, RENAME and recover, with a crash at every step
	$(CARGO) run --quiet --locked --manifest-path tests/models/Cargo.toml

.PHONY: histories
histories: ## record and check histories of concurrent clients: HISTORIES (1000) of each command and disturbance, then mutants of the library
	@scripts/setup test
	@scripts/histories $${HISTORIES:-1000} mutants

.PHONY: soak
soak: ## compare N servers with one until stopped, or for COMMANDS commands; SEED repeats a run
	@scripts/setup test
	SEED=$${SEED:-random} COMMANDS=$${COMMANDS:-endless} $(CARGO) test --test differential -- --nocapture --test-threads 3 servers_reply_like_one

.PHONY: differential
differential: ## compare COMMANDS (150000) random commands with one server in each mode, with each of SERVERS (installed redis-8.6 valkey-9.1)
	@scripts/setup test
	@scripts/differential $(SERVERS)

.PHONY: matrix
matrix: ## run the tests of the core and the vectors of all languages with servers of other versions (SERVERS, by default all of scripts/servers list)
	@scripts/setup test
	@scripts/matrix $(SERVERS)

.PHONY: matrix-php
matrix-php: all ## run the tests of the PHP package and its comparison with phpredis on Debian trixie: PHP 8.4, phpredis 6.2 (needs root and debootstrap)
	@scripts/matrix-php

.PHONY: matrix-python
matrix-python: ## run the tests of the Python package with redis-py 5.2, 6, 7 and the newest (RELEASES), and print how many calls agree with redis-py
	@scripts/setup test
	@scripts/matrix-python

.PHONY: python-soak
python-soak: ## make CALLS (100000) calls of each kind from Python, whose memory must stay flat, and fork FORKS (1000) times under load
	@scripts/setup test
	@CALLS=$${CALLS:-100000} FORKS=$${FORKS:-1000} bindings/python/tests/run test_memory.py test_processes.py

.PHONY: applications
applications: ## run applications for one server on three masters: RQ, Celery, Django, arq, SAQ, dramatiq, Channels, BullMQ
	@scripts/setup test
	@tests/clients/run --applications
	@export OPTIONS='"hash_tag":"keep","transactions":"per_node"'; \
	    tests/clients/run celery django arq dramatiq channels_with_tag bullmq_with_tag && \
	    tests/clients/run --refused 'CROSSNODE WATCH' rq && \
	    tests/clients/run --refused 'CROSSNODE EVALSHA' saq

.PHONY: client-suites
client-suites: ## run the test suites of foreign clients and of Redis on one server and on three masters (SUITES, by default all)
	@scripts/setup test
	@tests/clients/suites/run $(SUITES)

.PHONY: bench
bench: ## compare the speed and memory of the library with other clients
	@scripts/setup test
	@$(MAKE) stage
	@bash -c '. scripts/env && exec benches/run'

# ---- installing -----------------------------------------------------------------------------------------------------

# Directories as installed programs name them, and (to_…) where this run writes them.
prefix     := $(abspath $(PREFIX))
libdir     := $(abspath $(LIBDIR))
includedir := $(abspath $(INCLUDEDIR))
to_lib     := $(DESTDIR)$(libdir)
to_include := $(DESTDIR)$(includedir)
c_headers  := include/rediscluster.h $(wildcard bindings/c/include/*.h)

# The CMake files find header and library relative to themselves.
cmake_files := $(wildcard bindings/c/cmake/*.cmake)
to_cmake    := $(to_lib)/cmake/rediscluster

.PHONY: install
install: install-library install-tool ## install library, header, tool, manual pages … (PREFIX LIBDIR INCLUDEDIR DESTDIR)

.PHONY: install-library
install-library: all # library, header, pkg-config and CMake files
	@$(INSTALL) -d '$(to_lib)/pkgconfig' '$(to_include)' '$(to_cmake)'
	@$(INSTALL) -m 644 $(c_headers) '$(to_include)/'
	@$(INSTALL) -m 755 $(built)/$(shared) '$(to_lib)/$(real)'
	@ln -sf $(real) '$(to_lib)/$(soname)'
	@ln -sf $(soname) '$(to_lib)/$(shared)'
	@$(INSTALL) -m 644 $(built)/$(static) '$(to_lib)/'
	@$(INSTALL) -m 644 $(cmake_files) '$(to_cmake)/'
	@sed -e 's|@PREFIX@|$(prefix)|' \
	     -e 's|@LIBDIR@|$(patsubst $(prefix)/%,$${prefix}/%,$(libdir))|' \
	     -e 's|@INCLUDEDIR@|$(patsubst $(prefix)/%,$${prefix}/%,$(includedir))|' \
	     -e 's|@VERSION@|$(version)|' -e 's|@STATIC_LIBS@|$(static_libs)|' \
	     bindings/c/rediscluster.pc.in >'$(to_lib)/pkgconfig/rediscluster.pc'
	@chmod 644 '$(to_lib)/pkgconfig/rediscluster.pc'
	@$(refresh_loader)
	@echo 'rediscluster $(version) is installed in $(DESTDIR)$(prefix)'

# Renews the loader's cache if the library is in one of its default folders. In other folders programs need LD_LIBRARY_PATH or a run path.
refresh_loader = if test -z '$(DESTDIR)' && ldconfig -NXv 2>/dev/null | grep -q '^$(libdir):'; then ldconfig; fi

.PHONY: deb
deb: all ## make Debian packages of the library and of the PHP package, in target/deb
	@scripts/deb

.PHONY: dist
dist: all ## copy the library to target/dist, with checksums, for machines without Rust
	@scripts/dist

to_bin      := $(DESTDIR)$(prefix)/bin
to_man      := $(DESTDIR)$(prefix)/share/man/man1
to_bash     := $(DESTDIR)$(prefix)/share/bash-completion/completions
to_zsh      := $(DESTDIR)$(prefix)/share/zsh/site-functions
to_fish     := $(DESTDIR)$(prefix)/share/fish/vendor_completions.d

.PHONY: install-tool
install-tool: tool # the command-line tool, its manual pages and completions
	@$(INSTALL) -d '$(to_bin)' '$(to_man)' '$(to_bash)' '$(to_zsh)' '$(to_fish)'
	@$(INSTALL) -m 755 $(tool) '$(to_bin)/'
	@$(tool) man '$(to_man)'
	@$(tool) completions bash >'$(to_bash)/rediscluster'
	@$(tool) completions zsh >'$(to_zsh)/_rediscluster'
	@$(tool) completions fish >'$(to_fish)/rediscluster.fish'

.PHONY: uninstall
uninstall: ## remove the installed files; needs the same variables
	@rm -f $(patsubst %,'$(to_include)/%',$(notdir $(c_headers))) '$(to_lib)/$(shared)' '$(to_lib)/$(soname)' '$(to_lib)/$(real)' \
	    '$(to_lib)/$(static)' '$(to_lib)/pkgconfig/rediscluster.pc' \
	    $(patsubst bindings/c/cmake/%,'$(to_cmake)/%',$(cmake_files)) \
	    '$(to_bin)/rediscluster' '$(to_bash)/rediscluster' '$(to_zsh)/_rediscluster' '$(to_fish)/rediscluster.fish' \
	    '$(to_man)/rediscluster.1' '$(to_man)'/rediscluster-*.1
	@test ! -d '$(to_cmake)' || rmdir '$(to_cmake)'
	@$(refresh_loader)

.PHONY: stage
stage: # install the library into target/stage, for the tests and the demo
	@$(MAKE) install-library PREFIX='$(stage)' LIBDIR='$(stage)/lib' INCLUDEDIR='$(stage)/include' DESTDIR=

# ---- other targets --------------------------------------------------------------------------------------------------

.PHONY: generated
generated: ## regenerate headers, ABI record, command table and generated documents
	UPDATE=1 $(CARGO) test --test command_table
	UPDATE=1 $(CARGO) test --test abi
	UPDATE=1 scripts/check-abi
	$(CARGO) update --quiet --workspace --manifest-path fuzz/Cargo.toml
	UPDATE=1 $(CARGO) test --lib crossnode::docs
	php bindings/php/tests/Differential/document.php >bindings/php/docs/phpredis.md
	php bindings/php/tools/command_methods.php

.PHONY: clean
clean: ## remove all build results
	rm -rf target

.PHONY: help
help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | awk -F '\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'
