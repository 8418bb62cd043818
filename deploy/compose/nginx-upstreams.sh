#!/bin/sh
# Keeps nginx's upstreams in step with the containers. nginx resolves a name once, when it reads its configuration; what the
# name of a service stands for changes with `up --scale voting=2` and whenever a container gets another address.
# Run by the image's entrypoint before nginx starts; goes on in the background.
set -eu
folder=/tmp/upstreams
# Each service has a port of its own, so that an address that went over to another service refuses instead of answering.
services='intake:8081 moderation:8082 voting:8083 referral:8085 notification:8086 portal:8087'

servers() {
  addresses=$(getent ahostsv4 "$1" | sed -n 's/ *STREAM.*//p' | sort -u)
  # nginx takes no upstream without a server; with this one it answers 503 until the service is there.
  [ -n "$addresses" ] || echo "server 127.0.0.1:$2 down;"
  for address in $addresses; do echo "server $address:$2;"; done
}

# True if anything changed.
refresh() {
  changed=1
  for entry in $services; do
    name=${entry%:*}
    servers "$name" "${entry#*:}" >"$folder/new"
    if ! cmp -s "$folder/new" "$folder/$name"; then
      mv "$folder/new" "$folder/$name"
      changed=0
    fi
  done
  return $changed
}

mkdir -p "$folder"
refresh || true
while sleep 2; do
  if refresh; then nginx -s reload || true; fi
done &
