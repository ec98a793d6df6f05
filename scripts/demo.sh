#!/usr/bin/env bash
# demo.sh - virtual cells age, two physics models and a corrector predict them; results land in demo/
# and end in a report to look at.
set -euo pipefail
cd "$(dirname "$0")/.."
fade=${BUILD:-build}/fade

"$fade" run scenarios/virtual-fleet.toml --out demo --overwrite

echo
echo "Results:"
for file in demo/*; do
    [ -f "$file" ] && printf '  %-28s %s\n' "$file" "$(du -h "$file" | cut -f 1)"
done
cat << END

The report, to open in a browser: file://$PWD/demo/report.html

Try next:
  $fade run scenarios/virtual-fleet.toml --seed 7 --out demo --overwrite     another fleet
  $fade run scenarios/virtual-fleet.toml --dry-run                           the plan, without running it
  $fade report YOURS.csv                                                     pictures of measurements of your own
  $fade plugin list                                                          what can be combined
  $fade plugin show xu2018                                                   a model's equations, parameters and sources
  $fade plugin new physics my-law                                            a model of your own, ready to build
END
