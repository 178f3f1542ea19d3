#!/bin/sh
# Takes away what install.sh brought: uninstall.sh [--yes] [--purge]. It shows what it would do and asks before it changes
# anything; --yes answers for you. Settings and keys stay, unless --purge is given. Ollama, its models and Redis are not
# touched. DESTDIR=folder is as in install.sh.
set -eu

root=${DESTDIR:-}
yes=
purge=

for argument in "$@"; do
  case $argument in
    --yes) yes=1 ;;
    --purge) purge=1 ;;
    *) echo "usage: uninstall.sh [--yes] [--purge]" >&2; exit 2 ;;
  esac
done

if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
  echo "uninstall.sh: only root may take a service away: sudo $0" >&2
  exit 1
fi

ours="
/usr/local/bin/codesaga-proxy
/usr/local/lib/codesaga
/etc/systemd/system/codesaga-proxy.service
/etc/systemd/system/codesaga-proxy@.service
/etc/systemd/system/codesaga-model.service
/usr/local/lib/sysusers.d/codesaga.conf
/etc/systemd/system/ollama.service.d/codesaga.conf
"
yours="
/etc/codesaga
/var/lib/codesaga
"

echo "This takes codesaga-proxy away:"
for place in $ours; do
  if [ -e "$root$place" ]; then echo "  remove $root$place"; fi
done
for place in $yours; do
  if [ ! -e "$root$place" ]; then continue; fi
  if [ -n "$purge" ]; then echo "  remove $root$place"; else echo "  keep   $root$place"; fi
done
if [ -z "$yes" ]; then
  printf 'Go on? [y/N] '
  read -r answer || answer=
  case $answer in y | Y | yes | 예 | 네) ;; *) echo "Nothing was changed."; exit 1 ;; esac
fi

if [ -z "$root" ]; then
  systemctl disable --now codesaga-proxy.service codesaga-model.service 2>/dev/null || true
  # Each by its name: a pattern finds only those that run.
  for settings in /etc/codesaga/role-*.env; do
    [ -e "$settings" ] || continue
    role=${settings##*/role-}
    systemctl disable --now "codesaga-proxy@${role%.env}.service" 2>/dev/null || true
  done
fi
for place in $ours; do rm -rf "$root$place"; done
if [ -n "$purge" ]; then
  for place in $yours; do rm -rf "$root$place"; done
fi
# Only when nobody else put something there.
rmdir "$root/etc/systemd/system/ollama.service.d" 2>/dev/null || true
if [ -z "$root" ]; then
  systemctl daemon-reload
  systemctl try-restart ollama.service 2>/dev/null || true
  if [ -n "$purge" ] && id codesaga >/dev/null 2>&1; then userdel codesaga; fi
fi
