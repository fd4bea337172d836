import { createCipheriv, createHash, type KeyObject } from 'node:crypto';
import { checkBytes, wipe } from './bytes.ts';
import { type Der, der, tags } from './der.ts';
import { encryptOaep } from './rsa-oaep.ts';

/** RFC 5652 §4, §6.1; RFC 8017 §A.2.1, §B.2.1; NIST's arc of algorithms. */
const ids = {
  data: '2a864886f70d010701', // 1.2.840.113549.1.7.1
  envelopedData: '2a864886f70d010703', // 1.2.840.113549.1.7.3
  rsaesOaep: '2a864886f70d010107', // 1.2.840.113549.1.1.7
  mgf1: '2a864886f70d010108', // 1.2.840.113549.1.1.8
  sha256: '608648016503040201', // 2.16.840.1.101.3.4.2.1
  aes256Cbc: '60864801650304012a', // 2.16.840.1.101.3.4.1.42
} as const;

/**
 * Encrypts for the owner of an RSA key as CMS EnvelopedData: AES-256-CBC under a fresh key, which is encrypted with
 * RSAES-OAEP (SHA-256, MGF1 with SHA-256) for one recipient, who is named by a subject key identifier.
 * Source: RFC 5652 §6; RFC 3560 for OAEP in it. Written as AWS KMS does, since the clients of Nitro enclaves take
 * nothing else: version 2, and the lengths around the encrypted content indefinite (X.690 §8.1.3.6).
 *
 * @param publicKey RSA
 * @param plaintext not modified
 * @param random    makes the content-encryption key and the initialisation vector
 */
export const envelop = (publicKey: KeyObject, plaintext: Uint8Array, random: (size: number) => Buffer): Buffer => {
  checkBytes('plaintext', plaintext);
  const [key, iv] = [random(32), random(16)];
  try {
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    const content = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return write(publicKey, encryptOaep(publicKey, 'sha256', key), iv, content);
  } finally {
    wipe(key);
  }
};

const write = (publicKey: KeyObject, encryptedKey: Buffer, iv: Buffer, content: Buffer): Buffer => {
  const keyIdentifier = createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest();
  const recipient = der(
    tags.sequence,
    version2,
    der(primitive(0), keyIdentifier),
    oaepWithSha256,
    der(tags.octetString, encryptedKey),
  );
  const encryptedContent = indefinite(
    tags.sequence,
    identifier(ids.data),
    algorithm(ids.aes256Cbc, der(tags.octetString, iv)),
    // What contains something of indefinite length is written so itself, up to the outermost.
    indefinite(constructed(0), der(tags.octetString, content)),
  );
  const enveloped = indefinite(tags.sequence, version2, der(tags.set, recipient), encryptedContent);
  return Buffer.concat(indefinite(tags.sequence, identifier(ids.envelopedData), indefinite(constructed(0), enveloped)));
};

/** Tags of context-specific class: X.690 §8.1.2. */
const primitive = (number: number) => 0x80 | number;
const constructed = (number: number) => 0xa0 | number;

/** An element whose end is marked, in place of its length at the beginning. */
const indefinite = (tag: number, ...contents: readonly Der[]): Der => [
  Buffer.of(tag, 0x80),
  ...contents.flat(),
  Buffer.of(0, 0),
];

const identifier = (id: string): Der => der(tags.objectIdentifier, Buffer.from(id, 'hex'));

const algorithm = (id: string, parameters: Der): Der => der(tags.sequence, identifier(id), parameters);

const version2 = der(tags.integer, Buffer.of(2));
const sha256 = algorithm(ids.sha256, der(tags.null));

/** Both hashes are named, as neither is the default. RFC 8017 §A.2.1. */
const oaepWithSha256 = algorithm(
  ids.rsaesOaep,
  der(tags.sequence, der(constructed(0), sha256), der(constructed(1), algorithm(ids.mgf1, sha256))),
);
