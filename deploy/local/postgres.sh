# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# PostgreSQL: a cluster of our own under the state, or an existing server when FORUM_DATABASE_HOST was given.

postgres_programs=/usr/lib/postgresql/15/bin
postgres_is_ours() { [[ -z $FORUM_DATABASE_HOST ]]; }

# Where services and forumctl find the database.
database_host() { printf '%s' "${FORUM_DATABASE_HOST:-127.0.0.1}"; }
# shellcheck disable=SC2153  # not a misspelling: two settings
database_port() { if postgres_is_ours; then printf '%s' "$FORUM_POSTGRES_PORT"; else printf '%s' "$FORUM_DATABASE_PORT"; fi; }
owner_password_file() { if postgres_is_ours; then printf '%s' "$secrets/forum_owner.password"; else printf '%s' "$FORUM_DATABASE_OWNER_PASSWORD_FILE"; fi; }

check_database_settings() {
  postgres_is_ours && return 0
  [[ -n $FORUM_DATABASE_OWNER_PASSWORD_FILE ]] ||
    fail "FORUM_DATABASE_HOST names an existing server, so FORUM_DATABASE_OWNER_PASSWORD_FILE is needed" \
      "it holds the password of the role $FORUM_DATABASE_OWNER (LOGIN, CREATEROLE), which owns the database $FORUM_DATABASE_NAME"
  [[ -r $FORUM_DATABASE_OWNER_PASSWORD_FILE ]] || fail "FORUM_DATABASE_OWNER_PASSWORD_FILE: cannot read $FORUM_DATABASE_OWNER_PASSWORD_FILE"
}

# Sets as_postgres, the words before a command of PostgreSQL. It refuses to run as root, so root hands it to the user
# postgres. Where that user cannot reach the state (a checkout under /root, which is 0700), the processes get the one
# capability that passes over such folders; everything they own is still theirs alone.
choose_postgres_user() {
  as_postgres=(env)
  ((EUID == 0)) || return 0
  as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
  "${as_postgres[@]}" test -x "$state" ||
    as_postgres+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
}

postgres_owned_folder() {
  mkdir -p "$1"
  chmod "$2" "$1"
  if ((EUID == 0)); then chown postgres:postgres "$1"; fi
}

short_socket_folder() { printf '/tmp/citizen-forum-%s' "$(printf '%s' "$state" | digest | cut -c1-12)"; }

