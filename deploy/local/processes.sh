# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# Processes by name: $run/NAME holds "PID START-TIME FINGERPRINT". The start time (in ticks after boot) tells our process from
# a later one that was given the same PID; the fingerprint tells whether what should run is what runs.

# Start time of a living process; nothing for one that is gone or only waits to be reaped.
process_started() {
  local stat fields
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  read -ra fields <<<"${stat##*) }"
  [[ ${fields[0]} == Z ]] || printf '%s' "${fields[19]}"
}

# process_of NAME: sets process_pid and process_fingerprint; false when it does not run.
process_of() {
  local started
  process_pid='' process_fingerprint=''
  [[ -r $run/$1 ]] || return 1
  read -r process_pid started process_fingerprint <"$run/$1" || return 1
  [[ -n $started && $(process_started "$process_pid") == "$started" ]]
}

is_running() { process_of "$1"; }

# A process that died by itself may leave children (nginx its workers) that hold its port. They are in its group, whose number
# no other process is given as long as they live.
end_leftovers() {
  local pid
  if is_running "$1" || [[ ! -r $run/$1 ]]; then return 0; fi
  read -r pid _ <"$run/$1" || return 0
  if [[ -z $(process_started "$pid") ]]; then kill -s KILL -- "-$pid" 2>/dev/null || true; fi
}

# keep_process NAME FINGERPRINT COMMAND...: leaves it running if it is the same, replaces it if not, starts it if it is gone.
keep_process() {
  if process_of "$1"; then
    [[ $process_fingerprint != "$2" ]] || return 0
    stop_process "$1"
  fi
  start_process "$@"
}

# A session of its own (setsid): what a terminal sends to our group (Ctrl-C) does not reach it.
start_process() {
  local name=$1 fingerprint=$2 pid
  shift 2
  end_leftovers "$name"
  if [[ -n ${lock:-} ]]; then
    setsid "$@" {lock}>&- >>"$logs/$name.log" 2>&1 </dev/null &
  else
    setsid "$@" >>"$logs/$name.log" 2>&1 </dev/null &
  fi
  pid=$!
  disown "$pid" 2>/dev/null || true
  printf '%s %s %s\n' "$pid" "$(process_started "$pid")" "$fingerprint" >"$run/$name"
}

# PostgreSQL takes SIGTERM as "when all clients have left"; SIGINT is its orderly stop.
stop_signal() { if [[ $1 == postgres ]]; then echo INT; else echo TERM; fi; }

is_gone() { ! is_running "$1"; }

signal_stop() { if process_of "$1"; then kill -s "$(stop_signal "$1")" "$process_pid" 2>/dev/null || true; fi; }

# await_stop NAME: up to 30 s from the signal, then SIGKILL, loudly: it means that something does not drain.
await_stop() {
  if ! wait_until "${FORUM_STOP_SECONDS:-30}" is_gone "$1"; then
    warn "!!! $1 (process $process_pid) did not stop within ${FORUM_STOP_SECONDS:-30} s and is killed; see $logs/$1.log"
    kill -s KILL "$process_pid" 2>/dev/null || true
    wait_until 5 is_gone "$1" || fail "$1 (process $process_pid) cannot be killed"
  fi
  end_leftovers "$1"
  rm -f "$run/$1"
}

stop_process() { stop_processes "$1"; }

# All are told at once and awaited one after the other: the whole takes as long as the slowest.
stop_processes() {
  local name
  for name in "$@"; do signal_stop "$name"; done
  for name in "$@"; do await_stop "$name"; done
}

kill_process() {
  process_of "$1" || fail "$1 does not run"
  # The group: nginx's workers would go on serving without their master.
  kill -s KILL -- "-$process_pid"
  wait_until 5 is_gone "$1" || fail "$1 (process $process_pid) cannot be killed"
}

# await_ready NAME SECONDS CHECK...: fails with the end of its log when it dies or is not ready in time.
await_ready() {
  local name=$1 deadline=$(($(milliseconds) + $2 * 1000))
  shift 2
  until "$@"; do
    is_running "$name" || fail_with_log "$name" "ended while it was starting"
    (($(milliseconds) < deadline)) || fail_with_log "$name" "is not ready"
    sleep 0.1
  done
}

fail_with_log() {
  warn "--- the end of $logs/$1.log"
  tail -n 20 "$logs/$1.log" >&2 || true
  fail "$1 $2"
}

http_ok() { [[ $(curl --silent --output /dev/null --max-time 3 --write-out '%{http_code}' "$1" 2>/dev/null) == 200 ]]; }
