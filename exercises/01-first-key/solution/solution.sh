#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

key=$(aws kms create-key --description 'my first key' --query KeyMetadata.KeyId --output text)
aws kms create-alias --alias-name alias/first --target-key-id "$key"

aws kms encrypt --key-id alias/first --plaintext fileb://secret.txt \
  --query CiphertextBlob --output text | base64 --decode > secret.enc

# no --key-id: the ciphertext names its key
aws kms decrypt --ciphertext-blob fileb://secret.enc \
  --query Plaintext --output text | base64 --decode > opened.txt

head -c 4096 /dev/urandom > most.bin
aws kms encrypt --key-id alias/first --plaintext fileb://most.bin \
  --query CiphertextBlob --output text | base64 --decode > most.enc

head -c 4097 /dev/urandom > more.bin
if aws kms encrypt --key-id alias/first --plaintext fileb://more.bin; then
  echo 'that should have been refused' >&2
  exit 1
fi
