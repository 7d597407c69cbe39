#!/bin/bash
# Formats every C++ file of the house; with --check only says which ones are not formatted, and fails.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(-i)
if [[ "${1:-}" == --check ]]; then
  mode=(--dry-run -Werror)
fi
find node sim scenarios tests fuzz tools \( -name '*.h' -o -name '*.cpp' -o -name '*.inc' \) -print0 |
  xargs -0 -r clang-format-19 "${mode[@]}"
