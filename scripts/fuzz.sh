#!/usr/bin/env bash
# Runs every fuzz target of the module for FUZZTIME (default 60s), one after
# the other: go test takes only one at a time. Finds them by itself.
#
#   scripts/fuzz.sh               all packages
#   scripts/fuzz.sh ./flows/...   only these
#
# What a target finds is written to its testdata/fuzz: commit it with the fix,
# and the plain tests run it from then on.
set -euo pipefail

duration=${FUZZTIME:-60s}
if [ $# -eq 0 ]; then
	set -- ./...
fi

# "go test -list" prints the targets of a package and then a line "ok  <package>".
listed=$(go test -list '^Fuzz' "$@")

failed=0 found=0 targets=()
while read -r word package _; do
	case $word in
	Fuzz*) targets+=("$word") ;;
	ok | '?')
		for target in ${targets[@]+"${targets[@]}"}; do
			found=$((found + 1))
			echo "fuzz: $target in $package for $duration"
			go test -run='^$' -fuzz="^$target\$" -fuzztime="$duration" "$package" || failed=$((failed + 1))
		done
		targets=()
		;;
	esac
done <<<"$listed"

echo "fuzz: $found targets, $failed failed"
[ "$failed" -eq 0 ]
