#!/usr/bin/env bash
# sweep_kill.sh - fifty times kill -9 during a sweep, at random moments, then the rest: the same rows as in one go. And
# a disk that is full.
# uncounted: what it runs is counted in sweep.sh
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

cases=200000
[[ $FADE == *build-cov* ]] && cases=5000        # counting lines costs thirty times as much
cat > "$work/life.toml" << END
[run]
name = "to be killed"
cycles = 1000
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "constant"
[[physics]]
plugin = "xu2018"
[sweep]
design = "sobol"
n = $cases
block = 256
collect = ["end_of_life_cycle", "capacity@500", "soh"]
[sweep.axes]
"physics.k_t" = { kind = "lognormal", mean = 4e-10, sd = 1e-10 }
"source.depth" = { from = 0.2, to = 1.0 }
END
"$FADE" sweep plan "$work/life.toml" -o "$work/life.plan" > /dev/null
check "in one go" "$FADE" sweep run "$work/life.plan" --store "$work/whole.sqlite" --quiet
"$FADE" sweep table "$work/whole.sqlite" > "$work/whole.csv"

killed=0 RANDOM=7
for _ in $(seq 50); do
    "$FADE" sweep run "$work/life.plan" --store "$work/cut.sqlite" --threads 1 --quiet > /dev/null 2>&1 &
    run=$!
    sleep "0.0$((RANDOM % 90 + 10))"
    kill -9 $run 2> /dev/null && killed=$((killed + 1))
    wait $run 2> /dev/null
done
done_so_far=$(sqlite3 "$work/cut.sqlite" 'SELECT count(*) FROM sweep_case' 2> /dev/null || echo 0)
check "it was killed fifty times ($killed), with $done_so_far of $cases cases done" [ "$killed" -eq 50 ]
check "before it was through" [ "$done_so_far" -lt "$cases" ]
check "some of it had been kept" [ "$done_so_far" -gt 0 ]
check "the rest" "$FADE" sweep run "$work/life.plan" --store "$work/cut.sqlite" --quiet
"$FADE" sweep table "$work/cut.sqlite" > "$work/cut.csv"
same "the same rows" "$work/whole.csv" "$work/cut.csv"
check "and the file is sound" [ "$(sqlite3 "$work/cut.sqlite" 'PRAGMA integrity_check')" = ok ]

if [ "$(id -u)" -eq 0 ] && mkdir "$work/small" && mount -t tmpfs -o size=2m tmpfs "$work/small" 2> /dev/null; then
    trap 'umount -l "$work/small"; rm -rf "$work"' EXIT
    fails "a full disk ends it with a sentence" 7 "full" \
        "$FADE" sweep run "$work/life.plan" --store "$work/small/s.sqlite" --quiet
    mount -o remount,size=128m "$work/small"
    check "what was done is kept" [ "$(sqlite3 "$work/small/s.sqlite" 'SELECT count(*) > 0 FROM sweep_case')" = 1 ]
    check "with room it goes on" "$FADE" sweep resume "$work/small/s.sqlite" --quiet
    "$FADE" sweep table "$work/small/s.sqlite" > "$work/small.csv"
    same "to the same rows" "$work/whole.csv" "$work/small.csv"
else
    skip "a full disk" "no small disk can be mounted here"
fi
