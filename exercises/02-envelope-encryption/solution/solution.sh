#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

# The data key in clear is in one file, outside of this folder, for as long as it is needed.
umask 077
clear=$(mktemp)
trap 'rm -f "$clear"' EXIT

answer=$(aws kms generate-data-key --key-id alias/envelope --key-spec AES_256 \
  --query '[Plaintext,CiphertextBlob]' --output text)
set -- $answer
printf %s "$1" | base64 --decode > "$clear"
printf %s "$2" | base64 --decode > letter.key

node gcm.mjs seal "$clear" < letter.txt > letter.enc
rm "$clear"

aws kms decrypt --ciphertext-blob fileb://letter.key --query Plaintext --output text | base64 --decode > "$clear"
node gcm.mjs open "$clear" < letter.enc > opened.txt
