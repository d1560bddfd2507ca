#!/usr/bin/env bash
# Installs the packages of this peer and builds better-sqlite3 from its sources (about two minutes, once).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
npm ci --ignore-scripts --no-audit --no-fund
# Node's own headers, where they came with it, so that nothing else has to be fetched.
home=$(dirname "$(dirname "$(node -p 'process.execPath')")")
if [ -f "$home/include/node/node.h" ]; then export npm_config_nodedir="$home"; fi
npm_config_build_from_source=true npm rebuild better-sqlite3
