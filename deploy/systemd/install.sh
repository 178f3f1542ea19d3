#!/bin/sh
# Installs codesaga-proxy as a service of systemd: install.sh [--yes] [--role ROLE]… [PROGRAM]. It shows what it would do and asks
# before it changes anything; --yes answers for you. PROGRAM is the codesaga-proxy to install; without it the one beside this
# folder (as in a release's archive) or the one that `npm run package` built. Settings that are there stay as they are.
#
# Without --role it is everything, in one process. With it the machine is a part of a fleet: --role gateway, --role model,
# --role worker, one or several. What a role needs before it can start (certificates, addresses) is for whoever installs it
# to bring, so roles are made ready and not started.
#
# DESTDIR=folder installs into that folder instead of the system and starts nothing, for packages and tests.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
deploy=$(dirname "$here")
root=${DESTDIR:-}
yes=
program=
roles=

fail() { echo "install.sh: $*" >&2; exit 1; }
usage() { echo "usage: install.sh [--yes] [--role gateway|model|worker]… [PROGRAM]" >&2; exit 2; }

while [ $# -gt 0 ]; do
  case $1 in
    --yes) yes=1 ;;
    --role)
      case ${2:-} in gateway | model | worker) roles="$roles $2" ;; *) usage ;; esac
      shift
      ;;
    -*) usage ;;
    *) program=$1 ;;
  esac
  shift
done
# Whether this machine has the model.
case $roles in "" | *model*) with_model=1 ;; *) with_model= ;; esac

if [ -z "$program" ]; then
  for candidate in "$deploy/../codesaga-proxy" "$deploy/../target/release/codesaga-proxy"; do
    if [ -x "$candidate" ]; then program=$candidate; break; fi
  done
fi
[ -n "$program" ] || fail "there is no codesaga-proxy beside this folder: build one with npm run package, or name it"
version=$("$program" --version) || fail "$program does not run here"
if [ -z "$root" ]; then
  [ -d /run/systemd/system ] || fail "this machine is not run by systemd"
  [ "$(id -u)" -eq 0 ] || fail "only root may install a service: sudo $0"
  [ -z "$with_model" ] || command -v curl >/dev/null || fail "curl is missing; the service that fetches the model needs it"
fi

# WHAT MODE FROM TO, one a line. Files of the first kind are ours and replaced, those of the second belong to whoever runs
# the machine and are only made where they are missing.
files="
ours 755 $program /usr/local/bin/codesaga-proxy
ours 644 $here/codesaga.sysusers /usr/local/lib/sysusers.d/codesaga.conf
"
services=
if [ -n "$with_model" ]; then
  files="$files
ours 755 $deploy/model/prepare-model.sh /usr/local/lib/codesaga/prepare-model.sh
ours 644 $here/codesaga-model.service /etc/systemd/system/codesaga-model.service
ours 644 $here/ollama.service.d/codesaga.conf /etc/systemd/system/ollama.service.d/codesaga.conf
yours 640 $here/model.env /etc/codesaga/model.env"
fi
if [ -z "$roles" ]; then
  services=codesaga-proxy.service
  files="$files
ours 644 $here/codesaga-proxy.service /etc/systemd/system/codesaga-proxy.service
yours 640 $here/proxy.env /etc/codesaga/proxy.env"
else
  files="$files
ours 644 $here/codesaga-proxy@.service /etc/systemd/system/codesaga-proxy@.service"
fi
for role in $roles; do
  services="$services codesaga-proxy@$role.service"
  files="$files
yours 640 $here/role-$role.env /etc/codesaga/role-$role.env"
done

each() { # each COMMAND: calls it with the four words of every line
  echo "$files" | while read -r what mode from to; do
    [ -z "$what" ] || "$1" "$what" "$mode" "$from" "$root$to"
  done
}

tell() {
  if [ ! -e "$4" ]; then echo "  make     $4"
  elif [ "$1" = yours ]; then echo "  keep     $4"
  elif cmp -s "$3" "$4"; then echo "  the same $4"
  else echo "  replace  $4"
  fi
}

put() {
  if [ "$1" = yours ] && [ -e "$4" ]; then return; fi
  mkdir -p "$(dirname "$4")"
  # Into place in one step: a program that runs cannot be written to.
  cp "$3" "$4.new"
  chmod "$2" "$4.new"
  mv "$4.new" "$4"
}

echo "This installs $version:"
each tell
if [ -z "$root" ]; then
  echo "  make     the user codesaga, where there is none"
  [ -z "$with_model" ] || echo "  start    codesaga-model, now and with the machine"
  if [ -z "$roles" ]; then
    echo "  start    codesaga-proxy, now and with the machine"
  else
    echo "  start    with the machine:$services"
  fi
fi
if [ -z "$yes" ]; then
  printf 'Go on? [y/N] '
  read -r answer || answer=
  case $answer in y | Y | yes | 예 | 네) ;; *) echo "Nothing was changed."; exit 1 ;; esac
fi

each put
[ -z "$root" ] || exit 0

systemd-sysusers /usr/local/lib/sysusers.d/codesaga.conf
chgrp -R codesaga /etc/codesaga
systemctl daemon-reload
if [ -n "$with_model" ]; then
  # Ollama reads how it shall run when it starts.
  systemctl try-restart ollama.service 2>/dev/null || true
  systemctl enable codesaga-model.service
  # Fetching the model takes as long as the line; nobody has to wait for it here.
  systemctl restart --no-block codesaga-model.service
fi
# shellcheck disable=SC2086 # several names
systemctl enable $services
if [ -z "$roles" ]; then
  systemctl restart codesaga-proxy.service
  echo "codesaga-proxy runs. Its settings: /etc/codesaga/proxy.env. Is all well? codesaga-proxy doctor"
else
  # shellcheck disable=SC2086
  systemctl try-restart $services
  echo "Ready:$services. Once /etc/codesaga/role-….env and /etc/codesaga/hop are as they should be: systemctl start$services"
fi