# The path of a socket is at most 107 bytes, "/.s.PGSQL.NNNNN" included. The folder of a longer one moves under /tmp, where
# anybody may have put something of that name: it must be ours.
choose_socket_folder() {
  postgres_socket="$state/postgres-socket"
  if ((${#postgres_socket} + 16 <= 107)); then
    postgres_owned_folder "$postgres_socket" 0755
    return
  fi
  postgres_socket=$(short_socket_folder)
  local owner=$EUID
  if ((EUID == 0)); then owner=$(id -u postgres); fi
  mkdir -m 0755 "$postgres_socket" 2>/dev/null || [[ ! -L $postgres_socket && $(stat -c %u "$postgres_socket") == "$owner" ]] ||
    fail "$postgres_socket is there and belongs to somebody else; give a state with a shorter path (FORUM_STATE)"
  postgres_owned_folder "$postgres_socket" 0755
}

postgres_prepare() {
  choose_postgres_user
  choose_socket_folder
}

init_postgres() {
  local data="$state/postgres"
  [[ ! -s $data/PG_VERSION ]] || return 0
  postgres_owned_folder "$data" 0700
  (cd / && "${as_postgres[@]}" "$postgres_programs/initdb" --pgdata="$data" --username=postgres --data-checksums \
    --encoding=UTF8 --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256) >>"$logs/postgres.log" 2>&1 ||
    fail_with_log postgres "could not be initialised"
  echo "include_if_exists = 'forum.conf'" >>"$data/postgresql.conf"
}

# The superuser comes by the socket only, as the user who runs the server; everybody else by TCP with a password.
configure_postgres() {
  local data="$state/postgres" user=postgres
  if ((EUID != 0)); then user=$(id -un); fi
  cat "$checkout/deploy/postgres/forum.conf" >"$data/forum.conf"
  cat >"$data/pg_hba.conf" <<-END
	local all  postgres              peer map=superuser
	host  all  postgres 127.0.0.1/32 reject
	host  all  all      127.0.0.1/32 scram-sha-256
	END
  printf 'superuser %s postgres\n' "$user" >"$data/pg_ident.conf"
  if ((EUID == 0)); then chown postgres:postgres "$data"/{forum,pg_hba,pg_ident}.conf; fi
}

start_postgres() {
  postgres_prepare
  init_postgres
  configure_postgres
  local command=("${as_postgres[@]}" "$postgres_programs/postgres" -D "$state/postgres"
    -c listen_addresses=127.0.0.1 -c "port=$FORUM_POSTGRES_PORT" -c "unix_socket_directories=$postgres_socket")
  keep_process postgres "$( (echo "${command[@]}" && cat "$state/postgres"/{forum,pg_hba,pg_ident}.conf) | digest)" "${command[@]}"
}

# After a kill -9, backends may live a moment longer and hold the old shared memory; PostgreSQL then refuses to start.
await_postgres() {
  local attempt
  for attempt in 1 2 3 4 5; do
    wait_until 1 postgres_answers && return 0
    is_running postgres || { sleep 0.5 && start_postgres; }
  done
  await_ready postgres 60 postgres_answers
}

postgres_answers() { "$postgres_programs/pg_isready" --quiet --host=127.0.0.1 --port="$FORUM_POSTGRES_PORT"; }

# admin_psql [ARG...]: psql as the superuser of our own cluster, statements on standard input.
admin_psql() {
  (cd / && PGOPTIONS='--client-min-messages=warning' "${as_postgres[@]}" psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
    --no-align --tuples-only --host="$postgres_socket" --port="$FORUM_POSTGRES_PORT" --username=postgres "$@")
}

# owner_psql [ARG...]: psql as the owner of the database, ours or an existing one.
owner_psql() {
  PGPASSWORD=$(<"$(owner_password_file)") psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --no-align --tuples-only \
    --host="$(database_host)" --port="$(database_port)" --username="$FORUM_DATABASE_OWNER" --dbname="$FORUM_DATABASE_NAME" "$@"
}

# The owner's role and the empty database. Everything inside is made by `forumctl migrate`. The password goes in by
# standard input: an argument would be seen in the list of processes.
ensure_database() {
  postgres_is_ours || return 0
  admin_psql --dbname=postgres <<-END
	\\set owner_password '$(<"$secrets/forum_owner.password")'
	\\set owner '$FORUM_DATABASE_OWNER'
	\\set database '$FORUM_DATABASE_NAME'
	\\set createdb '${FORUM_OWNER_CREATEDB:+CREATEDB}'
	\\i $checkout/deploy/postgres/create-database.sql
	END
}

drop_database() {
  admin_psql --dbname=postgres <<-END
	\\set database '$FORUM_DATABASE_NAME'
	DROP DATABASE IF EXISTS :"database" WITH (FORCE);
	END
}

# The database knows how far it has read in one broker's topics; with another broker behind it, it would be wrong.
# The topics of an embedded broker went with its process, so after one the database is made anew; after any other broker nothing
# is thrown away unasked.
match_database_to_broker() {
  local now before=''
  now=$(broker_identity)
  if [[ -r $state/database-broker ]]; then before=$(<"$state/database-broker"); fi
  if [[ -n $before && $before != "$now" ]]; then
    if [[ $before != embedded:* ]] || ! postgres_is_ours; then
      fail "the database belongs to the broker '$before', but this one is '$now'" \
        "give that broker again (KAFKA_HOME, FORUM_KAFKA_BOOTSTRAP, FORUM_BROKER), or make everything anew: deploy/down --purge"
    fi
    stop_services
    drop_database
    ensure_database
    rm -f "$state/demonstration"
    say "the broker is another one ($now): the database was made anew"
  fi
  printf '%s\n' "$now" >"$state/database-broker"
}
