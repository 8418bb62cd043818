# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# The tiers of deploy/test. Each leaves a line in $main_state/results/TIER: passed, failed, skipped, seconds, closing line.

# The ports lie below those that the kernel hands out (32768 and up) and away from those of deploy/up.
settings_of_main() { use_state "$main_state" 28; }
settings_of_embedded() {
  use_state "${main_state}-embedded" 29
  FORUM_BROKER=embedded KAFKA_HOME=''
}

# use_state FOLDER THOUSANDS
use_state() {
  FORUM_STATE=$1
  set_places
  FORUM_PORT=${2}080 FORUM_PORT_BASE=${2}100 FORUM_POSTGRES_PORT=${2}432 FORUM_KAFKA_PORT=${2}092 FORUM_MAIL_PORT=${2}025
  FORUM_KAFKA_CONTROLLER_PORT=${2}093
  apply_defaults
}

# What an earlier run left: its processes, and all of its data. Downloads and Python packages stay.
clear_system() {
  stop_system
  local name
  for name in postgres kafka-data broker database-broker embedded-broker mail secrets logs env run nginx results demonstration; do
    rm -rf "${state:?}/$name"
  done
  make_places
  mkdir -p "$state/results"
}

build_tests() {
  step_begin "build with the tests (log: $(short "$logs/build.log"))"
  run_build --build-tests
  FORUM_BINARIES=$(cd "$checkout" && swift build --show-bin-path)
  step_end
}

# Everything that may install or download, before anything is started.
prepare_brokers() {
  choose_broker
  ensure_java
  ensure_venv
  ensure_venv "$state/test-venv" "$checkout/Tests/EndToEnd/requirements.txt"
}

broker_of_main() { if [[ -r $main_state/broker ]]; then cut -d' ' -f1 "$main_state/broker"; fi; }

# run_tier NAME FUNCTION: in a shell of its own, so that what fails ends the tier and not the run.
run_tier() {
  local began
  began=$(milliseconds)
  say '' "=== $1"
  set +e
  (
    set -e
    "$2"
  )
  local code=$?
  set -e
  if [[ ! -s $main_state/results/$1 ]]; then
    say "$1 could not run (exit code $code)"
    result "$1" 0 1 0 "could not run"
  fi
  printf '%s\n' "$((($(milliseconds) - began) / 1000))" >"$main_state/results/$1.seconds"
}

# result TIER PASSED FAILED SKIPPED TEXT: adds to what the tier has.
result() { printf '%s\t%s\t%s\t%s\n' "$2" "$3" "$4" "$5" >>"$main_state/results/$1"; }

summary() {
  local tier total_passed=0 total_failed=0 total_skipped=0 passed failed skipped text sums
  say ''
  printf '%-22s %7s %7s %7s %9s\n' tier passed failed skipped seconds
  for tier in "${tiers[@]}" end-to-end-embedded; do
    [[ -s $main_state/results/$tier ]] || continue
    sums=(0 0 0)
    while IFS=$'\t' read -r passed failed skipped text; do
      sums=($((sums[0] + passed)) $((sums[1] + failed)) $((sums[2] + skipped)))
    done <"$main_state/results/$tier"
    printf '%-22s %7d %7d %7d %9d\n' "$tier" "${sums[@]}" "$(<"$main_state/results/$tier.seconds")"
    total_passed=$((total_passed + sums[0])) total_failed=$((total_failed + sums[1])) total_skipped=$((total_skipped + sums[2]))
  done
  say ''
  for tier in "${tiers[@]}" end-to-end-embedded; do
    [[ -s $main_state/results/$tier ]] || continue
    while IFS=$'\t' read -r passed failed skipped text; do
      if [[ -n $text ]]; then say "$tier: $text"; fi
    done <"$main_state/results/$tier"
  done
  local skips=''
  if ((total_skipped)); then skips=", $total_skipped skipped"; fi
  say "$total_passed passed, $total_failed failed$skips"
  ((total_failed == 0 && total_passed > 0))
}

# stop_everything: both systems, whatever runs of them.
stop_everything() {
  local folder
  for folder in "${main_state}-embedded" "$main_state"; do
    [[ -d $folder/run ]] || continue
    (FORUM_STATE=$folder && set_places && stop_system) || true
  done
}

# check TIER TITLE COMMAND...: one test that is a command.
check() {
  local tier=$1 title=$2
  shift 2
  [[ $title =~ $filter ]] || return 0
  if "$@"; then
    say "passed: $title"
    result "$tier" 1 0 0 ''
  else
    say "failed: $title"
    result "$tier" 0 1 0 ''
  fi
}

sources_are_formatted() { (cd "$checkout" && swift format lint --strict --recursive Package.swift Shared Services Examples Tests); }

scripts_are_sound() {
  local scripts
  mapfile -t scripts < <(cd "$checkout" && grep -rlE '^#!/usr/bin/env bash|^# shellcheck shell=bash' .ci deploy Tests)
  (cd "$checkout" && shellcheck --external-sources "${scripts[@]}")
}

# Debian's Python and its standard library: the figures' own check must run wherever the unit tests run.
wrong_counts_are_noticed() {
  (cd "$checkout" && PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m unittest discover --quiet Tests/Benchmarks)
}

tier_unit() {
  check unit "the Swift sources are formatted" sources_are_formatted
  check unit "the scripts pass shellcheck" scripts_are_sound
  check unit "the benchmarks notice a wrong count" wrong_counts_are_noticed
  swift_tests unit UnitTests
}

