import { inThreadsOfNode } from '../../core/crypto/ecdsa.ts';
import { type KeySpecFacts, specOf } from '../../core/model/key-specs.ts';
import type { Algorithms } from '../../lambdas/algorithms.ts';
import { everyAlgorithm } from '../../lambdas/every-algorithm.ts';
import { agreeWith } from '../../lambdas/usable-key/agreement.ts';
import { publicKeyEncryption } from '../../lambdas/usable-key/encryption.ts';
import type { Message } from '../../lambdas/usable-key/message.ts';
import { signatureScheme } from '../../lambdas/usable-key/signature.ts';
import { newThread } from './thread.ts';

// What takes longer than half a millisecond, where P-256 takes 60 µs to sign, and does not leave the main thread by itself:
// all that is computed in JavaScript, key agreement, and what RSA's private keys do but for signing whole messages.
// docs/performance.md has the figures.

/** Digests and µ are signed in JavaScript, and all of SM2. */
const isSlow = (spec: KeySpecFacts, { isRaw }: Message) => !isRaw || spec.family === 'sm2';

/** Every algorithm; slow ones run in a thread of their own, so that callers of others do not wait for them. */
export const newAsideAlgorithms = (): { readonly algorithms: Algorithms; close(): Promise<void> } => {
  const { call, close } = newThread();
  const algorithms: Algorithms = {
    ...everyAlgorithm,

    signatureScheme(KeySpec, algorithm) {
      const { sign, verify } = signatureScheme(KeySpec, algorithm, inThreadsOfNode);
      const spec = specOf(KeySpec);
      return {
        sign: (...given) => (isSlow(spec, given[1]) ? call('sign', [KeySpec, algorithm], ...given) : sign(...given)),
        verify: (...given) =>
          isSlow(spec, given[1]) && spec.family !== 'rsa'
            ? call('verify', [KeySpec, algorithm], ...given)
            : verify(...given),
      };
    },

    publicKeyEncryption(...of) {
      const { limit, encrypt } = publicKeyEncryption(...of);
      return {
        limit,
        encrypt: (...given) => (specOf(of[0]).family === 'rsa' ? encrypt(...given) : call('encrypt', of, ...given)),
        decrypt: (...given) => call('decrypt', of, ...given),
      };
    },

    agreeWith: (...given) => (given[0] === 'ECC_NIST_P256' ? agreeWith(...given) : call('agree', ...given)),
  };
  return { algorithms, close };
};
