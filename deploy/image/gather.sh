#!/bin/sh
# Gathers what the image holds: gather.sh PROGRAM FOLDER. The program without its symbols, each library that the loader
# says it needs (at the place where it will be looked for), the certificate authorities, and the user it runs as go to
# FOLDER/root; what belongs to that user to FOLDER/state.
set -eu

program=$1
out=$2/root
state=$2/state
authorities=/etc/ssl/certs/ca-certificates.crt

[ -f "$authorities" ] || { echo "gather.sh: $authorities is missing: install ca-certificates" >&2; exit 1; }
mkdir -p "$out/usr/local/bin" "$out/etc/ssl/certs" "$out/var/lib" "$state/codesaga"

strip -o "$out/usr/local/bin/codesaga-proxy" "$program"
chmod 755 "$out/usr/local/bin/codesaga-proxy"

# Lines of ldd that name a file: "libm.so.6 => /lib/…/libm.so.6 (0x…)", and the loader's "/lib64/ld-linux… (0x…)".
# A program without libraries makes ldd fail, and needs nothing here.
libraries=$(ldd "$program" 2>/dev/null || true)
case $libraries in *"not found"*) echo "gather.sh: $libraries" >&2; exit 1 ;; esac
echo "$libraries" | grep -o '/[^ ]*' | sort -u | while read -r library; do
  mkdir -p "$out$(dirname "$library")"
  cp -L "$library" "$out$library"
done

cp -L "$authorities" "$out$authorities"
echo "codesaga:x:65532:65532:codesaga:/var/lib/codesaga:/sbin/nologin" >"$out/etc/passwd"
echo "codesaga:x:65532:" >"$out/etc/group"