tier_broker() { swift_tests broker BrokerTests; }

tier_integration() {
  start_servers
  local variables=("FORUM_TEST_DATABASE_HOST=127.0.0.1" "FORUM_TEST_DATABASE_PORT=$FORUM_POSTGRES_PORT"
    "FORUM_TEST_DATABASE_USER=forum_test" "FORUM_TEST_DATABASE_PASSWORD=$(<"$secrets/forum_test.password")"
    "FORUM_TEST_KAFKA_BOOTSTRAP=$(kafka_bootstrap)" "FORUM_TEST_BROKER=$broker_kind")
  if [[ -n $library_path ]]; then variables+=("LD_LIBRARY_PATH=$library_path"); fi
  swift_tests integration IntegrationTests "${variables[@]}"
  # The tests have filled the topics that the system is about to use.
  stop_process kafka
  rm -rf "$state/kafka-data" "$state/embedded-broker"
}

# PostgreSQL with a superuser for the tests, and the broker.
start_servers() {
  recall_broker
  choose_client_library
  new_secret forum_test.password openssl rand -hex 24
  start_broker
  start_postgres
  await_postgres
  await_broker
  admin_psql --dbname=postgres <<-END
	\\set password '$(<"$secrets/forum_test.password")'
	SELECT 'CREATE ROLE forum_test' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'forum_test') \\gexec
	ALTER ROLE forum_test LOGIN SUPERUSER PASSWORD :'password';
	END
}

# swift_tests TIER TARGET [VARIABLE=VALUE...]
swift_tests() {
  local tier=$1 target=$2 log=$logs/$1.log code=0 closing total failed skipped
  shift 2
  set +e
  (cd "$checkout" && env "$@" swift test --skip-build --disable-xctest --no-parallel --filter "^$target\\.${filter:+.*$filter}") 2>&1 |
    tee "$log" | grep -E '^(✘|↳|➜)|Test run with|error:|[Cc]rash'
  code=${PIPESTATUS[0]}
  set -e
  closing=$(grep -E 'Test run with [0-9]+ tests?' "$log" | tail -n 1 || true)
  total=$(grep -oE 'with [0-9]+ tests?' <<<"$closing" | grep -oE '[0-9]+' || echo 0)
  failed=$(grep -E '^✘ Test .* failed after' "$log" | grep -cvE '^✘ Test run' || true)
  skipped=$(grep -cE '^➜ Test .* skipped' "$log" || true)
  # A crash leaves no count of what failed, and no closing line.
  if ((code != 0 && failed == 0)); then failed=1; fi
  if ((total < failed)); then total=$failed; fi
  result "$tier" $((total - failed)) "$failed" "$skipped" "${closing:-swift test ended with exit code $code}"
}

# python_tests TIER ARG...: pytest on the system of the present state.
python_tests() {
  local tier=$1 report="$logs/$1.xml" code=0 clean sums
  shift
  clean_environment
  local command=("${clean[@]}" PYTHONDONTWRITEBYTECODE=1 "HOME=${HOME:-/}" "CI=${CI:-}" "FORUM_STATE=$state"
    "FORUM_TEST_BROKER=$broker_kind"
    "FORUM_TEST_DATABASE_USER=forum_test" "FORUM_TEST_DATABASE_PASSWORD=$(<"$secrets/forum_test.password")"
    "$main_state/test-venv/bin/python" -m pytest -p no:cacheprovider --rootdir="$checkout/Tests/EndToEnd" -q -ra
    --durations=8 --junit-xml="$report")
  if [[ -n $filter ]]; then command+=(-k "$filter"); fi
  (cd "$checkout/Tests/EndToEnd" && "${command[@]}" "$@") || code=$?
  # 5: the filter left nothing to run.
  if ((code == 5)); then
    result "$tier" 0 0 0 ''
    return
  fi
  sums=$(/usr/bin/python3 - "$report" <<'END'
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
tests, failed, skipped = int(suite.get("tests")), int(suite.get("failures")) + int(suite.get("errors")), int(suite.get("skipped"))
print(tests - failed - skipped, failed, skipped)
END
  )
  local passed failed skipped
  read -r passed failed skipped <<<"$sums"
  if ((code != 0 && failed == 0)); then failed=1; fi
  result "$tier" "$passed" "$failed" "$skipped" ''
}

# start_fresh_system: the services from the debug build, empty.
start_fresh_system() {
  start_servers
  build_and_link
  ensure_secrets
  start_system
}

tier_end_to_end() {
  start_fresh_system
  python_tests end-to-end .
}

# The main job alone, on the other broker: a small system of its own.
tier_end_to_end_embedded() {
  settings_of_embedded
  make_places
  clear_system
  check_ports
  remember_settings
  ln -sfn "$main_state/venv" "$venv"
  choose_broker
  start_fresh_system
  python_tests end-to-end-embedded test_main_job.py
  stop_system
}

tier_compose() {
  local closing log="$logs/compose.log" passed failed
  set +e
  "$checkout/deploy/compose/check" 2>&1 | tee "$log"
  local code=${PIPESTATUS[0]}
  set -e
  closing=$(tail -n 1 "$log")
  [[ $closing =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed ]] || fail "deploy/compose/check has ended with exit code $code"
  passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
  if ((code != 0 && failed == 0)); then failed=1; fi
  result compose "$passed" "$failed" 0 ''
}
