# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# Where the benchmarks run: the folder FORUM_BENCHMARK_STATE, and ports that begin with FORUM_BENCHMARK_PORTS.
benchmarks="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=deploy/local/library.sh
. "$benchmarks/../../deploy/local/library.sh"
# shellcheck source=deploy/local/tiers.sh
. "$benchmarks/../../deploy/local/tiers.sh"

# Nothing that the caller's shell knows of another system may reach a benchmark.
forget_caller() {
  local name
  if [[ -n ${FORUM_ENV_FILE:-} ]]; then unset LD_LIBRARY_PATH; fi
  for name in "${!FORUM_@}"; do
    case $name in FORUM_BENCHMARK_* | FORUM_PETITIONS | FORUM_KAFKA_ARCHIVE | FORUM_BINARIES | FORUM_KAFKA_HEAP) ;; *) unset "$name" ;; esac
  done
}

# What a run leaves. Results, downloads and Python packages stay.
clear_data() {
  local name
  for name in postgres kafka-data database-broker mail logs env run nginx work; do rm -rf "${state:?}/$name"; done
  make_places
  mkdir -p "$state/work"
}

forget_caller
use_state "${FORUM_BENCHMARK_STATE:-$checkout/.local/benchmarks}" "${FORUM_BENCHMARK_PORTS:-27}"
