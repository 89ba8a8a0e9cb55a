# Builds the library, installs it, and runs what there is to run. `make help` lists what it can do.
#
# The version is Cargo.toml's, the ABI number the header's: neither is written here.

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

# Whatever the user's settings: the rules below, the scripts and the bindings look for it here.
export CARGO_TARGET_DIR := $(CURDIR)/target

version := $(shell sed -n '/^\[package\]/,/^\[[^p]/s/^version *= *"\(.*\)"/\1/p' Cargo.toml)
abi     := $(shell sed -n 's/^.define REDISCLUSTER_ABI_VERSION *\([0-9][0-9]*\).*/\1/p' include/rediscluster.h)

built  := target/release
shared := librediscluster.so
soname := $(shared).$(abi)
real   := $(shared).$(version)
static := librediscluster.a
stage  := $(CURDIR)/target/stage

# What the static library needs beside itself, as `rustc --print native-static-libs` tells.
static_libs := -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc

sources := Cargo.toml $(wildcard Cargo.lock) build.rs $(shell find src -type f)

.PHONY: all
all: $(built)/$(soname) ## build the library, in target/release (the default)

# Without the crate type rlib, which Cargo.toml names for the users of the crate: beside it there is no optimising across crates.
# Cargo leaves alone what it finds unchanged; the time of the file then has to be set here.
$(built)/$(shared): $(sources)
	$(CARGO) rustc --release --lib --crate-type cdylib,staticlib
	@touch $@

$(built)/$(soname): $(built)/$(shared)
	@ln -sf $(shared) $@

.PHONY: demo
demo: ## start two servers, and let C, PHP and Go read what the others wrote
	@scripts/demo

.PHONY: test
test: ## run every check there is
	@scripts/test

.PHONY: chaos
chaos: ## kill servers and clients for CHAOS_SECONDS (60), and see that nothing is lost
	@scripts/setup test
	SEED=$${SEED:-random} CHAOS_SECONDS=$${CHAOS_SECONDS:-60} $(CARGO) test --test chaos

.PHONY: soak
soak: ## compare N servers with one until stopped, or for COMMANDS of them; SEED repeats a run
	@scripts/setup test
	SEED=$${SEED:-random} COMMANDS=$${COMMANDS:-endless} $(CARGO) test --test differential -- --nocapture --test-threads 3 servers_answer_as_one

.PHONY: bench
bench: ## measure the library beside its peers
	@scripts/setup test
	@$(MAKE) stage
	@bash -c '. scripts/env && exec benches/run'

# ---- installing -----------------------------------------------------------------------------------------------------

# Directories as they will be named on the machine, and (to_…) where they are written to now.
prefix     := $(abspath $(PREFIX))
libdir     := $(abspath $(LIBDIR))
includedir := $(abspath $(INCLUDEDIR))
to_lib     := $(DESTDIR)$(libdir)
to_include := $(DESTDIR)$(includedir)

# The CMake files find header and library beside themselves, and so need no change.
cmake_files := $(wildcard bindings/c/cmake/*.cmake)
to_cmake    := $(to_lib)/cmake/rediscluster

.PHONY: install
install: all ## install library, header, pkg-config and CMake files; heeds PREFIX LIBDIR INCLUDEDIR DESTDIR
	@$(INSTALL) -d '$(to_lib)/pkgconfig' '$(to_include)' '$(to_cmake)'
	@$(INSTALL) -m 644 include/rediscluster.h '$(to_include)/'
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

# A folder that the loader knows by heart has its cache renewed; elsewhere programs need LD_LIBRARY_PATH or a run path.
refresh_loader = if test -z '$(DESTDIR)' && ldconfig -NXv 2>/dev/null | grep -q '^$(libdir):'; then ldconfig; fi

.PHONY: uninstall
uninstall: ## remove what install put there, given the same variables
	@rm -f '$(to_include)/rediscluster.h' '$(to_lib)/$(shared)' '$(to_lib)/$(soname)' '$(to_lib)/$(real)' \
	    '$(to_lib)/$(static)' '$(to_lib)/pkgconfig/rediscluster.pc' \
	    $(patsubst bindings/c/cmake/%,'$(to_cmake)/%',$(cmake_files))
	@test ! -d '$(to_cmake)' || rmdir '$(to_cmake)'
	@$(refresh_loader)

.PHONY: stage
stage: # the installed library, for the tests and the demo
	@$(MAKE) install PREFIX='$(stage)' LIBDIR='$(stage)/lib' INCLUDEDIR='$(stage)/include' DESTDIR=

# ---- the rest -------------------------------------------------------------------------------------------------------

.PHONY: generated
generated: ## write the headers, the command table, and the documents that are made from lists anew
	UPDATE=1 $(CARGO) test --test command_table
	UPDATE=1 $(CARGO) test --test header
	UPDATE=1 $(CARGO) test --lib crossnode::docs
	php bindings/php/tests/Oracle/document.php >bindings/php/docs/phpredis.md

.PHONY: clean
clean: ## remove all that was built
	rm -rf target

.PHONY: help
help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | awk -F '\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'
