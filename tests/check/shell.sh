#!/usr/bin/env bash
# shell.sh - shellcheck over every script.
set -uo pipefail
git ls-files -co --exclude-standard -- '*.sh' tests/run .ci/run | xargs shellcheck -x
