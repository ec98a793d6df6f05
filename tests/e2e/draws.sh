#!/usr/bin/env bash
# draws.sh - from a fit to a forecast by sets of parameters that are likely: the exact predictive variance where a law
# is linear and the noise normal, from the covariance, a bootstrap and a filter; what is refused.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
cd "$work" || exit

cat > common.py << 'PY'
import csv, math, random, sys
K, N = 60, 120
X = [(-2 * n ** 0.5, -2 * n) for n in range(1, N + 1)]
def rows(path): return list(csv.DictReader(open(path)))
def cell_rows(path, cell): return [r for r in rows(path) if r["cell"] == cell]
def least_squares(cell, known=K):
    """Estimates, their covariance as a, b, c (xx, xy, yy), and the variance of the noise."""
    y = [float(r["capacity_ah"]) - 2 for r in cell_rows("cells.csv", cell)]
    a, b, c = (sum(X[i][p] * X[i][q] for i in range(known)) for p, q in ((0, 0), (0, 1), (1, 1)))
    u, v = (sum(X[i][p] * y[i] for i in range(known)) for p in (0, 1))
    det = a * c - b * b
    at = ((c * u - b * v) / det, (a * v - b * u) / det)
    s2 = sum((y[i] - X[i][0] * at[0] - X[i][1] * at[1]) ** 2 for i in range(known)) / (known - 2)
    return at, (s2 * c / det, -s2 * b / det, s2 * a / det), s2
def law_variance(cov, i):
    x = X[i]
    return cov[0] * x[0] ** 2 + 2 * cov[1] * x[0] * x[1] + cov[2] * x[1] ** 2
def far(path, cell, from_row=K):
    """How far the part of the law is from the exact predictive variance, at worst, as a share of it; and the noise."""
    at, cov, s2 = least_squares(cell)
    law = max(abs(float(r["variance_physics"]) / law_variance(cov, int(r["cycle"]) - 1) - 1)
        for r in cell_rows(path, cell) if int(r["cycle"]) > from_row)
    return law, abs(float(cell_rows(path, cell)[-1]["variance_noise"]) / s2 - 1)
PY
python3 - > cells.csv <<'PY'
import random
random.seed(5)
print("cell,cycle,capacity_ah")
for cell in ("a", "b"):
    for n in range(1, 121):
        print(f"{cell},{n},{2 * (1 - 0.004 * n ** 0.5 - 0.0005 * n) + random.gauss(0, 0.004)!r}")
PY
cat > linear.toml << 'TOML'
[run]
name = "linear"
[cell]
nominal_capacity = "2 Ah"
initial_capacity = "2 Ah"
[source]
plugin = "csv"
path   = "cells.csv"
[[physics]]
combine = "add"
parts = [
    { plugin = "power-law", name = "root", c = 0.002,  z = 0.5 },
    { plugin = "power-law", name = "even", c = 0.0002, z = 1 },
]
TOML
both=(-p parts.1.c=0..0.1 -p parts.2.c=0..0.1 --loss linear)        # not as logarithms
forecast=("$FADE" forecast linear.toml --origin 0.5 --samples 1000)

# ---- a linear law and normal noise: known to the last digit ----
# Four draws, at the mean +- sqrt(2) times each column of the covariance's root, have that mean and covariance.
python3 -c 'from common import *
print("cell,physics.1.parts.1.c,physics.1.parts.2.c")
for cell in "ab":
    at, (xx, xy, yy), s2 = least_squares(cell)
    root = ((math.sqrt(xx), xy / math.sqrt(xx)), (0, math.sqrt(yy - xy * xy / xx)))
    for sign in (1, -1):
        for column in root:
            by = sign * 2 ** 0.5
            print(f"{cell},{at[0] + by * column[0]!r},{at[1] + by * column[1]!r}")' > sigma.csv
"${forecast[@]}" --parameters sigma.csv --error none --csv sigma.out > sigma.text 2> said
check "the band is the exact predictive variance: parameters, and noise" python3 -c 'from common import *
worst = 0
for cell in "ab":
    at, cov, s2 = least_squares(cell)
    for r in cell_rows("sigma.out", cell)[K:]:
        i = int(r["cycle"]) - 1
        mean = 2 + X[i][0] * at[0] + X[i][1] * at[1]
        law = float(r["variance_physics"]) * 999 / 1000             # of a sample of 1000
        worst = max(worst, abs(law / law_variance(cov, i) - 1), abs(float(r["variance_noise"]) / s2 - 1),
            abs(float(r["median"]) - mean), float(r["variance_error"]) + float(r["variance_corrector"]))
sys.exit(0 if worst < 1e-6 else worst)'
check "it says whose parameters these are" grep -q "^parameters as given" sigma.text
check "and that nothing was calibrated" grep -q "of 8 draws in sigma.csv; nothing is calibrated" said

