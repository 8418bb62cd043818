# shellcheck shell=bash disable=SC2034,SC2154 # variables that the other file sets or reads
# What deploy/compose/check holds the system to: one function a promise, false if it is not kept.

says_what_is_missing() {
  local text
  if text=$(env -u KAFKA_CLUSTER_ID "${compose_command[@]}" --env-file "$work/empty" config 2>&1); then return 1; fi
  echo "$text"
  [[ $text == *'run deploy/compose/secrets first'* ]]
}

makes_secrets_once() {
  local before
  deploy/compose/secrets "$FORUM_COMPOSE_SECRETS"
  before=$(cd "$FORUM_COMPOSE_SECRETS" && sha256sum -- *)
  deploy/compose/secrets "$FORUM_COMPOSE_SECRETS"
  [[ $(cd "$FORUM_COMPOSE_SECRETS" && sha256sum -- *) == "$before" && $(stat -c %a "$FORUM_COMPOSE_SECRETS") == 700 ]]
}

programs_start() {
  local name
  for name in "${services[@]}" forumctl; do
    docker run --rm --network none --read-only --cap-drop ALL citizen-forum:check "/app/$name" --help | grep USAGE || return 1
  done
}

is_healthy() {
  local states
  mapfile -t states < <(containers "$1" | xargs -r docker inspect --format '{{.State.Health.Status}}')
  [[ ${#states[@]} == "${2:-1}" && "${states[*]}" =~ ^(healthy ?)+$ ]]
}

# all_healthy COUNTERS
all_healthy() {
  local name
  for name in postgres kafka nginx "${services[@]}"; do
    if [[ $name == vote-counter ]]; then is_healthy "$name" "$1"; else is_healthy "$name"; fi || return 1
  done
}

becomes_healthy() {
  until_true 120 all_healthy "$1" && return
  compose ps
  compose logs --no-color --tail=5
  return 1
}

answers_outside() { curl --silent --fail --max-time 5 "http://$(compose port nginx 8080)/healthz"; }

# confined SERVICE UID: every process of every container has this user, no capability and no way to more.
confined() {
  local id status
  for id in $(containers "$1"); do
    # A process may end between being listed and being read.
    status=$(docker exec "$id" sh -c 'cat /proc/[0-9]*/status 2>/dev/null || true')
    [[ $(grep '^Uid:' <<<"$status" | sort -u) == "$(printf 'Uid:\t%s\t%s\t%s\t%s' "$2" "$2" "$2" "$2")" ]]
    [[ $(grep '^Cap\(Prm\|Eff\|Bnd\):' <<<"$status" | cut -f2 | sort -u) == 0000000000000000 ]]
    [[ $(grep '^NoNewPrivs:' <<<"$status" | sort -u) == $'NoNewPrivs:\t1' ]]
  done
}

read_only_root() {
  local id
  for id in $(containers "$1"); do
    if docker exec "$id" sh -c 'touch /etc/written || touch /app/written || touch /var/written'; then return 1; fi
    docker exec "$id" sh -c 'touch /tmp/written && rm /tmp/written'
  done
}

# The values of all secrets against what the engine and, in our own containers, the kernel show.
no_secret_in_environment() {
  local name id file
  grep -hoE '[0-9a-f]{48,}' "$FORUM_COMPOSE_SECRETS"/*.{password,key} >"$work/values"
  for name in postgres kafka nginx "${services[@]}"; do
    for id in $(containers "$name"); do
      docker inspect --format '{{json .Config}}' "$id" >"$work/environment"
      if [[ " ${services[*]} " == *" $name "* ]]; then
        docker exec "$id" sh -c 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null || true' | tr '\0' '\n' >>"$work/environment"
      fi
      if grep -qFf "$work/values" "$work/environment"; then echo "$name shows a secret" && return 1; fi
    done
  done
  # Each mounts its own alone: only voting has the key of the pseudonyms.
  for name in "${services[@]}"; do
    file=$(inside "$name" sh -c 'ls /run/secrets')
    if [[ $name != voting ]] && grep -q pseudonym <<<"$file"; then return 1; fi
  done
}

# The second time changes nothing, the password least of all; then everything is taken away again.
ministry_gets_access_once() {
  local first again
  first=$(forumctl ministry add molit)
  [[ $first == *'password: '* && $first == *'sasl.mechanism=SCRAM-SHA-512'* ]]
  again=$(forumctl ministry add molit)
  [[ $again != *'password: '* && $again == *'permissions unchanged'* ]]
  forumctl ministry list | grep -q '^molit  *ministry-molit  *forum.referrals.molit  *2097152 B/s$'
  [[ $(forumctl ministry remove molit) == *'ministry-molit: removed'* ]]
}

# With the settings that the ministry would be sent, and Kafka's own client: over TLS with SCRAM, by the listener outside.
ministry_reads_its_topic_alone() {
  local ministry other given settings
  ministry=$(sql "SELECT ministry FROM referral.referral_case WHERE ministry IS NOT NULL LIMIT 1")
  other=$(sql "SELECT slug FROM referral.ministry WHERE slug <> '$ministry' LIMIT 1")
  given=$(forumctl ministry add "$ministry")
  settings=$(sed -n '/^# Java/,/^# Python/p' <<<"$given" | grep -v '^#')
  settings=${settings/PASSWORD/$(sed -n 's/^password: //p' <<<"$given")}
  inside_with_input kafka sh -c 'cat >/tmp/forum-ca.pem' <"$FORUM_COMPOSE_SECRETS/kafka-ca.pem"
  inside_with_input kafka sh -c 'umask 077 && cat >/tmp/ministry.properties' \
    <<<"${settings/=forum-ca.pem/=/tmp/forum-ca.pem}"
  expect_of_topic "forum.referrals.$ministry" '"caseID"'
  expect_of_topic "forum.referrals.$other" "Not authorized to access topics: \\[forum.referrals.$other\\]"
  forumctl ministry remove "$ministry"
  expect_of_topic "forum.referrals.$ministry" SaslAuthenticationException
}
# expect_of_topic TOPIC PATTERN: what the client prints, whether it ends well or not.
expect_of_topic() {
  ministry_consumes "$1" >"$work/referrals" || true
  grep -q "$2" "$work/referrals" || { cat "$work/referrals" && return 1; }
}
ministry_consumes() {
  inside kafka env KAFKA_OPTS= KAFKA_HEAP_OPTS=-Xmx64m /opt/kafka/bin/kafka-console-consumer.sh \
    --bootstrap-server 127.0.0.1:9094 --consumer.config /tmp/ministry.properties --topic "$1" --max-messages 1 --timeout-ms 20000 2>&1
}

three_counters_share() {
  local query="SELECT count(DISTINCT owner) FROM voting.consumer_offset WHERE topic = 'forum.ballots'"
  until_true 30 is_result "$query" 3
}
is_result() { [[ $(sql "$1") == "$2" ]]; }

# The demonstration runs while a counter is killed and their number changes; it checks every figure itself. With few ballots
# on their way at a time it lasts longer than that.
begin_demonstration() {
  compose run --rm -T --no-deps --use-aliases forumctl replay "$petitions" --receiver-host forumctl --connections 16 \
    >"$work/replay" 2>&1 &
  replay=$!
}

ballots_arrive() { until_true 240 casting 1000; }
casting() { local now && now=$(counted 2>/dev/null) && ((now > $1)); }

# kill -9 of everything in the container, as the kernel would; `docker kill` would count as the operator's wish to stop it.
killed_counter_returns() {
  local id
  id=$(first vote-counter)
  docker exec "$id" sh -c 'kill -s KILL -- -1' || true
  until_true 10 restarted "$id" && until_true 60 is_healthy vote-counter 3
}
restarted() { [[ $(docker inspect --format '{{.RestartCount}}' "$1") -gt 0 ]]; }

scales_to() {
  compose up -d --no-deps --no-recreate --scale "vote-counter=$1" vote-counter
  until_true 60 is_healthy vote-counter "$1"
}

# Otherwise the steps before proved nothing.
still_casting() {
  local now
  now=$(counted)
  sleep 2
  kill -0 "$replay" && (($(counted) > now))
}

demonstration_ended() {
  cat "$work/replay"
  return "$1"
}

# The door learns of a second container of a service, and of its end.
door_follows_voting() {
  compose up -d --no-deps --no-recreate --scale voting=2 voting
  until_true 60 is_healthy voting 2
  until_true 15 door_knows 2
  ask /v1/votes >/dev/null
  compose up -d --no-deps --no-recreate --scale voting=1 voting
  until_true 15 door_knows 1
  ask /v1/votes >/dev/null
}
door_knows() { [[ $(inside nginx grep -c ^server /tmp/upstreams/voting) == "$1" ]]; }

tally_survives_restart() {
  local before
  before=$(tallies)
  [[ -n $before ]]
  compose restart --timeout 60
  becomes_healthy 2
  until_true 30 ask /v1/count >/dev/null
  diff <(echo "$before") <(tallies)
}

ends_in_order() {
  local name id code
  compose stop --timeout 60
  for name in postgres nginx "${services[@]}"; do
    for id in $(compose ps -a -q "$name"); do
      code=$(docker inspect --format '{{.State.ExitCode}}' "$id")
      ((code == 0)) || { echo "$name ended with $code" && docker logs --tail 5 "$id" && return 1; }
    done
  done
}

leaves_nothing() {
  take_down
  local label="label=com.docker.compose.project=$project"
  [[ -z $(docker ps -aq --filter "$label")$(docker volume ls -q --filter "$label")$(docker network ls -q --filter "$label") ]]
}
