#!/bin/sh
# Makes what the processes of a fleet know one another by: make-certificates.sh FOLDER NAME[,OTHER…] …
#
# Each NAME gets FOLDER/NAME with own.pem, own-key.pem and authority.pem: CODESAGA_GRPC_CERT, CODESAGA_GRPC_KEY and
# CODESAGA_GRPC_CA of one process. Names and addresses that others reach it by follow its own name after commas; only model
# services are reached. The authority is made once, in FOLDER/authority: its key stays there, and whoever has it can speak for
# everybody. A second run makes what is missing, has another name now, or ends within 90 days, and leaves the rest as it is.
#
# Private keys can be read by whoever runs this alone, so run it as, or give them to, the user that the server runs as.
set -eu

folder=${1:?usage: make-certificates.sh FOLDER NAME[,OTHER…] …}
shift
[ $# -gt 0 ] || { echo "make-certificates.sh: name at least one process" >&2; exit 2; }
umask 077

days=730
authority_days=3650
renew_seconds=$((90 * 24 * 60 * 60))
authority=$folder/authority

new_key() { # new_key FILE
  # What a run that was ended half-way left cannot be written to.
  rm -f "$1"
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$1"
  chmod 400 "$1"
}

make_authority() {
  mkdir -p "$authority"
  new_key "$authority/authority-key.pem.new"
  # Nothing of the machine's own settings: their extensions would be added to ours.
  printf '%s\n' '[req]' 'distinguished_name = name' 'x509_extensions = authority' '[name]' '[authority]' \
    'basicConstraints = critical, CA:TRUE, pathlen:0' 'keyUsage = critical, keyCertSign, cRLSign' \
    'subjectKeyIdentifier = hash' >"$authority/settings"
  openssl req -x509 -new -sha256 -config "$authority/settings" -key "$authority/authority-key.pem.new" \
    -subj "/CN=CodeSaga fleet" -days "$authority_days" -out "$authority/authority.pem.new"
  rm "$authority/settings"
  mv "$authority/authority-key.pem.new" "$authority/authority-key.pem"
  mv "$authority/authority.pem.new" "$authority/authority.pem"
}

alternatives() { # alternatives NAME,OTHER…: as a certificate says them
  echo "$1" | tr ',' '\n' | while read -r name; do
    case $name in
      *[!0-9.]*) case $name in *:*) echo "IP:$name" ;; *) echo "DNS:$name" ;; esac ;;
      *) echo "IP:$name" ;;
    esac
  done | paste -s -d ',' -
}

is_good() { # is_good PROCESS NAMES
  [ -f "$1/own-key.pem" ] && [ "$(cat "$1/names" 2>/dev/null)" = "$2" ] &&
    openssl x509 -in "$1/own.pem" -noout -checkend "$renew_seconds" >/dev/null &&
    openssl verify -CAfile "$authority/authority.pem" "$1/own.pem" >/dev/null 2>&1
}

make_own() { # make_own PROCESS NAMES
  mkdir -p "$1"
  new_key "$1/own-key.pem.new"
  printf '%s\n' 'basicConstraints = critical, CA:FALSE' 'keyUsage = critical, digitalSignature' \
    'extendedKeyUsage = serverAuth, clientAuth' "subjectAltName = $2" >"$1/extensions"
  openssl req -new -sha256 -key "$1/own-key.pem.new" -subj "/CN=${1##*/}" -out "$1/request"
  openssl x509 -req -sha256 -in "$1/request" -CA "$authority/authority.pem" -CAkey "$authority/authority-key.pem" \
    -set_serial "0x01$(openssl rand -hex 15)" -days "$days" -extfile "$1/extensions" -out "$1/own.pem.new" 2>/dev/null
  rm "$1/request" "$1/extensions"
  cp "$authority/authority.pem" "$1/authority.pem"
  # The key first: a server that looks in between finds two that do not belong together, and keeps what it has.
  mv "$1/own-key.pem.new" "$1/own-key.pem"
  mv "$1/own.pem.new" "$1/own.pem"
  echo "$2" >"$1/names"
}

if [ ! -f "$authority/authority-key.pem" ]; then
  make_authority
  echo "made the authority"
fi
for names in "$@"; do
  process=$folder/${names%%,*}
  wanted=$(alternatives "$names")
  if is_good "$process" "$wanted"; then
    echo "kept ${names%%,*}"
  else
    make_own "$process" "$wanted"
    echo "made ${names%%,*}"
  fi
done
