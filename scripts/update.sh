#!/usr/bin/env bash
# Rewrites what the tests compare with (the transcripts in testdata) from what
# the program says now. Read the difference before committing it: it is what
# reporters will see.
set -euo pipefail
cd "$(dirname "$0")/.."

# Only packages whose tests have the flag: the others refuse it.
packages=()
while read -r folder; do
	if go test -run='^$' "$(dirname "$folder")" -update >/dev/null 2>&1; then
		packages+=("$(dirname "$folder")")
	fi
done <<<"$(find . -type d -name testdata)"

if [ "${#packages[@]}" -eq 0 ]; then
	echo "update: no tests that compile have the flag -update"
	exit 0
fi
go test -count=1 "${packages[@]}" -update
git --no-pager diff --stat -- '*testdata*' 2>/dev/null || true
