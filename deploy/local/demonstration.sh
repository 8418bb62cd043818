# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# What a new system is filled with, and how to see that it is new.

demonstration_file="$checkout/deploy/demonstration/petitions.jsonl.gz"

# A proposal is the first thing that anybody makes here, so no proposal means that the system is new.
proposal_table=intake.proposal

database_is_empty() {
  [[ $(owner_psql --command="SELECT to_regclass('$proposal_table') IS NOT NULL") == t ]] || {
    warn "there is no table $proposal_table (deploy/local/demonstration.sh), so nothing is replayed"
    return 1
  }
  [[ $(owner_psql --command="SELECT EXISTS (SELECT FROM $proposal_table)") == f ]]
}

# The real petitions become proposals, are supported, reviewed, voted on and referred.
run_demonstration() {
  if [[ ! -r $demonstration_file ]]; then
    warn "there is no $demonstration_file, so nothing is replayed"
    return 0
  fi
  logged_forumctl replay "$demonstration_file"
}
