#!/usr/bin/env bash
# Installs what the build and the tests need and this machine lacks. Quick when nothing is missing.
#   scripts/setup.sh          everything
#   scripts/setup.sh build    only what the build needs
set -euo pipefail
cd "$(dirname "$0")/.."

RUST=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
CARGO_DENY=0.18.9
# The latest that builds with this Rust.
CARGO_SHEAR=1.13.0

say() { printf 'setup: %s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }

packages=()
has cc || packages+=(build-essential)
has git || packages+=(git)
# The dashboard's scripts are bundled by the build.
has npm || packages+=(nodejs npm)
if [ "${1:-}" != build ]; then
    has ssh || packages+=(openssh-client)
    { has gpg && has gpgconf && has gpg-agent && has gpg-connect-agent; } || packages+=(gnupg)
    has rsync || packages+=(rsync)
    has chromium || packages+=(chromium)
    has chromedriver || packages+=(chromium-driver)
    # Without any font a browser shows boxes, and text has no size.
    compgen -G '/usr/share/fonts/truetype/*/*.ttf' >/dev/null || packages+=(fonts-dejavu-core)
    [ -x /usr/sbin/sshd ] || packages+=(openssh-server)
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || has initdb || packages+=(postgresql)
fi

if [ "${#packages[@]}" -gt 0 ]; then
    if ! has apt-get; then
        say "please install the equivalents of these Debian packages, then run this again: ${packages[*]}"
        exit 1
    fi
    sudo=()
    [ "$(id -u)" = 0 ] || sudo=(sudo)
    say "installing ${packages[*]}"
    "${sudo[@]}" apt-get update -qq
    # Nothing that is installed for the tests is to run as a service of this machine.
    policy=/usr/sbin/policy-rc.d
    added=
    if [ ! -e "$policy" ] && [ "$(id -u)" = 0 ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && added=yes
    fi
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${packages[@]}" >/dev/null
    [ -z "$added" ] || rm -f "$policy"
fi

rust=$(rustc --version 2>/dev/null | cut -d' ' -f2 || true)
if ! has cargo || ! printf '%s\n' "$RUST" "$rust" | sort -CV; then
    say "please install Rust $RUST or newer from https://rustup.rs, then run this again: ${rust:-none} is here"
    exit 1
fi

if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2>/dev/null; then
    say "please install Node.js 18 or newer, then run this again: $(node --version 2>/dev/null || echo none) is here"
    exit 1
fi
web=crates/web
if [ ! "$web/node_modules/.package-lock.json" -nt "$web/package-lock.json" ]; then
    say "installing what the dashboard's scripts are made of"
    npm ci --prefix "$web" --no-audit --no-fund --silent
fi

# Builds a tool of the lints, unless this version of it is there.
tool() {
    if cargo install --list --root .cache/tools 2>/dev/null | grep -x "$1 v$2:" >/dev/null; then return; fi
    say "building $1 $2 (once, a few minutes)"
    CARGO_TARGET_DIR=.cache/build cargo install --quiet --locked --force --root .cache/tools "$1@$2"
    rm -rf .cache/build
}
if [ "${1:-}" != build ]; then
    tool cargo-deny "$CARGO_DENY"
    tool cargo-shear "$CARGO_SHEAR"
fi
