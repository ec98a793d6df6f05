# fade - build, test, measure.  `make demo` and `make test` work as the first command on a fresh Debian 12.
CC       ?= gcc
CXX      ?= g++
BUILD    ?= build
PREFIX   ?= /usr/local
LIBDIR   ?= $(PREFIX)/lib
OPT      ?= -O3
SAN      ?=
WARN     := -Wall -Wextra -Wshadow -Wpointer-arith -Wwrite-strings -Wvla -Werror
CPPFLAGS += -I. -D_GNU_SOURCE
COMMON   := -g -pthread -fPIC -ffp-contract=off -fvisibility=hidden -fno-math-errno -fno-trapping-math $(OPT) $(SAN) $(WARN)
CFLAGS   += -std=gnu11 -Wstrict-prototypes -Wmissing-prototypes $(COMMON)
CXXFLAGS += -std=c++17 -fno-exceptions $(COMMON)
LDFLAGS  += -pthread $(SAN)
LDLIBS   := -lltdl -ldl -ljansson -lz -lm -lstdc++

CORE_C   := $(filter-out core/cli/main.c,$(wildcard core/*/*.c))
CORE_CXX := $(wildcard core/*/*.cpp)
CORE_O   := $(CORE_C:%.c=$(BUILD)/%.o) $(CORE_CXX:%.cpp=$(BUILD)/%.o)
LIB      := $(BUILD)/libfade.a
# A plugin is plugins/KIND/NAME/*.c; plugin.mk there may say PLUGIN_LIBS, PLUGIN_CFLAGS and PLUGIN_NEEDS (a header it cannot do without).
PLUGIN_DIRS := $(patsubst %/,%,$(sort $(dir $(wildcard plugins/*/*/*.c))))
PLUGINS  :=
TESTS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

define plugin_rules
PLUGIN_LIBS :=
PLUGIN_CFLAGS :=
PLUGIN_NEEDS :=
-include $(1)/plugin.mk
$(notdir $(1))_LIBS := $$(PLUGIN_LIBS)
$(notdir $(1))_CFLAGS := $$(PLUGIN_CFLAGS)
$(notdir $(1))_OK := $$(if $$(PLUGIN_NEEDS),$$(shell printf '\043include <$$(PLUGIN_NEEDS)>\n' | $(CC) $$(PLUGIN_CFLAGS) -fsyntax-only -xc - 2>/dev/null && echo yes),yes)
ifeq ($$($(notdir $(1))_OK),yes)
PLUGINS += $(BUILD)/plugins/$(notdir $(1)).so
else
$$(info plugin $(notdir $(1)) is left out: no <$$(PLUGIN_NEEDS)>)
endif
$(BUILD)/plugins/$(notdir $(1)).so: $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)/*.c))
	@mkdir -p $$(@D)
	$$(CC) -shared $$(LDFLAGS) -Wl,-z,now -Wl,-z,defs $$(if $(SAN),-Wl$$(comma)-z$$(comma)undefs) -o $$@ $$^ $$($(notdir $(1))_LIBS) -lm
$(BUILD)/$(1)/%.o: $(1)/%.c
	@mkdir -p $$(@D)
	$$(CC) -Icore $$(CPPFLAGS) $$(CFLAGS) $$($(notdir $(1))_CFLAGS) -MMD -MP -c -o $$@ $$<
endef
comma := ,
$(foreach d,$(PLUGIN_DIRS),$(eval $(call plugin_rules,$(d))))

all: $(BUILD)/fade $(PLUGINS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/%.o: %.cpp
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<
$(LIB): $(CORE_O)
	@rm -f $@
	$(AR) rcs $@ $^
$(BUILD)/fade: $(BUILD)/core/cli/main.o $(LIB)
	$(CC) $(LDFLAGS) -rdynamic -o $@ $< $(LIB) $(LDLIBS)
$(BUILD)/tests/%: tests/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(LIB) $(LDFLAGS) $(LDLIBS) -lcmocka

clean:
	rm -rf build build-*
.PHONY: all clean
-include $(CORE_O:.o=.d) $(wildcard $(BUILD)/plugins/*/*/*.d $(BUILD)/tests/*.d)
