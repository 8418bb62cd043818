# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# Everything that starts, stops and watches the system on one machine.
local_folder="$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=deploy/local/common.sh
. "$local_folder/common.sh"
# shellcheck source=deploy/local/processes.sh
. "$local_folder/processes.sh"
# shellcheck source=deploy/local/services.sh
. "$local_folder/services.sh"
# shellcheck source=deploy/local/packages.sh
. "$local_folder/packages.sh"
# shellcheck source=deploy/local/secrets.sh
. "$local_folder/secrets.sh"
# shellcheck source=deploy/local/postgres.sh
. "$local_folder/postgres.sh"
# shellcheck source=deploy/local/broker.sh
. "$local_folder/broker.sh"
# shellcheck source=deploy/local/edge.sh
. "$local_folder/edge.sh"
# shellcheck source=deploy/local/demonstration.sh
. "$local_folder/demonstration.sh"
# shellcheck source=deploy/local/system.sh
. "$local_folder/system.sh"
