#!/bin/sh
# Makes .venv from the hash-locked list and sees to the system libraries of a Qt window.
# Debian as root: installed by apt. Elsewhere: prints the one line that is missing and stops.
set -eu
cd "$(dirname "$0")/.."

PACKAGES="xvfb fonts-noto-cjk libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 \
libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libdbus-1-3 \
libfontconfig1 fontconfig libxtst6"

missing() {
    for package in $PACKAGES; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || printf '%s ' "$package"
    done
}

if command -v dpkg-query >/dev/null; then
    lacking=$(missing)
    if [ -n "$lacking" ]; then
        if [ "$(id -u)" = 0 ]; then
            echo "Installing system packages: $lacking"
            export DEBIAN_FRONTEND=noninteractive
            apt-get update -qq
            # shellcheck disable=SC2086  # a list of words is meant
            apt-get install -y -qq --no-install-recommends $lacking >/dev/null
        else
            echo "Missing system packages. Please run: sudo apt-get install -y $lacking" >&2
            exit 1
        fi
    fi
fi

python=""
for candidate in python3.11 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 is missing. Please run: sudo apt-get install -y python3.11" >&2
    exit 1
fi

# Debian's Python comes without ensurepip: then the host's pip installs into the environment.
if [ ! -x .venv/bin/python ]; then
    "$python" -m venv .venv 2>/dev/null || "$python" -m venv --clear --without-pip .venv
fi
if .venv/bin/python -m pip --version >/dev/null 2>&1; then
    pip() { .venv/bin/python -m pip "$@"; }
elif "$python" -m pip --version >/dev/null 2>&1; then
    pip() { "$python" -m pip --python .venv/bin/python "$@"; }
else
    echo "pip is missing. Please run: sudo apt-get install -y python3-pip python3-venv" >&2
    exit 1
fi

echo "Installing the locked dependencies …"
pip install -q --disable-pip-version-check --require-hashes -r requirements/all.lock
PYTHONWARNINGS=ignore pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
touch .venv/ready
