#!/bin/sh
# Builds the one static release binary of Doorward and installs it. `./install.sh --help` says more.
set -eu

usage() {
    cat <<'TEXT'
Usage: ./install.sh [--prefix DIR | --run | --build-only] [--without-console] [-- SERVE OPTIONS]

  (nothing)      build, then install to DIR/bin/doorward. DIR is /usr/local when it
                 can be written to, else ~/.local
  --prefix DIR   install below DIR
  --run          build, then start on http://localhost:8080 with its data in ./data;
                 options after -- go to `doorward serve`
  --build-only   build, check that the binary is static, print where it is
  --without-console
                 leave the console out, which Node.js is needed for: with the admin API only
  --help         this text

It needs Rust (rustup.rs), Node.js 20.19 or newer with npm, a C compiler and the C library's
static files. What is missing is
installed with apt-get where that works without a question; otherwise the command is named.
TEXT
}

say() { printf '%s\n' "$*" >&2; }
fail() { say "install.sh: $*"; exit 1; }

# Runs a command as root if that needs no password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" -eq 0 ] || sudo -n true >/dev/null 2>&1
}

# need_package WHAT PACKAGE... : brings Debian packages, or names the command that does.
need_package() {
    what=$1
    shift
    may_install || fail "$what is missing. Install it with: sudo apt-get install $*"
    say "Installing $what ($*)"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# The first of two dotted versions is at least the second.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]
}

check_rust() {
    wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
    if ! command -v cargo >/dev/null 2>&1 && [ -x "${HOME:-}/.cargo/bin/cargo" ]; then
        PATH="$HOME/.cargo/bin:$PATH"
    fi
    how="Install it with: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh
(Debian's own packages are often older; where they are not: sudo apt-get install cargo rustc)"
    command -v cargo >/dev/null 2>&1 || fail "Rust $wanted or newer is missing. $how"
    found=$(rustc --version | cut -d ' ' -f 2 | cut -d - -f 1)
    at_least "$found" "$wanted" || fail "Rust $found is too old, $wanted or newer is needed. Bring it up with: rustup update stable
Without rustup: $how"
}

check_compiler() {
    if ! command -v cc >/dev/null 2>&1; then
        need_package "a C compiler" gcc libc6-dev
    fi
    probe=$(mktemp -d)
    echo 'int main(void) { return 0; }' >"$probe/a.c"
    if ! cc -static -o "$probe/a" "$probe/a.c" 2>/dev/null; then
        need_package "the C library's static files" gcc libc6-dev
    fi
    rm -rf "$probe"
}

check_node() {
    wanted=$(sed -n 's/.*"node": ">=\(.*\)".*/\1/p' web/console/package.json)
    how="Install it from https://nodejs.org/en/download, or build without the console: --without-console"
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || fail "Node.js $wanted or newer is missing. $how"
    found=$(node --version | tr -d v)
    at_least "$found" "$wanted" || fail "Node.js $found is too old, $wanted or newer is needed. $how"
}

# The console: by its lock file, brought only when that changed.
build_console() (
    cd web/console
    locked=$(cksum package-lock.json)
    if [ "$(cat node_modules/.doorward 2>/dev/null || true)" != "$locked" ]; then
        say "Installing what the console is built with"
        npm ci --loglevel=error >&2
        printf '%s\n' "$locked" >node_modules/.doorward
    fi
    # Files that are written anew are taken into the binary anew, which takes minutes.
    sources=$(find . .. -path ./node_modules -prune -o -path ./dist -prune -o -path ../console -prune -o \
        -type f ! -name schema.d.ts -print | sort | xargs cksum)
    # Both what it is built from and what was built: somebody may have built something else since.
    if [ -f dist/index.html ] &&
        [ "$(cat node_modules/.doorward-built 2>/dev/null || true)" = "$sources
$(find dist -type f | sort | xargs cksum)" ]; then
        return
    fi
    say "Building the console"
    npm run --silent build </dev/null >&2
    printf '%s\n%s\n' "$sources" "$(find dist -type f | sort | xargs cksum)" >node_modules/.doorward-built
)

build() {
    check_rust
    check_compiler
    if [ "$console" = yes ]; then
        check_node
        build_console
    else
        rm -rf web/console/dist/assets web/console/dist/index.html
    fi
    triple=$(rustc -vV | sed -n 's/^host: //p')
    say "Building the release binary for $triple: about ten minutes the first time"
    # Given with --target, so that build scripts and macros of the build itself stay dynamic.
    env -u CARGO_ENCODED_RUSTFLAGS RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static" \
        cargo build --release --locked --bin doorward --target "$triple" </dev/null >&2
    binary="${CARGO_TARGET_DIR:-$root/target}/$triple/release/doorward"
    [ -x "$binary" ] || fail "the build ended without $binary"
    # ldd says so in one of two ways, and one of them with a failing exit code.
    case $(ldd "$binary" 2>&1 || true) in
        *"statically linked"* | *"not a dynamic executable"*) ;;
        *) fail "$binary is not static: $(ldd "$binary")" ;;
    esac
    say "Built $("$binary" version)"
}

put() {
    mkdir -p "$1/bin" 2>/dev/null || fail "$1/bin cannot be made: choose another place with --prefix"
    [ -w "$1/bin" ] || fail "$1/bin cannot be written to: choose another place with --prefix"
    # Copied beside and moved over, so that a running doorward is never half replaced.
    cp "$binary" "$1/bin/.doorward.new"
    chmod 755 "$1/bin/.doorward.new"
    mv -f "$1/bin/.doorward.new" "$1/bin/doorward"
    say "Installed $1/bin/doorward"
    case ":$PATH:" in
        *":$1/bin:"*) ;;
        *) say "$1/bin is not on your PATH: add it, or call the program by its full path" ;;
    esac
    say "Start it with: doorward serve --data ./data --public-url https://sso.your-company.example"
}

mode=install
console=yes
prefix=
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -ge 2 ] || fail "--prefix expects a folder"; prefix=$2; shift ;;
        --prefix=*) prefix=${1#--prefix=} ;;
        --run) mode=run ;;
        --build-only) mode=build ;;
        --without-console) console= ;;
        -h | --help) usage; exit 0 ;;
        --) shift; break ;;
        *) usage >&2; fail "unknown option $1" ;;
    esac
    shift
done
[ "$mode" = run ] || [ $# -eq 0 ] || fail "options after -- go with --run only"

started_in=$(pwd)
root=$(cd "$(dirname "$0")" && pwd)
cd "$root"
build
cd "$started_in"

case $mode in
    build) printf '%s\n' "$binary" ;;
    run) exec "$binary" serve --data ./data --listen 127.0.0.1:8080 --public-url http://localhost:8080 "$@" ;;
    install)
        if [ -z "$prefix" ]; then
            if [ -w /usr/local/bin ]; then prefix=/usr/local; else prefix=${HOME:?}/.local; fi
        fi
        put "$prefix"
        ;;
esac
