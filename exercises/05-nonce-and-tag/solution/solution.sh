#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env
solution=$(cd "$(dirname "$0")" && pwd)

node "$solution/attack.mjs"

cp "$solution/vault.ts" vault.ts

umask 077
clear=$(mktemp)
trap 'rm -f "$clear"' EXIT
answer=$(aws --profile alice kms generate-data-key --key-id alias/vault --key-spec AES_256 \
  --query '[Plaintext,CiphertextBlob]' --output text)
set -- $answer
printf %s "$1" | base64 --decode > "$clear"
printf %s "$2" | base64 --decode > secret.key
# the Node of the project, which runs TypeScript
(cd "$solution" && npx node seal.ts "$clear") < recovered.txt > secret.new
