#!/bin/sh
# Packs what an instance needs into one archive: bundle.sh PROGRAM ARCHIVE.tar.gz. Put it where the instances can fetch it
# (a release, or a presigned address of S3), and give the template its address and the SHA-256 that is printed.
set -eu

program=${1:?usage: bundle.sh PROGRAM ARCHIVE.tar.gz}
archive=${2:?usage: bundle.sh PROGRAM ARCHIVE.tar.gz}
deploy=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/codesaga/deploy"
cp "$program" "$folder/codesaga/codesaga-proxy"
cp -R "$deploy/ec2" "$deploy/model" "$deploy/systemd" "$folder/codesaga/deploy/"
# The same content gives the same archive, whoever packs it and when.
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$folder" -cf - codesaga | gzip -n >"$archive"
sha256sum "$archive" | cut -d ' ' -f 1
