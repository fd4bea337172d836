import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * Loads an asymmetric key; the public half is derived, so it cannot differ from the private one.
 * @param pkcs8 DER PrivateKeyInfo (RFC 5958); not modified, OpenSSL keeps a copy of its own
 */
export const loadKeyPair = (pkcs8: Buffer): KeyPair => {
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
};

/** DER SubjectPublicKeyInfo (RFC 5280 §4.1), fresh bytes. */
export const exportPublicKey = ({ publicKey }: KeyPair): Buffer => publicKey.export({ format: 'der', type: 'spki' });
