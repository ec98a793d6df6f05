#!/usr/bin/env bash
# module.sh - fade lua: programs, the prompt on a pipe and on a terminal; the module in the stock interpreter; every
# example prints what its header says; every walk-through runs.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
build=$(realpath "${FADE_BUILD:-build}")
FADE=$(realpath "$FADE")
export NO_COLOR=1

# says WHAT TEXT COMMAND.. - ok when it succeeds and prints TEXT on stdout.
says() {
    local what=$1 expected=$2 said
    shift 2
    if said=$("$@" 2> "$work/err") && [[ $said == *"$expected"* ]]; then
        ok "$what"
    else
        bad "$what" "$said $(cat "$work/err")"
    fi
}

# --- programs
cat > "$work/args.lua" << 'END'
local fade = require "fade"
print(arg[0] ~= nil, #arg, arg[1], (select(2, ...)), fade.version)
END
says "a program has its arguments, flags too" $'true\t2\t--json\tb\t' "$FADE" lua "$work/args.lua" --json b
says "a program may come from standard input" $'true\t1\tx' "$FADE" lua - x < "$work/args.lua"
echo 'local function f() error("it went wrong") end f()' > "$work/bad.lua"
fails "an error has its place and a traceback" 1 "bad.lua:1: it went wrong" "$FADE" lua "$work/bad.lua"
fails "and says where from" 1 "stack traceback" "$FADE" lua "$work/bad.lua"
echo 'x = = 3' > "$work/syntax.lua"
fails "a mistyped program is refused with its line" 1 "syntax.lua:1:" "$FADE" lua "$work/syntax.lua"
fails "a missing one too" 1 "nothing.lua" "$FADE" lua "$work/nothing.lua"
fails "an unknown flag is a usage error" 2 "colr" "$FADE" lua --colr
echo 'error({})' > "$work/table.lua"
fails "an error may be a table" 1 "an error that is a table" "$FADE" lua "$work/table.lua"

# --- the prompt on a pipe
printf '1 + 1\nx = {\n}\nerror("no")\nfade.version\nfor i = 1, 2 do\nprint("i", i)\nend\nx, "last"\n' > "$work/typed"
said=$("$FADE" lua < "$work/typed" 2> "$work/err")
[ "$(head -n 1 <<< "$said")" = 2 ] && grep -q "i[[:blank:]]2" <<< "$said" && grep -q "table: .*last" <<< "$said"
check "the prompt shows values, joins lines, goes on after errors" test $? = 0
check "and says the error" grep -q "prompt:1: no" "$work/err"
says "a line at the end without a newline counts" 7 "$FADE" lua < <(printf '3 + 4')

# --- the prompt on a terminal
cat > "$work/terminal.py" << 'END'
import os, pty, random, select, signal, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execv(sys.argv[1], [sys.argv[1], "lua"])
seen = b""
def wait(text, seconds=10):
    global seen
    end = time.time() + seconds
    while text not in seen:
        ready, _, _ = select.select([fd], [], [], max(0, end - time.time()))
        if not ready:
            sys.exit("no %r in %r" % (text, seen))
        try:
            seen += os.read(fd, 4096)
        except OSError:
            sys.exit("gone, no %r in %r" % (text, seen))
    seen = seen[seen.index(text) + len(text):]
def type_(text):
    os.write(fd, text)
def ask(text, answer, seconds=10):          # the next key only when the prompt is there again
    type_(text)
    wait(answer, seconds)
    wait(b"> ")
wait(b"> ")
ask(b"6 * 7\r", b"\r\n42\r\n")
ask(b"\x1b[A\x7f8\r", b"\r\n48\r\n")        # up, backspace, 8
ask(b"24\x01100 +\x05 + 1\x1b[D\x1b[D\x1b[D\x1b[C\r", b"\r\n125\r\n")     # Ctrl-A, Ctrl-E, arrows
ask("x = 5 + zzz\x17\x17\x15\"aé\x7f\x7fé\" .. 1\r".encode(), "\r\né1\r\n".encode())    # Ctrl-W, Ctrl-U, characters
ask(b"abc\x03", b"\x1b[5C\r\n")
ask(b"3 +\r", b"\r\n")
ask(b"4\r", b"\r\n7\r\n")
ask(b"for i = 1,\r", b"\r\n")
ask(b"\x03", b"\r\n")
type_(b"while true do end\r")
wait(b"\r\n")                              # the line is taken: the terminal makes a signal of Ctrl-C
ask(b"\x03", b"interrupted")
type_(b"fade.run{ run = { cycles = 2000000000 }, source = { plugin = 'constant' }, physics = { plugin = 'power-law' },"
      b" cell = { nominal_capacity = 2 } }\r")
wait(b"\r\n")
time.sleep(0.5)
ask(b"\x03", b"interrupted", 30)
random.seed(7)
for i in range(100):                        # Ctrl-C at any moment: between lines, too, it is no end
    type_(b"%d\r" % i)
    time.sleep(random.uniform(0, 0.002))
    os.kill(pid, signal.SIGINT)
    wait(b"> ")
time.sleep(0.1)
ask(b"\x034000 + 2\r", b"\r\n4002\r\n")     # an answer that none before had
type_(b"\x04")
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(0 if status == 0 else "status %d" % status)
END
check "the prompt edits lines, remembers them, is interrupted by Ctrl-C and ended by Ctrl-D" \
    timeout 60 python3 "$work/terminal.py" "$FADE"

# --- the stock interpreter
if command -v lua5.4 > /dev/null && [ -e "$build/lua/fade.so" ]; then
    export LUA_CPATH="$build/lua/?.so"
    says "lua5.4 loads the module" "0." lua5.4 -e 'print(require("fade").version)'
    says "and finds the plugins beside it" "xu2018" lua5.4 -e 'print(require("fade").plugin("xu2018").id)'
    says "and the outputs that are built in" "output" lua5.4 -e 'print(require("fade").plugin("report").kind)'
    says "and runs a scenario" "1733" lua5.4 -e 'print(require("fade").run("scenarios/minimal.toml").summary)'
    fails "an error is a Lua error" 1 'did you mean "cycles"' \
        lua5.4 -e 'require("fade").run("scenarios/minimal.toml", { cicles = 1 })'
else
    skip "the stock interpreter" "no lua5.4, or no $build/lua/fade.so"
fi

# --- examples: each prints what its header says
for example in scenarios/*.lua; do
    name=$(basename "$example" .lua)
    case $name in
        temperature-study) says "$name" "10 degrees more cost 50 % of the life" "$FADE" lua "$example" ;;
        charge-rate) says "$name" "best charge time 60.0 min" "$FADE" lua "$example" ;;
        monte-carlo)
            says "$name" "100 cells, 100 of them reached 80 %" "$FADE" lua "$example" 100
            says "$name, all of it" "1000 cells, 1000 of them reached 80 %" "$FADE" lua "$example"
            says "$name, percentiles" "cycles at 5, 50, 95 %: 823 889 953" "$FADE" lua "$example"
            ;;
        closed-loop) says "$name" "best protocol 4.8C then 5.2C" "$FADE" lua "$example" ;;
        sweep-100k) says "$name" "500 cases, 0 failed" "$FADE" lua "$example" 500 ;;
        custom-model)
            "$FADE" run "$example" --out "$work/custom" > "$work/custom.out" 2>&1
            check "$name" grep -qE "film +1000 +1000 .* 1\.6838" "$work/custom.out"
            ;;
        *) ;;
    esac
done

awk -f tests/blocks.awk docs/lua-module.md > "$work/page.lua"
check "the blocks of docs/lua-module.md run" "$FADE" lua "$work/page.lua"

# --- walk-throughs: the blocks of a page are one program, its text blocks what that prints
for page in docs/walkthroughs/*.md; do
    grep -q '^```lua$' "$page" || continue
    name=$(basename "$page" .md)
    awk -f tests/blocks.awk "$page" > "$work/$name.lua"
    if ! "$FADE" lua "$work/$name.lua" > "$work/$name.out" 2>&1; then
        bad "walk-through $name" "$(cat "$work/$name.out")"
        continue
    fi
    missing=$(awk -v want=text -f tests/blocks.awk "$page" | while read -r line; do
        grep -qF -- "$line" "$work/$name.out" || echo "it does not print: $line"
    done)
    if [ -z "$missing" ]; then ok "walk-through $name"; else bad "walk-through $name" "$missing"; fi
    check "$name: the page names its example" grep -q "scenarios/$name.lua" "$page"
    check "$name: the example is there" test -s "scenarios/$name.lua"
done
