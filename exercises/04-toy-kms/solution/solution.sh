#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

# Sorted and joined, both contexts are the text `tenantacmewest`.
echo '{ "tenant": "acme", "west": "" }' > forged.json

cp "$(dirname "$0")/toy-kms.ts" toy-kms.ts

printf 'an offer' > offer.txt
aws kms encrypt --key-id alias/real --plaintext fileb://offer.txt --encryption-context tenant=acmewest \
  --query CiphertextBlob --output text | base64 --decode > offer.enc
if aws kms decrypt --ciphertext-blob fileb://offer.enc --encryption-context file://forged.json; then
  echo 'that should have been refused' >&2
  exit 1
fi
