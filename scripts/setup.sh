#!/usr/bin/env bash
# setup.sh [--if-missing] GROUP.. - installs the Debian packages of scripts/packages that are not there yet.
# Needs root or sudo without a password; else it prints the one line to run and fails.
set -euo pipefail
cd "$(dirname "$0")/.."

quiet=no
if [ "${1:-}" = --if-missing ]; then
    quiet=yes
    shift
fi

wanted=()
for group in "$@"; do
    while read -r of package _; do
        [ "$of" = "$group" ] && wanted+=("$package")
    done < scripts/packages
done

if ! command -v dpkg-query > /dev/null; then
    if [ "$quiet" = no ]; then
        echo "setup: this is not a Debian system; install what these Debian packages hold: ${wanted[*]}" >&2
        exit 1
    fi
    exit 0
fi

missing=()
# shellcheck disable=SC2016
have=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2> /dev/null || true)
for package in "${wanted[@]}"; do
    grep -qx "$package installed" <<< "$have" || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
    [ "$quiet" = yes ] || echo "setup: all ${#wanted[@]} packages are installed"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2> /dev/null; then
        echo "setup: ${#missing[@]} packages are missing and this user cannot install them; run:" >&2
        echo "sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo -n)
fi

install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get install -y -q --no-install-recommends "${missing[@]}")
echo "setup: installing ${missing[*]}"
# The package lists may be absent or old: then fetch them and try once more.
if ! "${install[@]}" > /dev/null 2>&1; then
    echo "setup: apt-get update"
    "${as_root[@]}" apt-get update -q > /dev/null
    "${install[@]}" > /dev/null
fi
echo "setup: done"
