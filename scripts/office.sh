#!/bin/sh
# Sees to LibreOffice Calc for `make office-test`: installed by apt as root, else one line says what is missing.
set -eu
command -v soffice >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends libreoffice-calc >/dev/null
else
    echo "Missing LibreOffice Calc. Please run: sudo apt-get install -y libreoffice-calc" >&2
    exit 1
fi
