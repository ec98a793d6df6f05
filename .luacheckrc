-- What luacheck holds our Lua to: scenarios/*.lua, scripts/*.lua, blocks of docs.
std = "lua54"
max_line_length = 120
files["lua/fade.d.lua"] = { ignore = { "212", "241", "631" } }
files["docs"] = { global = false }
