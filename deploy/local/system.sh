# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# The system as a whole: what deploy/up and deploy/test start and deploy/down stops.

# Before anything is started, so that a second system or somebody's server is a plain message and not half a start.
check_ports() {
  local -A claimed=()
  check_port nginx FORUM_PORT "$FORUM_PORT"
  if postgres_is_ours; then check_port postgres FORUM_POSTGRES_PORT "$FORUM_POSTGRES_PORT"; fi
  if [[ -z $FORUM_KAFKA_BOOTSTRAP ]]; then
    check_port kafka FORUM_KAFKA_PORT "$FORUM_KAFKA_PORT"
    check_port kafka FORUM_KAFKA_CONTROLLER_PORT "$FORUM_KAFKA_CONTROLLER_PORT"
  fi
  check_port mail FORUM_MAIL_PORT "$FORUM_MAIL_PORT"
  each_instance check_service_port
}

# check_port NAME SETTING PORT: a port that our own NAME listens on is fine. claimed belongs to check_ports.
check_port() {
  [[ -z ${claimed[$3]:-} ]] || fail "$1 and ${claimed[$3]} would both use port $3" "set $2 to another one"
  claimed[$3]=$1
  end_leftovers "$1"
  port_taken "$3" || return 0
  if [[ " $(ports_of "$1") " == *" $3 "* ]]; then return 0; fi
  fail "port $3 is taken by another program, and $1 needs it" "free it, or set $2 to another one"
}

check_service_port() { check_port "$(instance_name "$1" "$2")" FORUM_PORT_BASE "$(service_port "$1" "$2")"; }

# ports_of NAME: the local ports that the process and its children listen on, from /proc alone.
ports_of() {
  process_of "$1" || return 0
  local pid sockets
  sockets=$(for pid in "$process_pid" $(cat "/proc/$process_pid/task"/*/children 2>/dev/null); do
    find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n' 2>/dev/null || true
  done | tr -cd '0-9\n' | tr '\n' ' ')
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v sockets=" $sockets " '
    $4 == "0A" && index(sockets, " " $10 " ") { split($2, at, ":"); print at[2] }' |
    while read -r hex; do printf '%d ' "0x$hex"; done
}

# prepare_system: everything that must be there before the first process; starts nothing.
prepare_system() {
  install_packages "${debian_packages[@]}"
  build_and_link
  choose_broker
  ensure_java
  ensure_venv
  choose_client_library
  ensure_secrets
}

start_system() {
  step_begin "PostgreSQL and broker ($broker_kind)"
  stop_what_is_given_from_outside
  # Both start while we wait for either.
  start_broker
  if postgres_is_ours; then start_postgres && await_postgres; fi
  await_broker
  step_end
  step_begin "database and topics"
  ensure_database
  match_database_to_broker
  logged_forumctl migrate
  logged_forumctl topics create
  write_environment_file
  step_end
  step_begin "services"
  start_mail
  stop_surplus_instances
  each_instance start_service
  start_nginx
  await_ready mail 10 port_taken "$FORUM_MAIL_PORT"
  each_instance await_service
  await_ready nginx 10 nginx_answers
  step_end
}

# A server of ours from an earlier run, where now an existing one is named.
stop_what_is_given_from_outside() {
  if [[ $broker_kind == existing ]]; then stop_process kafka; fi
  if ! postgres_is_ours; then stop_process postgres; fi
}

# In the order of dependence: nobody is asked for what is gone already.
stop_system() {
  stop_process nginx
  stop_services
  stop_process mail
  stop_process kafka
  stop_process postgres
}
