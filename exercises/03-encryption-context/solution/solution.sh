#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

for tenant in blue green; do
  aws kms encrypt --key-id alias/tenants --plaintext "fileb://$tenant.txt" --encryption-context "tenant=$tenant" \
    --query CiphertextBlob --output text | base64 --decode > "$tenant.enc"
done

if aws kms decrypt --ciphertext-blob fileb://blue.enc --encryption-context tenant=green; then
  echo 'that should have been refused' >&2
  exit 1
fi

cat > policy.json << END
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Enable IAM User Permissions",
      "Effect": "Allow",
      "Principal": { "AWS": "arn:aws:iam::$HOME_ACCOUNT:root" },
      "Action": "kms:*",
      "Resource": "*"
    },
    {
      "Sid": "BlueOnly",
      "Effect": "Allow",
      "Principal": { "AWS": "$BOB_ARN" },
      "Action": "kms:Decrypt",
      "Resource": "*",
      "Condition": { "StringEquals": { "kms:EncryptionContext:tenant": "blue" } }
    }
  ]
}
END
key=$(aws kms describe-key --key-id alias/tenants --query KeyMetadata.KeyId --output text)
aws kms put-key-policy --key-id "$key" --policy-name default --policy file://policy.json

aws --profile bob kms decrypt --key-id "$key" --ciphertext-blob fileb://blue.enc --encryption-context tenant=blue \
  --query Plaintext --output text | base64 --decode
