PLUGIN_LIBS := -lxgboost
PLUGIN_NEEDS := xgboost/c_api.h
