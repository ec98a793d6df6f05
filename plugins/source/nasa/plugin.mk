PLUGIN_LIBS  := -lmatio -lz
PLUGIN_NEEDS := matio.h
