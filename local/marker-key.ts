import { hkdf } from '../core/crypto/hkdf.ts';
import type { VersionedRoot } from '../core/crypto/key-wrap.ts';
import { utf8 } from '../core/model/length-prefixed.ts';

/** Frozen while markers are out: by it, no other key is this one. */
const purpose = 'serverless-kms pagination marker v1';

/** The key of the check in pagination markers (`lambdas/pipeline/pages.ts`): 32 bytes, the same for as long as the root key is. */
export const markerKey = ({ key }: VersionedRoot): Buffer => hkdf('sha256', key, new Uint8Array(), utf8(purpose), 32);
