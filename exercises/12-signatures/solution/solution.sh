#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

# sign_release NAME SPEC ALGORITHM: makes alias/sign-NAME, NAME.sig and NAME.pem
sign_release() {
  key=$(aws kms create-key --key-spec "$2" --key-usage SIGN_VERIFY --query KeyMetadata.KeyId --output text)
  aws kms create-alias --alias-name "alias/sign-$1" --target-key-id "$key"
  aws kms sign --key-id "$key" --message fileb://release.txt --signing-algorithm "$3" \
    --query Signature --output text | base64 --decode > "$1.sig"
  {
    echo '-----BEGIN PUBLIC KEY-----'
    aws kms get-public-key --key-id "$key" --query PublicKey --output text | fold -w 64
    echo '-----END PUBLIC KEY-----'
  } > "$1.pem"
}
sign_release rsa RSA_2048 RSASSA_PSS_SHA_256
sign_release ec ECC_NIST_P256 ECDSA_SHA_256
sign_release ed ECC_NIST_EDWARDS25519 ED25519_SHA_512
sign_release pq ML_DSA_44 ML_DSA_SHAKE_256

# offline: no credentials, no service
openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest \
  -verify rsa.pem -signature rsa.sig release.txt
openssl dgst -sha256 -verify ec.pem -signature ec.sig release.txt
openssl pkeyutl -verify -rawin -pubin -inkey ed.pem -in release.txt -sigfile ed.sig
if openssl list -signature-algorithms | grep -qi ml-dsa-44; then
  openssl pkeyutl -verify -rawin -pubin -inkey pq.pem -in release.txt -sigfile pq.sig
else
  node verify.mjs pq.pem release.txt pq.sig # this openssl is older than 3.5
fi

# too long to send: KMS gets the hash, and is told that it is one
openssl dgst -sha256 -binary image.bin > image.sha256
aws kms sign --key-id alias/sign-ec --message fileb://image.sha256 --message-type DIGEST \
  --signing-algorithm ECDSA_SHA_256 --query Signature --output text | base64 --decode > image.sig
openssl dgst -sha256 -verify ec.pem -signature image.sig image.bin

for file in download-1.txt download-2.txt download-3.txt; do
  openssl dgst -sha256 -verify publisher.pem -signature "$file.sig" "$file" || echo "$file" > forged.txt
done
