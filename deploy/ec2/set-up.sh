#!/bin/bash
# Makes an Ubuntu machine with NVIDIA's driver a team server: set-up.sh SETTINGS. Called once by the template's user data;
# the settings are the variables checked below. What it leaves behind is started by systemd at every boot. DESTDIR=folder, for
# tests, writes the files into that folder and starts, fetches and mounts nothing.
set -euo pipefail

here=$(cd -- "$(dirname -- "$0")" && pwd)
root=${DESTDIR:-}
# shellcheck source=/dev/null
. "$1"
: "${REGION:?}" "${OLLAMA_URL:?}" "${OLLAMA_SHA256:?}" "${MODEL:?}" "${MODEL_DIGEST:?}" "${KEYS_PARAMETER:?}"
: "${BALANCERS:?}" "${REDIS_URL_PARAMETER=}"

# The disk for models is found again by its label after a reboot.
mount_models() {
  local disk
  disk=$("$here/empty-disk.sh")
  mkfs.ext4 -q -L models "$disk"
  mkdir -p /var/lib/ollama
  echo 'LABEL=models /var/lib/ollama ext4 defaults,nofail,x-systemd.device-timeout=30 0 2' >>/etc/fstab
  systemctl daemon-reload
  mount /var/lib/ollama
}

# A pinned release, checked, instead of a script from the internet.
install_ollama() {
  local archive
  archive=$(mktemp)
  curl -sSf --retry 5 --location --output "$archive" "$OLLAMA_URL"
  echo "$OLLAMA_SHA256  $archive" | sha256sum --check --quiet
  # Newer releases are packed with zstd, which tar then calls.
  case $OLLAMA_URL in *.zst) apt-get install -y -qq zstd >/dev/null ;; esac
  tar -xf "$archive" -C /usr/local
  rm "$archive"
  id ollama >/dev/null 2>&1 || useradd --system --home-dir /var/lib/ollama --shell /usr/sbin/nologin ollama
  chown ollama: /var/lib/ollama
}

put() { # put MODE FROM TO
  install -D -m "$1" "$2" "$root$3"
}

set_to() { # set_to FILE NAME VALUE: replaces the line of that setting, also one that is commented out
  local line
  line=$(printf '%s=%s' "$2" "$3" | sed 's/[&|\\]/\\&/g')
  grep -q "^#\{0,1\}$2=" "$root$1" || { echo "$1 knows no $2" >&2; return 1; }
  sed -i "s|^#\{0,1\}$2=.*|$line|" "$root$1"
}

if [ -z "$root" ]; then
  mount_models
  install_ollama
fi
put 644 "$here/ollama.service" /etc/systemd/system/ollama.service
put 644 "$here/codesaga-secrets.service" /etc/systemd/system/codesaga-secrets.service
put 644 "$here/codesaga-secrets.timer" /etc/systemd/system/codesaga-secrets.timer
put 644 "$here/after-secrets.conf" /etc/systemd/system/codesaga-proxy.service.d/secrets.conf
put 755 "$here/fetch-secrets.sh" /usr/local/lib/codesaga/fetch-secrets.sh
put 640 "$here/../systemd/proxy.env" /etc/codesaga/proxy.env
put 640 "$here/../systemd/model.env" /etc/codesaga/model.env

set_to /etc/codesaga/proxy.env CODESAGA_LISTEN 0.0.0.0:7411
set_to /etc/codesaga/proxy.env CODESAGA_KEYS_FILE /var/lib/codesaga/keys.json
set_to /etc/codesaga/proxy.env CODESAGA_MODEL "$MODEL"
printf '%s\n' "# The load balancer, which ends TLS." "CODESAGA_TRUSTED_PROXIES=$BALANCERS" >>"$root/etc/codesaga/proxy.env"
set_to /etc/codesaga/model.env MODEL "$MODEL"
set_to /etc/codesaga/model.env MODEL_DIGEST "$MODEL_DIGEST"
printf '%s\n' "AWS_REGION=$REGION" "KEYS_PARAMETER=$KEYS_PARAMETER" "REDIS_URL_PARAMETER=$REDIS_URL_PARAMETER" \
  >"$root/etc/codesaga/secrets.env"

if [ -z "$root" ]; then
  systemd-sysusers "$here/../systemd/codesaga.sysusers"
  install -d -m 700 -o codesaga -g codesaga /var/lib/codesaga
fi
DESTDIR=$root "$here/../systemd/install.sh" --yes "$here/../../codesaga-proxy"
[ -z "$root" ] || exit 0

systemctl enable --now ollama.service codesaga-secrets.service codesaga-secrets.timer
systemctl restart codesaga-proxy.service
# Its own unit tries again by itself; the stack waits until the model is in memory.
systemctl start codesaga-model.service
