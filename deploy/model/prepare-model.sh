#!/bin/sh
# Fetches a model through Ollama's API, refuses it when its digest is not the pinned one, and loads it.
#
#   MODEL=name [MODEL_DIGEST=sha256:…] [CONTEXT_LENGTH=8192] [KEEP_ALIVE=-1] [OLLAMA=http://127.0.0.1:11434] prepare-model.sh
#
# A model that is there with the right digest is not asked for again, so this works without the internet after the
# first time. Needs curl, and nothing else but a POSIX shell.
set -eu

ollama=${OLLAMA:-http://127.0.0.1:11434}
model=${MODEL:?MODEL must name the model}
wanted=${MODEL_DIGEST:-}
wanted=${wanted#sha256:}
context_length=${CONTEXT_LENGTH:-8192}
keep_alive=${KEEP_ALIVE:--1}
# Ollama lists a name without a tag under its tag.
case ${model##*/} in *:*) ;; *) model=$model:latest ;; esac

say() { echo "prepare-model: $*" >&2; }

call() { # call PATH BODY SECONDS
  curl --silent --show-error --fail-with-body --max-time "$3" --noproxy '*' \
    -H 'content-type: application/json' -d "$2" "$ollama$1"
}

wait_for_ollama() {
  seconds=0
  until curl --silent --fail --max-time 2 --noproxy '*' --output /dev/null "$ollama/api/version"; do
    seconds=$((seconds + 1))
    [ "$seconds" -lt 120 ] || { say "Ollama does not answer at $ollama"; exit 1; }
    sleep 1
  done
}

# The digest of the model of that very name; nothing when it is not there. The list is one JSON object, each model in it
# an object with "name" before "digest".
digest() {
  curl --silent --show-error --fail --max-time 30 --noproxy '*' "$ollama/api/tags" | tr '{' '\n' \
    | grep -F "\"name\":\"$model\"" | sed -n 's/.*"digest":"\(sha256:\)\{0,1\}\([0-9a-f]*\)".*/\2/p' | head -n 1
}

wait_for_ollama
have=$(digest)
if [ -z "$have" ] || { [ -n "$wanted" ] && [ "$have" != "$wanted" ]; }; then
  say "fetching $model"
  # Progress is not streamed: the last word is all that counts, and an error in a stream would come with status 200.
  answer=$(call /api/pull "{\"model\":\"$model\",\"stream\":false}" 7200) || { say "$answer"; exit 1; }
  case $answer in *'"success"'*) ;; *) say "Ollama did not fetch it: $answer"; exit 1 ;; esac
  have=$(digest)
fi
[ -n "$have" ] || { say "Ollama does not list $model"; exit 1; }
if [ -z "$wanted" ]; then
  say "no digest is pinned; this is sha256:$have"
elif [ "$have" != "$wanted" ]; then
  say "refused: $model is sha256:$have and not the pinned sha256:$wanted"
  exit 1
fi

say "loading $model"
# An empty prompt loads. The options that decide how are those that codesaga-proxy sends, or its first request would load again.
case $keep_alive in -1) ;; *) keep_alive=\"$keep_alive\" ;; esac
loaded=$(call /api/generate \
  "{\"model\":\"$model\",\"stream\":false,\"keep_alive\":$keep_alive,\"options\":{\"num_ctx\":$context_length}}" 1800) \
  || { say "$loaded"; exit 1; }
case $loaded in *'"done":true'*) say "ready" ;; *) say "Ollama did not load it: $loaded"; exit 1 ;; esac
