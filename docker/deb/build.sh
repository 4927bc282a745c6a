#!/bin/sh
# Makes the Debian package: docker/deb/build.sh, and then apt install ./build/release/flotilla_*.deb
set -eu
cd "$(dirname "$0")/../.."
cmake --preset release
cmake --build --preset release --target flotilla told
cd build/release
rm -f flotilla_*.deb
cpack
