#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

key=$(aws kms create-key --origin EXTERNAL --query KeyMetadata.KeyId --output text)
aws kms create-alias --alias-name alias/imported --target-key-id "$key"

openssl rand -out material.bin 32

# wrap_material: makes token.bin and wrapped.bin, and prints until when they are good: a day from now
wrap_material() {
  set -- $(aws kms get-parameters-for-import --key-id "$key" \
    --wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_2048 \
    --query '[PublicKey,ImportToken,ParametersValidTo]' --output text)
  echo "$1" | base64 --decode > wrapping.der
  echo "$2" | base64 --decode > token.bin
  openssl pkeyutl -encrypt -pubin -keyform DER -inkey wrapping.der -in material.bin -out wrapped.bin \
    -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
  echo "$3"
}

valid_to=$(wrap_material)
aws kms import-key-material --key-id "$key" \
  --encrypted-key-material fileb://wrapped.bin --import-token fileb://token.bin \
  --expiration-model KEY_MATERIAL_EXPIRES --valid-to "$valid_to"

aws kms encrypt --key-id alias/imported --plaintext fileb://secret.txt \
  --query CiphertextBlob --output text | base64 --decode > secret.enc

kms clock +2d
if aws kms decrypt --ciphertext-blob fileb://secret.enc; then
  echo 'that should have been refused' >&2
  exit 1
fi

wrap_material
aws kms import-key-material --key-id "$key" \
  --encrypted-key-material fileb://wrapped.bin --import-token fileb://token.bin \
  --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE

aws kms decrypt --ciphertext-blob fileb://secret.enc --query Plaintext --output text | base64 --decode > opened.txt
