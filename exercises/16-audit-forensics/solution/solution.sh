#!/bin/sh
# In the work folder of the lesson. Nothing here calls KMS: the evidence is in files.
set -eu
. ./env

all=$(mktemp)
trap 'rm -f "$all"' EXIT
kms audit query --data evidence --json > "$all"

# Which file is not as it was? verify ends with 1 when there is one.
kms audit verify --data evidence --public-key trail-key.pem || true
file=$(kms audit verify --data evidence --public-key trail-key.pem --json |
  sed -n 's/.*"kind":"changed","object":"\([^"]*\)".*/\1/p')

member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# Of which of its records has the other copy another caller?
for id in $(gunzip -c "evidence/audit/$file" | tr '{,}' '\n\n\n' | member eventID); do
  record=$(grep "\"eventID\":\"$id\"" "$all")
  shared=$(printf %s "$record" | member sharedEventID)
  [ -n "$shared" ] || continue # refused: there is no other copy
  here=$(printf %s "$record" | member principalId)
  there=$(grep "\"sharedEventID\":\"$shared\"" "$all" | grep -v "\"eventID\":\"$id\"" | member principalId)
  if [ "$here" != "$there" ]; then
    event=$id
    principal=$there
  fi
done

# Whose id is that, and what did they open? The vault's copies are not edited, and tell it by the id.
who=$(kms audit query --data evidence --principal "$principal" --json | member arn | head -n 1)
opened=$(kms audit query --data evidence --principal "$principal" --operation Decrypt --error none --json |
  member customer | sort -u)

list() { for each; do printf '%s"%s"' "${comma-}" "$each"; comma=,; done; }
cat > findings.json <<END
{"file": "$file", "event": "$event", "who": "$who", "opened": [$(list $opened)]}
END
