#!/bin/bash
# Names the disk for models: the one of EBS that has neither partitions nor a file system. Instances with a GPU have disks
# of their own too, which are empty again after a stop.
set -euo pipefail

lsblk --noheadings --nodeps --paths --output NAME,MODEL | awk '/Elastic Block Store/ { print $1 }' | while read -r name; do
  parts=$(lsblk --noheadings --output NAME "$name" | wc -l)
  system=$(lsblk --noheadings --output FSTYPE "$name" | tr -d '[:space:]')
  if [ "$parts" -eq 1 ] && [ -z "$system" ]; then echo "$name"; fi
done | grep -m 1 . || { echo "there is no empty disk for models" >&2; exit 1; }
