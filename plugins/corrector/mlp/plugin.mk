PLUGIN_LIBS := -lblas
PLUGIN_NEEDS := cblas.h
