#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

aws kms rotate-key-on-demand --key-id "$RECORDS_KEY"

aws kms decrypt --ciphertext-blob fileb://before.enc --query Plaintext --output text | base64 --decode > opened.txt

aws kms encrypt --key-id alias/records --plaintext fileb://opened.txt \
  --query CiphertextBlob --output text | base64 --decode > after.enc

aws kms re-encrypt --ciphertext-blob fileb://before.enc --destination-key-id alias/records \
  --query CiphertextBlob --output text | base64 --decode > renewed.enc

aws kms enable-key-rotation --key-id "$RECORDS_KEY" --rotation-period-in-days 180

# KMS does not rotate HMAC keys: a new key takes the alias, and the old one stays
new=$(aws kms create-key --key-spec HMAC_256 --key-usage GENERATE_VERIFY_MAC --query KeyMetadata.KeyId --output text)
aws kms update-alias --alias-name alias/tokens --target-key-id "$new"
aws kms generate-mac --key-id alias/tokens --mac-algorithm HMAC_SHA_256 --message fileb://ticket.txt \
  --query Mac --output text | base64 --decode > ticket-new.mac
