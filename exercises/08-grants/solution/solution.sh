#!/bin/sh
# In the work folder of the lesson.
set -eu
. ./env

old=$(aws --profile carol kms list-retirable-grants --retiring-principal "$CAROL_ARN" \
  --query "Grants[?Name=='last-month'].GrantId" --output text)
aws --profile carol kms retire-grant --key-id "$LETTERS_KEY" --grant-id "$old"

aws kms create-grant --key-id "$LETTERS_KEY" --name night-job \
  --grantee-principal "$BOB_ARN" --retiring-principal "$CAROL_ARN" \
  --operations Decrypt CreateGrant --constraints 'EncryptionContextSubset={tenant=blue}' \
  --query GrantToken --output text > token.txt

# with the token it works at once, wherever the news of the grant has not arrived
aws --profile bob kms decrypt --ciphertext-blob fileb://blue.enc \
  --encryption-context tenant=blue,kind=letter --grant-tokens "$(cat token.txt)" \
  --query Plaintext --output text | base64 --decode > opened.txt

aws --profile bob kms create-grant --key-id "$LETTERS_KEY" --grant-tokens "$(cat token.txt)" \
  --grantee-principal "$DAVE_ARN" --operations Decrypt \
  --constraints 'EncryptionContextSubset={tenant=blue,kind=letter}'
