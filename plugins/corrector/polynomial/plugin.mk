PLUGIN_LIBS := -llapacke -llapack -lblas
PLUGIN_NEEDS := lapacke.h
