#!/usr/bin/env bash
# duty_profiles.sh - every law on the shared duty profiles: rows of a month, a day, an hour and twenty minutes give the
# same life to 1e-6; of laws whose exponent or asymptote varies the distance is printed.
# uncounted: what it runs of core/ other tests run too, so `coverage` does without its minutes
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

profiles=$FADE_DATA/duty_profiles
if [ ! -e "$profiles/commercial_ev.csv" ]; then
    skip "duty profiles" "there is no $profiles"
    exit
fi
# shellcheck disable=SC2016
laws=$("$FADE" plugin list --json | jq -r '.[] | select(.kind == "physics") | .id' |
    grep -vE '^(exp-fade|power-law|reversible|thevenin|ecm|ecm-observer|spm|spme|dfn)$')
vary='^(lfp-gr-sony|nca-grsi-sony)$'
count=$(wc -w <<< "$laws")
[ "$count" -ge 20 ] && ok "$count laws" || bad "twenty laws" "$count: $laws"

# scenario FILE ROW LENGTH - all laws side by side, rows to CSV.
scenario() {
    cat << END
[run]
name = "duty"
[cell]
nominal_capacity = 1
[source]
plugin = "profile"
path = "$1"
length = "$3"
temperature_path = "$FADE_DATA/climate/nsrdb_honolulu.csv"
[duty]
row = "$2"
[[output]]
plugin = "csv"
every = 1000000
END
    for law in $laws; do printf '[[physics]]\nplugin = "%s"\n' "$law"; done
}
# last FOLDER - variant and loss of each law's last row.
last() {
    awk -F, 'NR == 1 {
            for (i = 1; i <= NF; i++) { if ($i == "variant") v = i; if ($i == "physics_loss_ratio") l = i }
            next
        }
        { loss[$v] = $l } END { for (k in loss) print k, loss[k] }' "$1/rows.csv" | sort
}
for file in commercial_ev personal_ev_largebatt personal_ev_smallbatt Commercial_peak_shaving \
    Residential_PV-BESS__CA__mild_; do
    for row in "30 days" "1 day" "1 hour" "20 minutes"; do
        out=$work/$file-${row/ /-}
        scenario "$profiles/$file.csv" "$row" "120 days" |
            sed "$(grep -q Temperature "$profiles/$file.csv" && echo '/^temperature_path/d')" > "$work/s.toml"
        "$FADE" run "$work/s.toml" --quiet --out "$out" > "$work/said" 2>&1 ||
            bad "$file, rows of $row" "$(tail -n 3 "$work/said")"
        last "$out" > "$out.last"
    done
    for row in "1-day" "1-hour" "20-minutes"; do
        if said=$(join "$work/$file-30-days.last" "$work/$file-$row.last" | awk -v vary="$vary" -v laws="$count" '
            { d = ($3 - $2) / $2; d = d < 0 ? -d : d; n++
              if ($1 ~ vary) { print $1, "differs by", d; next }
              if ($2 == 0 || !(d < 1e-6)) { print $1, "differs by", d, ":", $2, $3; bad = 1 } }
            END { exit bad || n != laws }'); then
            ok "$file: rows of ${row/-/ } are those of 30 days, 1e-6 ($(tr '\n' ';' <<< "$said"))"
        else
            bad "$file: rows of ${row/-/ } are those of 30 days" "$said"
        fi
    done
done
