# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# The services: one table, and what each needs besides what all need. A new service is a line here, its settings in
# service_settings, and its routes in deploy/nginx/forum.conf.template.

# name, and its port as a distance from FORUM_PORT_BASE; a further instance of it has 20, 40, ... more (10 would meet Kafka's)
service_table='
intake       1
moderation   2
voting       3
vote-counter 4
referral     5
notification 6
portal       7
'

# Settings of the next start beside those below: a benchmark compares two.
further_settings=()

service_settings() {
  case $1 in
    voting)
      settings+=("FORUM_VOTING_PSEUDONYM_KEY_FILE=$secrets/pseudonym.key" "FORUM_VOTING_BALLOT_KEY_FILE=$secrets/ballot-mac.key"
        # All who try the system out come from this machine.
        FORUM_VOTING_VOTER_RATE=0 FORUM_VOTING_ADDRESS_RATE=0 FORUM_VOTING_NETWORK_RATE=0 FORUM_VOTING_SUSPECT_RATE=0)
      ;;
    vote-counter)
      settings+=("FORUM_VOTE_COUNTER_BALLOT_KEY_FILE=$secrets/ballot-mac.key")
      ;;
    referral)
      settings+=("FORUM_REFERRAL_INTAKE_URL=http://127.0.0.1:$(service_port intake)"
        "FORUM_REFERRAL_VOTING_URL=http://127.0.0.1:$(service_port voting)")
      ;;
    notification)
      # The demonstration's own receiver of webhooks is on this machine; elsewhere private networks stay refused.
      settings+=("FORUM_NOTIFICATION_SMTP_URL=smtp://127.0.0.1:$FORUM_MAIL_PORT" "FORUM_NOTIFICATION_WEBHOOK_NETWORKS=127.0.0.0/8"
        "FORUM_NOTIFICATION_WEBHOOK_KEY_FILE=$secrets/webhook.key" "FORUM_NOTIFICATION_LINK_KEY_FILE=$secrets/unsubscribe.key"
        "FORUM_NOTIFICATION_PUBLIC_URL=http://127.0.0.1:$FORUM_PORT")
      ;;
    portal)
      settings+=("FORUM_PORTAL_PUBLIC_URL=http://127.0.0.1:$FORUM_PORT" "FORUM_PORTAL_SESSION_KEY_FILE=$secrets/session.key")
      ;;
  esac
}

service_names() { awk 'NF { print $1 }' <<<"$service_table"; }
is_service() { [[ -n $(service_offset "$1") ]]; }
service_offset() { awk -v name="$1" '$1 == name { print $2 }' <<<"$service_table"; }
service_port() { printf '%s' $((FORUM_PORT_BASE + $(service_offset "$1") + 20 * (${2:-1} - 1))); }
database_role() { printf 'forum_%s' "${1//-/_}"; }

# The name of a process: voting for the first instance, voting-2 for the second.
instance_name() { if ((${2:-1} == 1)); then printf '%s' "$1"; else printf '%s-%s' "$1" "$2"; fi; }