# ---- from a fit ----
"$FADE" fit linear.toml "${both[@]}" --fraction 0.5 --draws covariance.csv > /dev/null 2> said
check "a fit writes draws" grep -q "written: covariance.csv, 2000 draws; fade forecast --parameters takes them" said
"${forecast[@]}" --parameters covariance.csv --error none --csv covariance.out > /dev/null 2>&1
check "of its covariance: the exact variance within what a thousand draws tell" python3 -c 'from common import *
f = [far("covariance.out", c) for c in "ab"]
sys.exit(0 if all(law < 0.15 and noise < 0.02 for law, noise in f) else f)'
check "the band is what its parts add up to" python3 -c 'from common import *
worst = max(abs((float(r["upper_90"]) - float(r["lower_90"])) / 2 / 1.6448536 / math.sqrt(sum(float(r["variance_" + p])
    for p in ("physics", "error", "corrector", "noise"))) - 1) for r in rows("covariance.out") if int(r["cycle"]) > K)
sys.exit(0 if worst < 0.06 else worst)'
"$FADE" fit linear.toml "${both[@]}" --fraction 0.5 --bootstrap 600 --draws bootstrap.csv > /dev/null 2> said
check "or of its bootstrap" grep -q "1200 draws" said
"${forecast[@]}" --parameters bootstrap.csv --error none --csv bootstrap.out > /dev/null 2>&1
check "which says nearly the same" python3 -c 'from common import *
f = [far("bootstrap.out", c) for c in "ab"]
sys.exit(0 if all(law < 0.35 and noise < 0.05 for law, noise in f) else f)'
"$FADE" fit linear.toml -p 'parts.1.c=1e-4..0.1~0.004+-0.002' -p 'parts.2.c=1e-5..0.1~0.0005+-0.0002' --fraction 0.5 \
    --sequential particle --particles 2000 --noise 0.004 --wander 0 --draws particles.csv > /dev/null 2> said
check "or the particles of a filter" grep -q "4000 draws" said
"${forecast[@]}" --parameters particles.csv --error none --csv particles.out > /dev/null 2>&1
check "which saw no row behind the share that was fitted" python3 -c 'from common import *
f = [far("particles.out", c) for c in "ab"]
sys.exit(0 if all(law < 0.5 for law, noise in f) else f)'
"$FADE" fit linear.toml "${both[@]}" --pooled --draws pooled.csv > /dev/null 2>&1
check "of all cells together: no name" grep -q "^,0.00" pooled.csv
"$FADE" forecast linear.toml --parameters pooled.csv --json > pooled.json 2> /dev/null
check "which every cell takes" python3 -c 'import json, sys
v = json.load(open("pooled.json"))
sys.exit(0 if len(v["cells"]) == 2 and all(c["rows"] for c in v["cells"]) else str(v)[:500])'

# ---- the parts stay apart ----
python3 -c 'from common import *
print("cell,cycle,capacity_ah,rest")
for r in rows("cells.csv"):
    rest = 3600 * (int(r["cycle"]) * 7919 % 7)
    print(r["cell"], r["cycle"], repr(float(r["capacity_ah"]) + 2e-6 * rest), rest, sep=",")' > rests.csv
sed -e 's/cells.csv/rests.csv/' -e '$a [corrector]\nplugin = "ridge"\nscope = "pooled"\nfeatures = ["rest"]' \
    linear.toml > corrected.toml
for corrector in ridge none; do
    "$FADE" forecast corrected.toml --origin 0.5 --samples 1000 --parameters covariance.csv --corrector "$corrector" \
        --csv "all-$corrector.out" > /dev/null 2>&1
done
check "corrector and error of laws are parts of their own, the law has its own" python3 -c 'from common import *
worst = max(abs(float(a["variance_physics"]) / float(b["variance_physics"]) - 1) for f in ("ridge", "none") for a, b in
    zip(rows("all-%s.out" % f), rows("covariance.out")) if int(a["cycle"]) > K)
late = [[r for r in rows("all-%s.out" % f) if int(r["cycle"]) > K] for f in ("ridge", "none")]
moved = any(abs(float(r["correction"])) > 1e-3 for r in late[0])
moved = moved and all(float(r["variance_corrector"]) >= 0 for r in late[0])
moved = moved and not any(float(r["correction"]) for r in late[1])
sys.exit(0 if worst < 1e-12 and moved and all(float(r["variance_error"]) > 0 for r in late[0] + late[1]) else worst)'
"${forecast[@]}" --parameters covariance.csv --error none --csv again.out > /dev/null 2>&1
same "the same seed, the same bytes" covariance.out again.out
"$FADE" forecast linear.toml --origin 0.5 --parameters covariance.csv --error none --eol 1.8 --until-eol \
    --csv lives.out > lives.text 2>&1
