#!/bin/sh
# Run once by the image's entrypoint, on an empty data folder: settings, who may log in, the owner's role and its database.
set -eu
echo "include_if_exists '/etc/forum/forum.conf'" >>"$PGDATA/postgresql.conf"
# The superuser comes by the socket only, from inside the container; everybody else by TCP with a password.
cat >"$PGDATA/pg_hba.conf" <<'END'
local all postgres     peer
host  all postgres all reject
host  all all      all scram-sha-256
END
# Passwords go in by standard input: an argument would be seen in the list of processes.
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'END'
\set owner_password `cat /run/secrets/forum_owner.password`
\set owner 'forum_owner'
\set database 'forum'
\set createdb ''
\i /etc/forum/create-database.sql
END
