import { createCipheriv, createHash, type KeyObject } from 'node:crypto';
import { Constructed, Integer, Null, ObjectIdentifier, OctetString, Primitive, Sequence, Set as SetOf } from 'asn1js';
import { checkBytes, wipe } from './bytes.ts';
import { encryptOaep } from './rsa-oaep.ts';

/** RFC 5652 §4, §6.1; RFC 8017 §A.2.1, §B.2.1; NIST's arc of algorithms. */
const ids = {
  data: '1.2.840.113549.1.7.1',
  envelopedData: '1.2.840.113549.1.7.3',
  rsaesOaep: '1.2.840.113549.1.1.7',
  mgf1: '1.2.840.113549.1.1.8',
  sha256: '2.16.840.1.101.3.4.2.1',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
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
  const recipient = new Sequence({
    value: [
      new Integer({ value: 2 }),
      new Primitive({ idBlock: context(0), valueHex: keyIdentifier }),
      oaepWithSha256(),
      new OctetString({ valueHex: encryptedKey }),
    ],
  });
  const encryptedContent = new Sequence({
    value: [
      new ObjectIdentifier({ value: ids.data }),
      algorithm(ids.aes256Cbc, new OctetString({ valueHex: iv })),
      // What contains something of indefinite length is written so itself, up to the outermost.
      new Constructed({
        idBlock: context(0),
        lenBlock: { isIndefiniteForm: true },
        value: [new OctetString({ valueHex: content })],
      }),
    ],
  });
  const enveloped = new Sequence({
    value: [new Integer({ value: 2 }), new SetOf({ value: [recipient] }), encryptedContent],
  });
  const message = new Sequence({
    value: [
      new ObjectIdentifier({ value: ids.envelopedData }),
      new Constructed({ idBlock: context(0), value: [enveloped] }),
    ],
  });
  return Buffer.from(message.toBER());
};

const context = (tagNumber: number) => ({ tagClass: 3, tagNumber });

const algorithm = (id: string, parameters: Null | OctetString | Sequence) =>
  new Sequence({ value: [new ObjectIdentifier({ value: id }), parameters] });

/** Both hashes are named, as neither is the default. RFC 8017 §A.2.1. */
const oaepWithSha256 = () => {
  const hash = new Constructed({ idBlock: context(0), value: [algorithm(ids.sha256, new Null())] });
  const mask = algorithm(ids.mgf1, algorithm(ids.sha256, new Null()));
  return algorithm(
    ids.rsaesOaep,
    new Sequence({ value: [hash, new Constructed({ idBlock: context(1), value: [mask] })] }),
  );
};
