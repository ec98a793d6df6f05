# fade - build, test, measure.  `make demo` and `make test` work as the first command on a fresh Debian 12.
CC       ?= gcc
CXX      ?= g++
comma    := ,
BUILD    ?= build
PREFIX   ?= /usr/local
LIBDIR   ?= $(PREFIX)/lib
DESTDIR  ?=
OPT      ?= -O3
SAN      ?=
JOBS     ?= $(shell nproc 2>/dev/null || echo 2)
WARN     := -Wall -Wextra -Wshadow -Wpointer-arith -Wwrite-strings -Wvla -Wno-unknown-warning-option -Wno-format-truncation -Werror
# gcc guesses at values and lifetimes through `rc = get(&x)` wrongly too often; clang in `make check` stands for it.
WARN     += -Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-stringop-overflow
CPPFLAGS += -I. -isystem /usr/include/lua5.4 -D_GNU_SOURCE
COMMON   := -g -pthread -fPIC -ffp-contract=off -fvisibility=hidden -fno-math-errno -fno-trapping-math $(OPT) $(SAN) $(WARN)
CFLAGS   += -std=gnu11 -Wstrict-prototypes -Wmissing-prototypes $(COMMON)
# toml++ 3.3.0 reaches an "unreachable" on some letters beyond ASCII, without harm; vptr and function need the C++ runtime.
CXXFLAGS += -std=c++17 -fno-exceptions $(COMMON) $(if $(SAN),-fno-sanitize=vptr$(comma)unreachable$(if $(findstring clang,$(CXX)),$(comma)function))
LDFLAGS  += -pthread $(SAN)
LDLIBS   := -lltdl -ldl -ljansson -llua5.4 -lsqlite3 -lz -lm -lstdc++

