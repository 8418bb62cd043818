# shellcheck shell=bash disable=SC2034,SC2154 # variables that another file of the library sets or reads
# Secrets of this machine's system: made once, each in a file of its own (0600) in a folder of its own (0700).

# new_secret FILE COMMAND...: written beside and renamed, so that an interrupted run leaves no half of a key.
new_secret() {
  local file=$secrets/$1
  shift
  [[ ! -s $file ]] || return 0
  (umask 077 && "$@" >"$file.new")
  mv "$file.new" "$file"
}

ensure_secrets() {
  local name
  new_secret forum_owner.password openssl rand -hex 24
  for name in $(service_names); do new_secret "$(database_role "$name").password" openssl rand -hex 24; done
  for name in pseudonym ballot-mac webhook unsubscribe session; do new_secret "$name.key" openssl rand -hex 32; done
  # For development: it signs tokens in place of the identity provider. The services get its public part alone.
  new_secret token-signing.pem openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256
  new_secret token-keys.json run_forumctl token --jwks --key "$secrets/token-signing.pem"
}