check "lives end where the draws lead them" python3 -c 'from common import *
at, cov, s2 = least_squares("a")
end = next(i for i in range(K, 10000) if 2 - 2 * at[0] * (i + 1) ** 0.5 - 2 * at[1] * (i + 1) < 1.8)
half = next(int(r["cycle"]) for r in cell_rows("lives.out", "a") if r["failed"] and float(r["failed"]) >= 0.5)
sys.exit(0 if abs(half - end - 1) < 6 else (half, end))'

# ---- what is refused ----
"$FADE" fit linear.toml "${both[@]}" -o fitted.toml > /dev/null 2>&1
fails "best values alone" 2 "fade fit --draws FILE.csv writes how unsure" "${forecast[@]}" --parameters fitted.toml
fails "a fit beside it" 2 "so --fit says" "${forecast[@]}" --parameters sigma.csv -f parts.1.c
fails "a calibration beside it" 2 "so --calibrate says" "${forecast[@]}" --parameters sigma.csv --calibrate others
printf 'cell,parts.1.c\na,-1\na,0.1\n' > out.csv
fails "a draw out of the plugin's bounds" 4 "line 2 of the draws: physics.1.parts.1.c is -1" \
    "${forecast[@]}" --parameters out.csv
printf 'cell,parts.1.k\na,1\na,0.1\n' > unknown.csv
fails "a parameter there is none" 4 "column parts.1.k of the draws: power-law has no parameter k" \
    "${forecast[@]}" --parameters unknown.csv
printf 'cell,parts.1.c\na,0.1\na,much\n' > word.csv
fails "a word" 4 "word.csv:3: parts.1.c is much, which is no number" "${forecast[@]}" --parameters word.csv
printf 'cell,parts.1.c\na,0.1\na\n' > short.csv
fails "a line cut short" 4 "short.csv:3 has 1 fields" "${forecast[@]}" --parameters short.csv
printf 'cell,parts.1.c\na,0.004\na,0.0041\n' > one.csv
"${forecast[@]}" --parameters one.csv > one.text 2> /dev/null
check "a cell without draws is left out by itself" grep -q "^b: no forecast: b: the draws hold 0 of it" one.text

# ---- Lua ----
cat > draws.lua << 'LUA'
local fade = require "fade"
local t = fade.forecast("linear.toml", { origin = 0.5, parameters = "covariance.csv", error = "none" })
assert(#t.cells == 2)
assert(not pcall(fade.forecast, "linear.toml", { parameters = "covariance.csv", calibrate = "others" }))
print("fine")
LUA
"$FADE" lua draws.lua > lua.said 2>&1
check "the same in Lua" grep -q fine lua.said

# The same from Lua: fit, draws, forecast.
cat > fit.lua <<'LUA'
local fade = require "fade"
local key = { "parts.1.c", "parts.2.c" }
for name, options in pairs {
    covariance = {}, bootstrap = { bootstrap = 50 }, particles = { sequential = "particle", particles = 50 },
} do
    options.param, options.fraction, options.draws = key, 0.5, "lua-" .. name .. ".csv"
    local said = fade.fit("linear.toml", options)
    if name == "covariance" then
        print(#said.fits, said.fits[1].parameters[1].key)
    end
end
local with = { origin = 0.5, samples = 100, parameters = "lua-covariance.csv", eol = 1.9, physics = 1 }
local cast = fade.forecast("linear.toml", with)
print(#cast.cells)
print(pcall(fade.fit, "linear.toml", {}))
print(pcall(fade.fit, "linear.toml", { param = key, own = "parts.1.c", pooled = true }))
print(pcall(fade.fit, "linear.toml", { param = key, loss = "none" }))
LUA
"$FADE" lua fit.lua > lua.text 2>&1 || cat lua.text
for name in covariance bootstrap particles; do
    case $name in
    covariance) more=() ;;
    bootstrap) more=(--bootstrap 50) ;;
    *) more=(--sequential particle --particles 50) ;;
    esac
    "$FADE" fit linear.toml -p parts.1.c -p parts.2.c --fraction 0.5 "${more[@]}" --draws cli.csv > /dev/null 2>&1
    same "fade.fit writes the draws of fade fit: $name" cli.csv lua-$name.csv
done
check "fade.fit and a forecast from its draws" diff <(printf '2\tphysics.1.parts.1.c\n2\n') <(head -2 lua.text)
check "what does not go together is refused" grep -q "own fits all cells at once: not with pooled" lua.text
check "a word nobody knows, too" grep -q 'loss = "none" is none of those' lua.text
check "and a fit of nothing" grep -q "name what to fit" lua.text
echo "1..$number"
