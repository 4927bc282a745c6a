#!/bin/sh
# Makes the fleet's authority in ., and in /etc/flotilla ca.crt and a certificate for each name given.
# What is there stays, so that a fleet that is started again is the same one; to renew a certificate,
# remove it and its key.
#   certs.sh NAME...
set -eu
out=${OUT:-/etc/flotilla}
[ -e ca.crt ] || flotilla certs init --dir .
for name; do
  [ -e "$out/$name.key" ] || flotilla certs issue --dir . --out "$out" "$name"
done
cp ca.crt "$out/ca.crt.new" && mv "$out/ca.crt.new" "$out/ca.crt"
