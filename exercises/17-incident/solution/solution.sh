#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

# Detect
key=$(aws kms describe-key --key-id alias/ledger --query KeyMetadata.Arn --output text)
grants=$(aws kms list-grants --key-id "$key" \
  --query "Grants[?GranteePrincipal!='$REPORTING_ARN'].GrantId" --output text)
aws kms get-key-policy --key-id "$key" --policy-name default --query Policy --output text

# Who put that policy?
by=$(kms audit query --key "$key" --operation PutKeyPolicy --json |
  sed -n 's/.*"userIdentity":{[^}]*"arn":"\([^"]*\)".*/\1/p')

# Which pages were read, but not by app or reporting?
pages=$(kms audit query --key "$key" --operation Decrypt --error none --json |
  grep -v -e "\"arn\":\"$APP_ARN\"" -e "\"arn\":\"$REPORTING_ARN\"" |
  sed -n 's/.*"encryptionContext":{"page":"\([0-9]*\)"}.*/\1/p' | sort -u)

list() { for each; do printf '%s"%s"' "${comma-}" "$each"; comma=,; done; }
cat > incident.json <<END
{"by": "$by", "grants": [$(list $grants)], "outsider": "$SUPPLIER_ACCOUNT", "read": [$(list $pages)]}
END

# Contain
for grant in $grants; do
  aws kms revoke-grant --key-id "$key" --grant-id "$grant"
done
cat > policy.json <<END
{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::$HOME_ACCOUNT:root" }, "Action": "kms:*", "Resource": "*" },
    { "Effect": "Allow", "Principal": { "AWS": "$APP_ARN" },
      "Action": ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"], "Resource": "*" },
    { "Effect": "Deny", "Principal": { "AWS": "$CAROL_ARN" }, "Action": "kms:*", "Resource": "*" }
  ]
}
END
aws kms put-key-policy --key-id "$key" --policy-name default --policy file://policy.json

# Recover
new=$(aws kms create-key --description 'the ledger' --policy file://policy.json --query KeyMetadata.KeyId --output text)
aws kms create-grant --key-id "$new" --name monthly-report --grantee-principal "$REPORTING_ARN" \
  --operations Decrypt > /dev/null
for page in 1 2 3 4; do
  aws kms re-encrypt --ciphertext-blob "fileb://pages/$page.enc" --source-encryption-context "page=$page" \
    --destination-key-id "$new" --destination-encryption-context "page=$page" \
    --query CiphertextBlob --output text | base64 --decode > "pages/$page.new"
  mv "pages/$page.new" "pages/$page.enc"
done
aws kms update-alias --alias-name alias/ledger --target-key-id "$new"
aws kms disable-key --key-id "$key"
