#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

# new_key ALIAS POLICY-FILE: makes a key and prints its ARN
new_key() {
  arn=$(aws kms create-key --policy "file://$2" --query KeyMetadata.Arn --output text)
  aws kms create-alias --alias-name "$1" --target-key-id "$arn"
  echo "$arn"
}

# the first statement is the whole of the default policy
cat > team.json <<END
{ "Version": "2012-10-17", "Statement": [
  { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::$HOME_ACCOUNT:root" }, "Action": "kms:*", "Resource": "*" },
  { "Effect": "Allow", "Principal": { "AWS": "$ERIN_ARN" }, "Action": "kms:Decrypt", "Resource": "*" }
] }
END
new_key alias/team team.json

# nothing names the account: identity policies do not count
cat > vault.json <<END
{ "Version": "2012-10-17", "Statement": [
  { "Effect": "Allow", "Principal": { "AWS": "$ALICE_ARN" }, "Action": "kms:*", "Resource": "*" },
  { "Effect": "Allow", "Principal": { "AWS": "$ERIN_ARN" }, "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": "*" }
] }
END
new_key alias/vault vault.json

# the key's side
cat > exchange.json <<END
{ "Version": "2012-10-17", "Statement": [
  { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::$HOME_ACCOUNT:root" }, "Action": "kms:*", "Resource": "*" },
  { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::$PARTNER_ACCOUNT:root" },
    "Action": ["kms:Decrypt", "kms:DescribeKey"], "Resource": "*" }
] }
END
exchange=$(new_key alias/exchange exchange.json)
aws kms encrypt --key-id alias/exchange --plaintext fileb://offer.txt \
  --query CiphertextBlob --output text | base64 --decode > offer.enc

# the other account's side
cat > dave.json <<END
{ "Version": "2012-10-17", "Statement": [
  { "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "$exchange" }
] }
END
kms principals attach policy dave.json --to "$DAVE_ARN"
sleep 1 # until the service has seen it

aws --profile dave kms decrypt --ciphertext-blob fileb://offer.enc --query Plaintext --output text | base64 --decode

if aws --profile dave kms decrypt --ciphertext-blob fileb://archive.enc; then
  echo 'that should have been refused' >&2
  exit 1
fi
