#!/usr/bin/env bash
# Writes requirements.lock and installers/uv.lock anew from pyproject.toml: every version pinned, every file hashed,
# valid for each supported Python and system. Run it after a change of dependencies, and commit the result.
#   bash installers/lock.sh             keep what the lock has where pyproject.toml allows it
#   bash installers/lock.sh --upgrade   newest versions that pyproject.toml allows
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
options=(--universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 -q)
uv pip compile "${options[@]}" --extra dev "$@" pyproject.toml -o requirements.lock
echo 'uv==0.9.11' | uv pip compile "${options[@]}" - -o installers/uv.lock
