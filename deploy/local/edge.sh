# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# nginx in front of the services, and the mail sink behind notification.

# upstream_servers SERVICE: a "server" line of nginx for each instance.
upstream_servers() {
  local instance
  for ((instance = 1; instance <= $(service_instances "$1"); instance++)); do
    printf 'server 127.0.0.1:%s; ' "$(service_port "$1" "$instance")"
  done
}

# nginx's own folder; its workers write nothing there: bodies stay in memory and the log is opened before they are made.
start_nginx() {
  local prefix="$state/nginx" service name names=(FORUM_LISTEN FORUM_ACCESS_LOG)
  mkdir -p "$prefix"
  # shellcheck disable=SC2034  # render reads them by name
  local FORUM_LISTEN="127.0.0.1:$FORUM_PORT" FORUM_ACCESS_LOG="$logs/access.log" FORUM_NGINX_USER=''
  if ((EUID == 0)); then FORUM_NGINX_USER='user www-data;'; fi
  for service in intake moderation voting referral notification portal; do
    name="FORUM_UPSTREAM_${service^^}"
    local "$name=$(upstream_servers "$service")"
    names+=("$name")
  done
  render "$checkout/deploy/nginx/forum.conf.template" "${names[@]}" >"$prefix/forum.conf"
  render "$checkout/deploy/local/nginx.conf" FORUM_NGINX_USER >"$prefix/nginx.conf"
  local command=(/usr/sbin/nginx -p "$prefix" -c "$prefix/nginx.conf" -e stderr)
  "${command[@]}" -t -q >>"$logs/nginx.log" 2>&1 || fail_with_log nginx "does not accept its configuration"
  keep_process nginx "$(cat "$prefix"/{nginx,forum}.conf | digest)" "${command[@]}" -g 'daemon off;'
}

nginx_answers() { http_ok "http://127.0.0.1:$FORUM_PORT/healthz"; }

start_mail() {
  local program="$checkout/deploy/local/mail-sink.py"
  mkdir -p "$state/mail"
  keep_process mail "$(echo "$FORUM_MAIL_PORT" | cat - "$program" | digest)" "$venv/bin/python" "$program" "$FORUM_MAIL_PORT" "$state/mail"
}
