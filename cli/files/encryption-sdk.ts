import { buildClient, CommitmentPolicy } from '@aws-crypto/client-node';

/** Each of the wrapped keys in a message may be sent to KMS: a message must not be able to have thousands of calls made. */
const maxEncryptedDataKeys = 20;

/** The AWS Encryption SDK: key commitment always, so that a message opens to one plaintext, whatever key it is opened with. */
export const encryptionSdk = buildClient({
  commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  maxEncryptedDataKeys,
});
