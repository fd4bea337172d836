import type { Operation } from '../operation.ts';
import { cancelKeyDeletion } from './cancel-key-deletion.ts';
import { createAlias } from './create-alias.ts';
import { createKey } from './create-key.ts';
import { decrypt } from './decrypt.ts';
import { deleteAlias } from './delete-alias.ts';
import { describeKey } from './describe-key.ts';
import { disableKey } from './disable-key.ts';
import { enableKey } from './enable-key.ts';
import { encrypt } from './encrypt.ts';
import { generateDataKey } from './generate-data-key.ts';
import { generateDataKeyWithoutPlaintext } from './generate-data-key-without-plaintext.ts';
import { generateMac } from './generate-mac.ts';
import { generateRandom } from './generate-random.ts';
import { getPublicKey } from './get-public-key.ts';
import { listAliases } from './list-aliases.ts';
import { listKeys } from './list-keys.ts';
import { reEncrypt } from './re-encrypt.ts';
import { scheduleKeyDeletion } from './schedule-key-deletion.ts';
import { sign } from './sign.ts';
import { updateAlias } from './update-alias.ts';
import { updateKeyDescription } from './update-key-description.ts';
import { verify } from './verify.ts';
import { verifyMac } from './verify-mac.ts';

/** The registry: every operation this service has. The server, the bundles, the routes, the docs and the tests read it. */
export const operations = [
  cancelKeyDeletion,
  createAlias,
  createKey,
  decrypt,
  deleteAlias,
  describeKey,
  disableKey,
  enableKey,
  encrypt,
  generateDataKey,
  generateDataKeyWithoutPlaintext,
  generateMac,
  generateRandom,
  getPublicKey,
  listAliases,
  listKeys,
  reEncrypt,
  scheduleKeyDeletion,
  sign,
  updateAlias,
  updateKeyDescription,
  verify,
  verifyMac,
] as const satisfies readonly Operation[];

export type OperationName = (typeof operations)[number]['name'];