# FORUM_VOTING_INSTANCES and the like say how many of a service are started; one if nothing says otherwise.
service_instances() { local setting="FORUM_${1^^}_INSTANCES"; setting=${setting//-/_}; printf '%s' "${!setting:-1}"; }

# each_instance COMMAND...: runs it with SERVICE and INSTANCE for everything that should run.
each_instance() {
  local service instance
  for service in $(service_names); do
    for ((instance = 1; instance <= $(service_instances "$service"); instance++)); do "$@" "$service" "$instance"; done
  done
}

# A clean environment: nothing of the caller's shell changes how a service behaves.
clean_environment() {
  clean=(env -i "PATH=$bin:/usr/local/bin:/usr/bin:/bin" LANG=C.UTF-8 TZ=UTC)
  if [[ -n ${library_path:-} ]]; then clean+=("LD_LIBRARY_PATH=$library_path"); fi
}

start_service() {
  local service=$1 instance=${2:-1} name clean settings program
  name=$(instance_name "$service" "$instance")
  program=$(readlink -f "$bin/$service" || true)
  [[ -x $program ]] || fail "there is no built $service; run deploy/up"
  clean_environment
  settings=(
    FORUM_HTTP_ADDRESS=127.0.0.1 "FORUM_HTTP_PORT=$(service_port "$service" "$instance")"
    "FORUM_DATABASE_HOST=$(database_host)" "FORUM_DATABASE_PORT=$(database_port)" "FORUM_DATABASE_NAME=$FORUM_DATABASE_NAME"
    "FORUM_DATABASE_USER=$(database_role "$service")" "FORUM_DATABASE_PASSWORD_FILE=$secrets/$(database_role "$service").password"
    "FORUM_KAFKA_BOOTSTRAP=$(kafka_bootstrap)"
    "FORUM_TOKEN_KEYS=$secrets/token-keys.json" FORUM_TOKEN_ISSUER=https://login.forum.example
    FORUM_TOKEN_AUDIENCE=citizen-forum FORUM_TOKEN_LIFETIME=86400
  )
  service_settings "$service"
  settings+=("${further_settings[@]}")
  # Another build has another time or size, and another fingerprint.
  keep_process "$name" "$( (echo "${clean[@]}" "${settings[@]}" && stat -c '%n %s %Y %i' "$program") | digest)" \
    "${clean[@]}" "${settings[@]}" "$program"
}

service_ready() { http_ok "http://127.0.0.1:$(service_port "$1" "$2")/readyz"; }
await_service() { await_ready "$(instance_name "$1" "$2")" "${FORUM_READY_SECONDS:-60}" service_ready "$1" "$2"; }

# What runs of the services, further instances included, whether the present settings name it or not.
running_services() {
  local service file name
  for service in $(service_names); do
    for file in "$run/$service" "$run/$service"-[0-9]*; do
      name=${file##*/}
      if [[ -e $file ]] && is_running "$name"; then printf '%s\n' "$name"; fi
    done
  done
}

stop_services() {
  local names
  mapfile -t names < <(running_services)
  stop_processes "${names[@]}"
}

# An instance more than the settings name is stopped, or two systems' worth of counters would be left behind.
stop_surplus_instances() {
  local name number service
  for name in $(running_services); do
    number=${name##*-}
    [[ $number =~ ^[0-9]+$ ]] || continue
    service=${name%-*}
    if ((number > $(service_instances "$service"))); then stop_process "$name"; fi
  done
}

# run_forumctl ARG...: as an operator's shell with .local/env would run it.
run_forumctl() {
  local clean
  clean_environment
  "${clean[@]}" "FORUM_STATE=$state" "FORUM_SECRETS_DIRECTORY=$secrets" "FORUM_URL=http://127.0.0.1:$FORUM_PORT" \
    "FORUM_DATABASE_HOST=$(database_host)" "FORUM_DATABASE_PORT=$(database_port)" "FORUM_DATABASE_NAME=$FORUM_DATABASE_NAME" \
    "FORUM_DATABASE_USER=$FORUM_DATABASE_OWNER" "FORUM_DATABASE_PASSWORD_FILE=$(owner_password_file)" \
    "FORUM_KAFKA_BOOTSTRAP=$(kafka_bootstrap)" "$bin/forumctl" "$@"
}

# logged_forumctl ARG...: its output goes to the log, and to the screen when it fails.
logged_forumctl() { run_forumctl "$@" >>"$logs/forumctl.log" 2>&1 || fail_with_log forumctl "$1 failed"; }

# What a person or a test sources to use kcat, psql and forumctl on this system.
write_environment_file() {
  {
    echo "# Source this to work with the running system: kcat -L -b \"\$FORUM_KAFKA_BOOTSTRAP\", forumctl --help"
    printf 'export %s=%q\n' FORUM_ENV_FILE "$state/env" FORUM_STATE "$state" FORUM_URL "http://127.0.0.1:$FORUM_PORT" \
      FORUM_PORT "$FORUM_PORT" FORUM_PORT_BASE "$FORUM_PORT_BASE" FORUM_POSTGRES_PORT "$FORUM_POSTGRES_PORT" \
      FORUM_KAFKA_PORT "$FORUM_KAFKA_PORT" FORUM_MAIL_PORT "$FORUM_MAIL_PORT" FORUM_KAFKA_BOOTSTRAP "$(kafka_bootstrap)" \
      FORUM_SECRETS_DIRECTORY "$secrets" FORUM_DATABASE_HOST "$(database_host)" FORUM_DATABASE_PORT "$(database_port)" \
      FORUM_DATABASE_NAME "$FORUM_DATABASE_NAME" FORUM_DATABASE_USER "$FORUM_DATABASE_OWNER" \
      FORUM_DATABASE_PASSWORD_FILE "$(owner_password_file)"
    if [[ -n $library_path ]]; then printf 'export LD_LIBRARY_PATH=%q\n' "$library_path"; fi
    printf "case \":\$PATH:\" in *:%q:*) ;; *) export PATH=%q:\"\$PATH\" ;; esac\n" "$bin" "$bin"
  } >"$state/env.new"
  mv "$state/env.new" "$state/env"
}
