PLUGIN_LIBS := -lsqlite3
PLUGIN_NEEDS := sqlite3.h
