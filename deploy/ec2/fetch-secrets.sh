#!/bin/bash
# Brings the keys file, and the address of Redis where there is one, from AWS's Parameter Store to where codesaga-proxy reads
# them. Run by codesaga-secrets.service at every boot and every five minutes; the server notices a changed keys file itself.
set -euo pipefail

: "${AWS_REGION:?}" "${KEYS_PARAMETER:?}" "${REDIS_URL_PARAMETER=}"
keys=${KEYS_FILE:-/var/lib/codesaga/keys.json}
address=${REDIS_FILE:-/run/codesaga/redis.env}
owner=${OWNER:-codesaga}
umask 077

fetch() {
  aws ssm get-parameter --region "$AWS_REGION" --with-decryption --name "$1" --query Parameter.Value --output text
}

replace() { # replace FILE: with what comes in, in one step, and only when it is another one
  mkdir -p "$(dirname "$1")"
  cat >"$1.new"
  if cmp -s "$1.new" "$1"; then rm "$1.new"; return; fi
  chown "$owner:" "$1.new"
  mv "$1.new" "$1"
}

# Into a variable first: when AWS does not answer, the known keys stay in force.
value=$(fetch "$KEYS_PARAMETER")
printf '%s\n' "$value" | replace "$keys"
if [ -n "$REDIS_URL_PARAMETER" ]; then
  value=$(fetch "$REDIS_URL_PARAMETER")
  # Servers that share conversations share their jobs too.
  printf 'CODESAGA_REDIS_URL=%s\nCODESAGA_BUS=redis\n' "$value" | replace "$address"
fi
