#!/usr/bin/env bash
# The committed reference pages are what the executable says of itself today.
source "$(dirname "$0")/lib.sh"

"$platform" reference >"$work/reference.md"
diff "$root/docs/reference/reference.md" "$work/reference.md" ||
  fail "docs/reference is old; run: trading-platform reference > docs/reference/reference.md"
echo "reference: up to date"
