#!/usr/bin/env bash
# shell.sh - shellcheck over every script.
set -uo pipefail
git ls-files -co --exclude-standard -- '*.sh' '*.bash' tests/run .ci/run |
    xargs shellcheck -x -S warning --source-path=SCRIPTDIR --shell=bash
