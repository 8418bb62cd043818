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

# A replay that was broken off has left proposals, so the tables alone do not tell whether it ended: $state/demonstration does.
demonstration_is_due() {
  if [[ -r $state/demonstration && $(<"$state/demonstration") == begun ]]; then
    say "the demonstration was broken off and is taken up again"
  else
    database_is_empty
  fi
}

# The real petitions become proposals, are supported, reviewed, voted on and referred. Begun again, the replay goes on where it
# stopped: each of its requests carries a key.
run_demonstration() {
  if [[ ! -r $demonstration_file ]]; then
    warn "there is no $demonstration_file, so nothing is replayed"
    return 0
  fi
  echo begun >"$state/demonstration"
  say ''
  # Its progress and its table are what this command is for: they go to the screen, the table also to the log.
  run_forumctl replay "$demonstration_file" --json "$state/demonstration.json" --mail-directory "$state/mail" |
    tee -a "$logs/forumctl.log"
  echo ended >"$state/demonstration"
}
