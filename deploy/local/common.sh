# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# Paths, settings, messages and the lock. Sourced by deploy/up, deploy/down, deploy/test and deploy/local/service.

checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

# Every setting that a state remembers, so that `deploy/local/service` and `deploy/down` act on what `deploy/up` started.
remembered_settings=(
  FORUM_PORT FORUM_PORT_BASE FORUM_POSTGRES_PORT FORUM_KAFKA_PORT FORUM_KAFKA_CONTROLLER_PORT FORUM_MAIL_PORT
  FORUM_BROKER FORUM_KAFKA_BOOTSTRAP FORUM_KAFKA_HEAP FORUM_BINARIES FORUM_OWNER_CREATEDB
  FORUM_DATABASE_HOST FORUM_DATABASE_PORT FORUM_DATABASE_NAME FORUM_DATABASE_OWNER FORUM_DATABASE_OWNER_PASSWORD_FILE
  FORUM_VOTING_INSTANCES FORUM_VOTE_COUNTER_INSTANCES KAFKA_HOME
)

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  if (($#)); then printf '       %s\n' "$@" >&2; fi
  exit 1
}

milliseconds() { local now=${EPOCHREALTIME/[.,]/}; printf '%s' "$((now / 1000))"; }

# step_begin TEXT, then step_end [NOTE]: one line for each step, with its seconds.
step_begin() { step_text=$1; step_started=$(milliseconds); }
step_end() {
  local elapsed=$(($(milliseconds) - step_started))
  printf '%-44s %4d.%d s%s\n' "$step_text" $((elapsed / 1000)) $((elapsed % 1000 / 100)) "${1:+  $1}"
}

# wait_until SECONDS COMMAND...: asks ten times a second; false when the time is over.
wait_until() {
  local deadline=$(($(milliseconds) + $1 * 1000))
  shift
  until "$@"; do
    (($(milliseconds) < deadline)) || return 1
    sleep 0.1
  done
}

# A shell that has sourced .local/env carries the addresses of a running system. They must not be taken for
# "use this existing cluster", so they are forgotten, and what that state remembers counts instead.
forget_sourced_environment() {
  [[ -n ${FORUM_ENV_FILE:-} ]] || return 0
  local name
  for name in FORUM_KAFKA_BOOTSTRAP LD_LIBRARY_PATH FORUM_SECRETS_DIRECTORY FORUM_URL FORUM_ENV_FILE \
    FORUM_DATABASE_HOST FORUM_DATABASE_PORT FORUM_DATABASE_NAME FORUM_DATABASE_USER FORUM_DATABASE_PASSWORD_FILE; do
    unset "$name"
  done
  if [[ -r $state/settings ]]; then load_remembered_settings; fi
}

load_remembered_settings() {
  # shellcheck disable=SC1091  # written by remember_settings
  . "$state/settings"
}

remember_settings() {
  local name
  for name in "${remembered_settings[@]}"; do printf '%s=%q\n' "$name" "${!name:-}"; done >"$state/settings.new"
  mv "$state/settings.new" "$state/settings"
}

# Sets what nobody has set, and the places that follow from it.
apply_defaults() {
  : "${FORUM_PORT:=8080}" "${FORUM_PORT_BASE:=18080}" "${FORUM_POSTGRES_PORT:=18432}"
  : "${FORUM_KAFKA_PORT:=18092}" "${FORUM_MAIL_PORT:=18025}"
  : "${FORUM_KAFKA_CONTROLLER_PORT:=$((FORUM_KAFKA_PORT + 1))}"
  : "${FORUM_KAFKA_HEAP:=512m}" "${FORUM_BROKER:=}" "${FORUM_KAFKA_BOOTSTRAP:=}" "${FORUM_BINARIES:=}"
  : "${FORUM_DATABASE_HOST:=}" "${FORUM_DATABASE_NAME:=forum}" "${FORUM_DATABASE_OWNER:=forum_owner}"
  : "${FORUM_DATABASE_OWNER_PASSWORD_FILE:=}" "${FORUM_OWNER_CREATEDB:=}"
  : "${FORUM_VOTING_INSTANCES:=1}" "${FORUM_VOTE_COUNTER_INSTANCES:=1}" "${KAFKA_HOME:=}"
  : "${FORUM_DATABASE_PORT:=5432}"
  local name
  for name in FORUM_PORT FORUM_PORT_BASE FORUM_POSTGRES_PORT FORUM_KAFKA_PORT FORUM_KAFKA_CONTROLLER_PORT \
    FORUM_MAIL_PORT FORUM_DATABASE_PORT FORUM_VOTING_INSTANCES FORUM_VOTE_COUNTER_INSTANCES; do
    if [[ ! ${!name} =~ ^[1-9][0-9]{0,4}$ ]] || ((${!name} > 65535)); then fail "$name is '${!name}', which is no fitting number"; fi
  done
  case $FORUM_BROKER in '' | kafka | embedded) ;; *) fail "FORUM_BROKER is '$FORUM_BROKER'; it takes kafka or embedded" ;; esac
}

# The places of one state. FORUM_STATE sets another folder, so that two systems run side by side.
set_places() {
  state="${FORUM_STATE:-$checkout/.local}"
  [[ $state == /* ]] || state="$PWD/$state"
  logs="$state/logs" run="$state/run" secrets="$state/secrets" bin="$state/bin" venv="$state/venv"
  if [[ -d $run ]]; then forget_earlier_boot; fi
}

# Process numbers and start times begin again with each boot: a record from before would point at somebody else.
forget_earlier_boot() {
  local boot
  boot=$(</proc/sys/kernel/random/boot_id)
  if [[ -r $state/boot && $(<"$state/boot") == "$boot" ]]; then return; fi
  find "$run" -type f -delete
  printf '%s\n' "$boot" >"$state/boot"
}

make_places() {
  mkdir -p "$state" "$logs" "$run" "$bin" "$secrets"
  chmod 0700 "$secrets"
  forget_earlier_boot
}

# Two runs at once would start everything twice. The kernel lets go of the lock with the last process that holds it, so
# start_process closes it in what it starts.
take_lock() {
  exec {lock}>"$state/lock"
  flock --nonblock "$lock" || fail "another deploy/up or deploy/down is at work on $state"
}

# port_taken PORT: does anybody listen where 127.0.0.1:PORT would collide? Read from the kernel's tables: no tool is needed
# and nobody is connected to.
port_taken() {
  local hex
  hex=$(printf '%04X' "$1")
  awk -v port="$hex" '
    $4 == "0A" {
      split($2, at, ":")
      if (at[2] == port && (at[1] == "0100007F" || at[1] ~ /^0+$/ || at[1] == "0000000000000000FFFF00000100007F")) found = 1
    }
    END { exit !found }' <(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
}

# render FILE NAME...: the file with each ${NAME} replaced by the variable of that name, and everything else untouched, as
# envsubst does with a list of names.
render() {
  local text name
  text=$(<"$1")
  shift
  for name in "$@"; do text=${text//"\${$name}"/${!name}}; done
  printf '%s\n' "$text"
}

digest() { sha256sum | cut -c1-32; }
