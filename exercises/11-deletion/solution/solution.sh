#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

# who used it: the ARN is in each record
for operation in Encrypt Decrypt GenerateDataKey; do
  kms audit query --key "$OLD_KEY" --operation "$operation" --error none --json
done | sed -n 's/.*"arn":"\([^"]*\)".*/\1/p' | sort -u > users.txt

aws kms schedule-key-deletion --key-id "$OLD_KEY" --pending-window-in-days 7
if aws --profile bob kms decrypt --ciphertext-blob fileb://payroll.enc --encryption-context app=payroll; then
  echo 'that should have been refused' >&2
  exit 1
fi
aws kms cancel-key-deletion --key-id "$OLD_KEY"
aws kms enable-key --key-id "$OLD_KEY" # it was disabled

# move FILE CONTEXT; the contexts are in the audit log, too
mkdir moved
move() {
  aws kms re-encrypt --ciphertext-blob "fileb://$1" --source-encryption-context "$2" \
    --destination-key-id alias/new --destination-encryption-context "$2" \
    --query CiphertextBlob --output text | base64 --decode > "moved/$1"
}
move payroll.enc app=payroll
move contract.enc contract=17
move backup.key job=nightly

aws kms schedule-key-deletion --key-id "$OLD_KEY" --pending-window-in-days 7
kms clock +8d
