# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# Debian packages, the Python environment and the build.

debian_packages=(
  ca-certificates curl jq openssl pkg-config kcat nginx-light postgresql-15 python3 python3-venv
  libcurl4-openssl-dev libevent-dev libpq-dev librdkafka-dev libssl-dev zlib1g-dev
)

missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s\n' "$package"
  done
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# install_packages NAME...: apt is not touched when all are there.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || fail "these packages are missing and there is no apt-get here: ${missing[*]}"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    fail "these packages are missing: ${missing[*]}" "install them as root (apt-get install ${missing[*]}), or install sudo"
  fi
  step_begin "install ${#missing[@]} Debian packages"
  : >"$logs/packages.log"
  # Whatever ends this run, the machine gets its own rules back.
  trap release_debian_services EXIT
  hold_back_debian_services
  install_with_apt "${missing[@]}" || fail_with_log packages "could not be installed: ${missing[*]}"
  release_debian_services
  trap - EXIT
  # Just installed, so nobody uses it yet: it must not come up on port 80 at the next boot either.
  if [[ " ${missing[*]} " == *" nginx-light "* ]] && command -v systemctl >/dev/null; then
    as_root systemctl --quiet disable nginx 2>/dev/null || true
  fi
  step_end
}

# Run in a condition, so each command says for itself that a failure ends it.
install_with_apt() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet --assume-yes)
  as_root "${apt[@]}" update >>"$logs/packages.log" 2>&1 || return 1
  as_root "${apt[@]}" install --no-install-recommends "$@" >>"$logs/packages.log" 2>&1 || return 1
}

# Debian's packages start what they install: nginx on port 80 and a PostgreSQL cluster on 5432. Nobody asked for those here, so
# no new cluster is made and no service started while apt is at work. Both files are ours and are taken away again.
cluster_rule=/etc/postgresql-common/createcluster.d/citizen-forum.conf
service_rule=/usr/sbin/policy-rc.d

hold_back_debian_services() {
  as_root mkdir -p "${cluster_rule%/*}"
  echo "create_main_cluster = false" | as_root tee "$cluster_rule" >/dev/null
  made_service_rule=''
  [[ ! -e $service_rule ]] || return 0
  made_service_rule=yes
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$service_rule" >/dev/null
  as_root chmod 0755 "$service_rule"
}

release_debian_services() {
  as_root rm -f "$cluster_rule"
  if [[ -n ${made_service_rule:-} ]]; then as_root rm -f "$service_rule"; fi
}

# ensure_venv [FOLDER REQUIREMENTS]: Debian's own Python, since the environment must not hang on one that a version manager may
# take away.
ensure_venv() {
  local venv=${1:-$venv} wanted=${2:-$checkout/deploy/local/requirements.txt}
  if cmp --silent "$wanted" "$venv/requirements.txt"; then return 0; fi
  step_begin "install the Python packages"
  rm -rf "$venv"
  /usr/bin/python3 -m venv "$venv"
  # --no-deps: the list is complete, and nothing that it does not name is installed.
  local install=("$venv/bin/pip" --quiet --disable-pip-version-check install --no-deps --requirement "$wanted")
  "${install[@]}" >>"$logs/packages.log" 2>&1 || "${install[@]}" >>"$logs/packages.log" 2>&1 ||
    fail_with_log packages "could not be installed from PyPI"
  cp "$wanted" "$venv/requirements.txt"
  step_end
}

# build_and_link: FORUM_BINARIES names a folder with ready executables instead (a test, an image).
build_and_link() {
  local from=${FORUM_BINARIES:-} name
  if [[ -z $from ]]; then
    command -v swift >/dev/null || fail "there is no swift command; install Swift 6.3 (https://www.swift.org/install/linux) and put it on PATH"
    step_begin "build (log: $(short "$logs/build.log"))"
    run_build -c release
    from=$(cd "$checkout" && swift build -c release --show-bin-path)
    step_end
  fi
  for name in $(service_names) forumctl; do
    [[ -x $from/$name ]] || fail "the build has no executable '$name' in $from"
    ln -sfn "$from/$name" "$bin/$name"
  done
}

# run_build ARG...: swift build ARG..., with its output in the log and a sign of life on a terminal.
run_build() {
  : >"$logs/build.log"
  (cd "$checkout" && exec swift build "$@") >>"$logs/build.log" 2>&1 &
  local build=$!
  while kill -0 "$build" 2>/dev/null; do
    if [[ -t 1 ]]; then printf '\r%-78.78s' "building: $(tail -n 1 "$logs/build.log")"; fi
    sleep 0.5
  done
  if [[ -t 1 ]]; then printf '\r%-78s\r' ''; fi
  wait "$build" && return 0
  grep -E 'error:' "$logs/build.log" | head -n 20 >&2 || true
  fail_with_log build "failed"
}

short() { printf '%s' "${1#"$checkout/"}"; }
