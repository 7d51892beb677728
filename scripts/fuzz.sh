#!/usr/bin/env bash
# Runs every fuzz target for FUZZ_SECONDS (60 when not given), or those that are named.
set -euo pipefail
cd "$(dirname "$0")/.."

CARGO_FUZZ=0.13.2
tools=$PWD/.cache/tools

if ! rustup run nightly rustc --version >/dev/null 2>&1; then
    echo "fuzz: please install a nightly toolchain, then run this again: rustup toolchain install nightly"
    exit 1
fi
if [ ! -x "$tools/bin/cargo-fuzz" ]; then
    echo "fuzz: building cargo-fuzz $CARGO_FUZZ (once)"
    CARGO_TARGET_DIR=.cache/build cargo install --quiet --locked --root "$tools" "cargo-fuzz@$CARGO_FUZZ"
    rm -rf .cache/build
fi

export PATH="$tools/bin:$PATH"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=(mux frames terminal ssh ssh_session app_headers)
for target in "${targets[@]}"; do
    echo "fuzz: $target"
    # A minute is too short to begin with the shortest inputs.
    # The sanitizer of memory, as it comes, is for unsafe code; there is next to none here, and without it far more is tried.
    if ! rustup run nightly cargo fuzz run --sanitizer none "$target" -- \
        -max_total_time="${FUZZ_SECONDS:-60}" -max_len=4096 -len_control=0 -rss_limit_mb=1024 -print_final_stats=1 >"$log" 2>&1; then
        tail -n 40 "$log"
        echo "fuzz: $target failed; the input is in fuzz/artifacts/$target"
        exit 1
    fi
    grep 'stat::' "$log"
done
