#!/bin/sh
# In the work folder of the lesson. us-east-1 is the Region of ./env.
set -eu
. ./env
there=eu-west-1

key=$(aws kms create-key --multi-region --query KeyMetadata.KeyId --output text)
aws kms create-alias --alias-name alias/orders --target-key-id "$key"
aws kms encrypt --key-id alias/orders --plaintext fileb://orders.txt \
  --query CiphertextBlob --output text | base64 --decode > orders.enc

cat > replica.json <<END
{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::$HOME_ACCOUNT:root" }, "Action": "kms:*", "Resource": "*" },
    { "Effect": "Allow", "Principal": { "AWS": "$STANDBY_ARN" }, "Action": "kms:Decrypt", "Resource": "*" }
  ]
}
END
aws kms replicate-key --key-id "$key" --replica-region "$there" --policy file://replica.json > /dev/null

# the replica is Creating, and later both keys are Updating, for a moment
until_enabled() {
  until [ "$(aws kms describe-key --region "$there" --key-id "$key" --query KeyMetadata.KeyState --output text)" = Enabled ]; do
    sleep 1
  done
}
until_enabled
aws kms create-alias --region "$there" --alias-name alias/orders --target-key-id "$key"

aws --profile standby kms decrypt --region "$there" --ciphertext-blob fileb://orders.enc \
  --query Plaintext --output text | base64 --decode > opened.txt

if aws kms decrypt --region "$there" --ciphertext-blob fileb://single.enc; then
  echo 'that should have been refused' >&2
  exit 1
fi

aws kms update-primary-region --key-id "$key" --primary-region "$there"
until_enabled
