#!/bin/sh
# Installs from Debian 12 what Flotilla needs. A second run finds everything there and does nothing.
#   scripts/setup.sh         to build it and to run its tests and examples
#   scripts/setup.sh --build only to build it
#   scripts/setup.sh --run   only what the built program needs to run
#   scripts/setup.sh --ci    also what the checks of .ci/run need
set -eu

run="ca-certificates libcaf-core0.17 libcaf-io0.17 libcaf-openssl0.17 libcurl4
  libprometheus-cpp-core1.0 libspdlog1.10 libsqlite3-0 libssl3"
build="ca-certificates ccache cmake g++ libboost-dev libcaf-dev libcli11-dev libcpp-httplib-dev
  libcurl4-openssl-dev libgmock-dev libgtest-dev libspdlog-dev libsqlite3-dev libssl-dev ninja-build
  nlohmann-json3-dev pkg-config prometheus-cpp-dev"
test="apache2-utils chromium chromium-driver docker-registry dpkg-dev groff-base iproute2 iptables
  nginx-light openssl prometheus skopeo umoci"
check="clang clang-format clang-tidy docker-compose libclang-rt-14-dev python3-kubernetes python3-yaml
  shellcheck systemd"

case "${1-}" in
  '') wanted="$build $test" ;;
  --build) wanted=$build ;;
  --run) wanted=$run ;;
  --ci) wanted="$build $test $check" ;;
  *)
    echo "usage: scripts/setup.sh [--build|--run|--ci]" >&2
    exit 2
    ;;
esac

ID='' VERSION_ID=''
[ ! -r /etc/os-release ] || . /etc/os-release
if [ "$ID $VERSION_ID" != "debian 12" ]; then
  cat >&2 <<EOT
setup: this script knows Debian 12 only, and this is ${PRETTY_NAME:-another system}.
Install what these packages of Debian 12 hold, then build with
  cmake --preset release && cmake --build --preset release
The packages:
$(echo $wanted | fold -s -w 78 | sed 's/^/  /')
EOT
  exit 1
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
missing=
for package in $wanted; do
  printf '%s\n' "$installed" | grep -qxF "$package" || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "setup: everything needed is installed already."
  exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
  root=
elif command -v sudo >/dev/null; then
  root=sudo
else
  echo "setup: missing packages:$missing" >&2
  echo "setup: run this script as root, or install sudo." >&2
  exit 1
fi

echo "setup: installing from Debian, as root:$missing"

# Two of the packages are servers, which Debian would start. Tests start their own, on free ports.
forbid=/usr/sbin/policy-rc.d
if [ ! -e "$forbid" ]; then
  echo "setup: $forbid keeps servers from being started until this is done."
  trap '$root rm -f "$forbid"' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\nexit 101\n' | $root tee "$forbid" >/dev/null
  $root chmod 755 "$forbid"
fi

apt="$root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3"
$apt update
$apt install --no-install-recommends $missing

if [ -d /run/systemd/system ]; then # else nothing would start them at the next boot either
  for server in docker-registry nginx; do
    case " $missing " in
      *" $server"*)
        echo "setup: $server will not start by itself."
        $root systemctl disable --quiet --now "$server"
        ;;
    esac
  done
fi
echo "setup: done."
