#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

new_key() {
  key=$(aws kms create-key --query KeyMetadata.KeyId --output text)
  aws kms create-alias --alias-name "$1" --target-key-id "$key"
}

bob_uses='{
  "Effect": "Allow",
  "Principal": { "AWS": "'$BOB_ARN'" },
  "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
  "Resource": "*"
}'
alice_manages='{
  "Effect": "Allow",
  "Principal": { "AWS": "'$ALICE_ARN'" },
  "Action": [
    "kms:Describe*", "kms:Get*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Enable*", "kms:Disable*",
    "kms:CreateAlias", "kms:DeleteAlias", "kms:TagResource", "kms:UntagResource", "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"
  ],
  "Resource": "*"
}'

new_key alias/locked
printf '{ "Version": "2012-10-17", "Statement": [%s] }' "$bob_uses" > locked.json
if aws kms put-key-policy --key-id "$key" --policy-name default --policy file://locked.json; then
  echo 'that should have been refused' >&2
  exit 1
fi
aws kms put-key-policy --key-id "$key" --policy-name default --policy file://locked.json \
  --bypass-policy-lockout-safety-check

new_key alias/duties
printf '{ "Version": "2012-10-17", "Statement": [%s, %s] }' "$alice_manages" "$bob_uses" > duties.json
aws kms put-key-policy --key-id "$key" --policy-name default --policy file://duties.json