CORE_C   := $(filter-out core/cli/main.c,$(wildcard core/*/*.c))
CORE_CXX := $(wildcard core/*/*.cpp)
CORE_O   := $(CORE_C:%.c=$(BUILD)/%.o) $(CORE_CXX:%.cpp=$(BUILD)/%.o)
LIB      := $(BUILD)/libfade.a
# What lua5.4 loads by require "fade"; Lua itself is the interpreter's.
LUA_SO   := $(BUILD)/lua/fade.so
# A plugin is plugins/KIND/NAME/*.c; plugin.mk there may say PLUGIN_LIBS, PLUGIN_CFLAGS and PLUGIN_NEEDS (a header it cannot do without).
PLUGIN_DIRS := $(patsubst %/,%,$(sort $(dir $(wildcard plugins/*/*/*.c))))
PLUGINS  :=
TESTS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c tests/abi.c tests/abi_dump.c))
FUZZ     := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
ACCURACY := $(wildcard tests/accuracy/*.c)
BENCH    := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/bench_*.c))

# These goals only call make again, after what they need is installed: no look at plugins before that.
OUTER    := setup setup-test demo test check san tsan fuzz coverage clean uninstall help
SUB       = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

# One short line per file made; `make V=1` shows the commands.
say       = $(if $(V),,@echo '  $(1)  $@';)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# The library of plugins/KIND/NAME is NAME.so; an output that shares its name with a source is output-NAME.so.
so = $(BUILD)/plugins/$(if $(and $(filter plugins/output/%,$(1)),$(wildcard plugins/source/$(notdir $(1)))),output-)$(notdir $(1)).so

define plugin_rules
PLUGIN_LIBS :=
PLUGIN_CFLAGS :=
PLUGIN_NEEDS :=
-include $(1)/plugin.mk
$(1)_LIBS := $$(PLUGIN_LIBS)
$(1)_CFLAGS := $$(PLUGIN_CFLAGS)
$(1)_OK := $$(if $$(PLUGIN_NEEDS),$$(shell printf '\043include <$$(PLUGIN_NEEDS)>\n' | $(CC) $$(PLUGIN_CFLAGS) -fsyntax-only -xc - 2>/dev/null && echo yes),yes)
ifeq ($$($(1)_OK),yes)
PLUGINS += $(call so,$(1))
else
$$(info plugin $(notdir $(1)) is left out: no <$$(PLUGIN_NEEDS)>)
endif
$(call so,$(1)): $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)/*.c))
	@mkdir -p $$(@D)
	$$(call say,LD )$$(CC) -shared $$(LDFLAGS) -Wl,-z,now -Wl,-z,defs $$(if $$(SAN),-Wl$$(comma)-z$$(comma)undefs) -o $$@ $$^ $$($(1)_LIBS) -lm
$(BUILD)/$(1)/%.o: $(1)/%.c
	@mkdir -p $$(@D)
	$$(call say,CC )$$(CC) -Icore $$(CPPFLAGS) $$(CFLAGS) $$($(1)_CFLAGS) -MMD -MP -c -o $$@ $$<
endef

ifneq ($(if $(MAKECMDGOALS),$(filter-out $(OUTER),$(MAKECMDGOALS)),all),)
$(foreach d,$(PLUGIN_DIRS),$(eval $(call plugin_rules,$(d))))
endif

all: $(BUILD)/fade $(LUA_SO) $(PLUGINS)  ## the command, its plugins, the module for lua5.4
tests: all zoo $(TESTS)
fuzzers: $(FUZZ) $(PLUGINS)
benches: all $(BENCH)

# The assembler copies the templates into it.
$(BUILD)/core/host/template.o: $(wildcard plugins/template/*)
# And the parameter sets.
$(BUILD)/core/scenario/set_shipped.o: $(wildcard parameters/*.toml)
# And what a report is drawn with.
$(BUILD)/core/report/page.o: $(wildcard third_party/uPlot/* core/report/assets/*)
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC )$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/%.o: %.cpp
	@mkdir -p $(@D)
	$(call say,CXX)$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<
$(LIB): $(CORE_O)
	@rm -f $@
	$(call say,AR )$(AR) rcs $@ $^
$(BUILD)/fade: $(BUILD)/core/cli/main.o $(LIB)
	$(call say,LD )$(CC) $(LDFLAGS) -rdynamic -o $@ $< $(LIB) $(LDLIBS)
$(LUA_SO): $(BUILD)/core/cli/lua_module.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD )$(CC) -shared $(LDFLAGS) -o $@ $^ $(filter-out -llua5.4,$(LDLIBS))
$(BUILD)/tests/%: tests/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC )$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(LIB) $(LDFLAGS) $(LDLIBS) -lcmocka
# Each plugin of the zoo is broken in one way, on purpose.
zoo:
	@if [ -e tests/zoo/Makefile ]; then $(MAKE) --no-print-directory -s -f tests/zoo/Makefile ZOO=$(BUILD)/zoo; fi
$(BUILD)/fuzz/%: tests/fuzz/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC )$(CC) -Icore $(CPPFLAGS) $(CFLAGS) -fsanitize=fuzzer -MMD -MP -o $@ $< $(LIB) $(LDFLAGS) $(LDLIBS)
$(BUILD)/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC )$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(LIB) $(LDFLAGS) $(LDLIBS)

$(BUILD)/bench/accuracy: $(ACCURACY) $(LIB)
	@mkdir -p $(@D)
	$(call say,CC )$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $(ACCURACY) $(LIB) $(LDFLAGS) $(LDLIBS)

setup:                                   ## installs what building and running needs (Debian packages)
	@scripts/setup.sh run
setup-test:                              ## installs what the tests talk to
	@scripts/setup.sh run test
	@scripts/peers.sh
demo:                                    ## builds and shows virtual cells age: results in demo/
	@scripts/setup.sh --if-missing run
	@$(SUB) all
	@BUILD=$(BUILD) scripts/demo.sh
test:                                    ## everything that can fail; ends with "N passed, N failed, N skipped"
	@scripts/setup.sh --if-missing run test
	@scripts/peers.sh
	@BUILD=$(BUILD) JOBS=$(JOBS) tests/run
check:                                   ## warnings, names, layers, lengths, scripts, the stored ABI
	@BUILD=$(BUILD) JOBS=$(JOBS) tests/run check
san:                                     ## unit tests with address and undefined sanitizers
	@BUILD=$(BUILD) JOBS=$(JOBS) tests/run san
tsan:                                    ## threaded tests with the thread sanitizer
	@BUILD=$(BUILD) JOBS=$(JOBS) tests/run tsan
fuzz:                                    ## each fuzz target for FUZZ_SECONDS (10)
	@BUILD=$(BUILD) JOBS=$(JOBS) FUZZ_SECONDS=$${FUZZ_SECONDS:-10} tests/run fuzz
coverage:                                ## lines of core/ that tests reach; fails under 90 %
	@BUILD=$(BUILD) JOBS=$(JOBS) tests/run coverage
bench: benches                           ## how fast it is
	@for b in $(BENCH); do echo "== $$(basename $$b)"; FADE_BUILD=$(BUILD) $$b || exit 1; done

bench-accuracy: all $(BUILD)/bench/accuracy ## what forecasts are worth on measured cells (FADE_DATA)
	@FADE_BUILD=$(BUILD) $(BUILD)/bench/accuracy

# An installed command looks for plugins in $(LIBDIR): the one object that knows is made for it.
$(BUILD)/install/library.o: core/host/library.c FORCE
	@mkdir -p $(@D)
	$(call say,CC )$(CC) $(CPPFLAGS) $(CFLAGS) -DFADE_LIBDIR='"$(LIBDIR)"' -c -o $@ $<
$(BUILD)/install/fade: $(BUILD)/core/cli/main.o $(BUILD)/install/library.o $(LIB)
	$(call say,LD )$(CC) $(LDFLAGS) -rdynamic -o $@ $^ $(LDLIBS)
$(BUILD)/install/lua/fade.so: $(BUILD)/core/cli/lua_module.o $(BUILD)/install/library.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD )$(CC) -shared $(LDFLAGS) -o $@ $^ $(filter-out -llua5.4,$(LDLIBS))
install: all $(BUILD)/install/fade $(BUILD)/install/lua/fade.so       ## PREFIX=/usr/local DESTDIR=
	@MAKE_PREFIX='$(PREFIX)' MAKE_LIBDIR='$(LIBDIR)' DESTDIR='$(DESTDIR)' BUILD='$(BUILD)' scripts/install.sh $(PLUGINS)
uninstall:
	@MAKE_PREFIX='$(PREFIX)' MAKE_LIBDIR='$(LIBDIR)' DESTDIR='$(DESTDIR)' scripts/uninstall.sh
docs: all                                ## writes docs/plugins/NAME.md and docs/keys.md from the tables
	@BUILD=$(BUILD) scripts/docs.sh docs

help:                                    ## this list
	@sed -n 's/^\([a-z-]*\):.*## */\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r goal what; do printf '  make %-12s %s\n' "$$goal" "$$what"; done
clean:
	rm -rf build build-*
FORCE:
.SECONDARY:
.PHONY: all tests zoo fuzzers benches setup setup-test demo test check san tsan fuzz coverage bench bench-accuracy install uninstall docs help clean FORCE
-include $(CORE_O:.o=.d) $(wildcard $(BUILD)/plugins/*/*/*.d $(BUILD)/tests/*.d $(BUILD)/fuzz/*.d $(BUILD)/bench/*.d $(BUILD)/core/cli/main.d)
