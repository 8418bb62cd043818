#!/usr/bin/env bash
# Asks the broker for its API versions (key 18, version 0), which it answers before a log-in: no Java program each few seconds.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/9092
# size 10, key 18, version 0, correlation id 7, no client id
printf '\x00\x00\x00\x0a\x00\x12\x00\x00\x00\x00\x00\x07\xff\xff' >&3
# size, correlation id 7, error 0
[[ $(timeout 3 head -c 10 <&3 | od -An -tx1 | tr -d ' \n') == ????????000000070000 ]]
