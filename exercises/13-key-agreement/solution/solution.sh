#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

# Secrets, and a model for the AWS CLI, are outside of this folder, and removed in the end.
umask 077
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

# The AWS CLI at hand may know neither encapsulate nor decapsulate.
kms cli-model --quiet --out "$temporary/model" > /dev/null
export AWS_DATA_PATH="$temporary/model"

aws kms decapsulate --key-id alias/inbox --encapsulation-algorithm ML_KEM \
  --shared-secret-ciphertext-blob fileb://hello.kem \
  --query SharedSecret --output text | base64 --decode > "$temporary/hello"
node agree.mjs open hello "$temporary/hello" < hello.enc > hello.txt

key=$(aws kms create-key --key-spec ECC_NIST_P256 --key-usage KEY_AGREEMENT --query KeyMetadata.KeyId --output text)
aws kms create-alias --alias-name alias/agree --target-key-id "$key"
aws kms get-public-key --key-id alias/agree --query PublicKey --output text | base64 --decode > agree.der

aws kms derive-shared-secret --key-id alias/agree --key-agreement-algorithm ECDH --public-key fileb://bob.der \
  --query SharedSecret --output text | base64 --decode > "$temporary/ecdh"

# both members of one answer
answer=$(aws kms encapsulate --key-id "$BOB_INBOX" --encapsulation-algorithm ML_KEM \
  --query '[SharedSecret,SharedSecretCiphertextBlob]' --output text)
set -- $answer
printf %s "$1" | base64 --decode > "$temporary/kem"
printf %s "$2" | base64 --decode > answer.kem

node agree.mjs seal answer "$temporary/ecdh" "$temporary/kem" < answer.txt > answer.enc
