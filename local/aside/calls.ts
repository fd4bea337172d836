import { agreeWith } from '../../lambdas/usable-key/agreement.ts';
import { publicKeyEncryption } from '../../lambdas/usable-key/encryption.ts';
import { signatureScheme } from '../../lambdas/usable-key/signature.ts';

type Signing = Parameters<typeof signatureScheme>;
type Sign = ReturnType<typeof signatureScheme>['sign'];
type Verify = ReturnType<typeof signatureScheme>['verify'];
type Encryption = Parameters<typeof publicKeyEncryption>;
type Encrypt = ReturnType<typeof publicKeyEncryption>['encrypt'];
type Decrypt = ReturnType<typeof publicKeyEncryption>['decrypt'];

/** What the thread can be asked for. */
export const calls = {
  sign: (of: Signing, ...given: Parameters<Sign>) => signatureScheme(...of).sign(...given),
  verify: (of: Signing, ...given: Parameters<Verify>) => signatureScheme(...of).verify(...given),
  encrypt: (of: Encryption, ...given: Parameters<Encrypt>) => publicKeyEncryption(...of).encrypt(...given),
  decrypt: (of: Encryption, ...given: Parameters<Decrypt>) => publicKeyEncryption(...of).decrypt(...given),
  agree: agreeWith,
};

export type Calls = typeof calls;

export interface Call {
  readonly id: number;
  readonly name: keyof Calls;
  readonly given: readonly unknown[];
}

export type Answer = { readonly id: number } & ({ readonly result: unknown } | { readonly error: unknown });
