import { open, seal } from '../core/crypto/aes-gcm.ts';
import { wipe } from '../core/crypto/bytes.ts';
import { hkdf } from '../core/crypto/hkdf.ts';
import type { VersionedRoot } from '../core/crypto/key-wrap.ts';
import type { MaterialOwner } from '../core/model/key.ts';
import type { WrappingAlgorithm } from '../core/model/key-import.ts';
import { lengthPrefixed, u32, utf8 } from '../core/model/length-prefixed.ts';

/**
 * An import token holds the private key that unwraps what its owner brings, so that nothing is stored for it:
 * format version (1 byte) ‖ root version (4, big-endian) ‖ IV (12) ‖ sealed content ‖ tag (16), where the content is:
 * end of validity in milliseconds (8, big-endian) ‖ algorithm (1) ‖ private key in PKCS#8. AES-256-GCM under a key derived
 * from the root key for this alone; the account, the key and its spec are authenticated, and open no other key's token.
 */
const formatVersion = 1;
const headerLength = 5;
const ivLength = 12;
const contentHeadLength = 9;

/** Frozen: by it, no other key is this one. */
const purpose = 'serverless-kms import token v1';

/** Frozen: a token names its algorithm by its place here. */
const algorithms: readonly WrappingAlgorithm[] = [
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
  'SM2PKE',
];

export interface TokenContent {
  readonly validTo: Date;
  readonly algorithm: WrappingAlgorithm;
  /** PKCS#8; whoever has the content wipes it. */
  readonly privateKey: Buffer;
}

/** @param iv 12 random bytes, never used before */
export const sealImportToken = (
  root: VersionedRoot,
  owner: MaterialOwner,
  { validTo, algorithm, privateKey }: TokenContent,
  iv: Uint8Array,
): Buffer => {
  const header = headerFor(root);
  const head = Buffer.alloc(contentHeadLength);
  head.writeBigUInt64BE(BigInt(validTo.getTime()));
  head.writeUInt8(algorithms.indexOf(algorithm), 8);
  const content = Buffer.concat([head, privateKey]);
  const key = tokenKey(root);
  try {
    return Buffer.concat([header, iv, seal(key, iv, content, associatedData(header, owner))]);
  } finally {
    wipe(content, key);
  }
};

/** @returns undefined for anything but a token that was made for this key under this root */
export const openImportToken = (root: VersionedRoot, owner: MaterialOwner, token: Buffer): TokenContent | undefined => {
  const header = headerFor(root);
  if (token.length < headerLength + ivLength || !token.subarray(0, headerLength).equals(header)) return undefined;
  const iv = token.subarray(headerLength, headerLength + ivLength);
  const key = tokenKey(root);
  const content = open(key, iv, token.subarray(headerLength + ivLength), associatedData(header, owner));
  wipe(key);
  const algorithm = content && algorithms[content.readUInt8(8)];
  if (content === undefined || algorithm === undefined) return undefined;
  const validTo = new Date(Number(content.readBigUInt64BE()));
  return { validTo, algorithm, privateKey: content.subarray(contentHeadLength) };
};

/** The version of the root under which a token is said to be sealed; undefined for bytes that are none. */
export const importTokenRoot = (token: Buffer): number | undefined =>
  token.length > headerLength && token[0] === formatVersion ? token.readUInt32BE(1) : undefined;

const headerFor = ({ version }: VersionedRoot): Buffer => Buffer.concat([Buffer.of(formatVersion), u32(version)]);

const tokenKey = (root: VersionedRoot): Buffer => hkdf('sha256', root.key, new Uint8Array(), utf8(purpose), 32);

const associatedData = (header: Uint8Array, { AccountId, KeyId, KeySpec }: MaterialOwner): Buffer =>
  Buffer.concat([header, ...[AccountId, KeyId, KeySpec].map(lengthPrefixed)]);
