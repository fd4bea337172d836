// The layout, pinned by test/vectors/ciphertext-blob.json and docs/decisions/0001-ciphertext-blob.md:
// format version (1) ‖ kind of key id (1) ‖ key id (16) ‖ key material id (32) ‖ nonce (16) ‖ IV (12) ‖ sealed
const formatVersion = 1;
const [keyIdAt, keyMaterialIdAt, nonceAt, ivAt, sealedAt] = [2, 18, 50, 66, 78] as const;
const tagLength = 16;

/** The place of a form is its number in the blob. Both hold 16 bytes and read in one way only: lower case. */
const keyIdForms = [
  {
    pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    toHex: (KeyId: string) => KeyId.replaceAll('-', ''),
    fromHex: (hex: string) =>
      `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
  },
  {
    pattern: /^mrk-[0-9a-f]{32}$/,
    toHex: (KeyId: string) => KeyId.slice('mrk-'.length),
    fromHex: (hex: string) => `mrk-${hex}`,
  },
] as const;

const keyMaterialIdPattern = /^[0-9a-f]{64}$/;

/** What stands in the clear before the ciphertext, and is authenticated with it. */
export interface BlobHeader {
  /** A UUID, or `mrk-` and 32 hexadecimal digits; lower case. */
  readonly KeyId: string;
  /** 64 hexadecimal digits, lower case. */
  readonly KeyMaterialId: string;
  /** 16 bytes. */
  readonly nonce: Uint8Array;
  /** 12 bytes. */
  readonly iv: Uint8Array;
}

/** A blob taken apart, nothing of it authenticated yet. All bytes are views of the blob, not copies. */
export interface ParsedBlob extends BlobHeader {
  /** The header as it stood, 78 bytes: the first part of the associated data. */
  readonly header: Uint8Array;
  /** Ciphertext ‖ tag, 16 bytes or more. */
  readonly sealed: Uint8Array;
}

/**
 * Writes a header, 78 bytes.
 *
 * @throws {RangeError} on ids of another form or bytes of another length
 */
export const encodeHeader = ({ KeyId, KeyMaterialId, nonce, iv }: BlobHeader): Buffer => {
  const kind = keyIdForms.findIndex(({ pattern }) => pattern.test(KeyId));
  const form = keyIdForms[kind];
  if (form === undefined) throw new RangeError('KeyId: expected a UUID or mrk- and 32 digits, in lower case');
  if (!keyMaterialIdPattern.test(KeyMaterialId)) {
    throw new RangeError('KeyMaterialId: expected 64 hexadecimal digits in lower case');
  }
  checkLength('nonce', nonce, ivAt - nonceAt);
  checkLength('iv', iv, sealedAt - ivAt);
  const header = Buffer.allocUnsafe(sealedAt); // all of it is written
  header[0] = formatVersion;
  header[1] = kind;
  header.write(form.toHex(KeyId) + KeyMaterialId, keyIdAt, 'hex');
  header.set(nonce, nonceAt);
  header.set(iv, ivAt);
  return header;
};

/** Takes a blob apart; undefined for anything that is not exactly of this form, whatever it is. Never throws. */
export const parseBlob = (bytes: Uint8Array): ParsedBlob | undefined => {
  const ids = idsOfBlob(bytes);
  return (
    ids && {
      ...ids,
      nonce: bytes.subarray(nonceAt, ivAt),
      iv: bytes.subarray(ivAt, sealedAt),
      header: bytes.subarray(0, sealedAt),
      sealed: bytes.subarray(sealedAt),
    }
  );
};

/** What a blob says of its key, for those who do not open it; undefined where `parseBlob` is. */
export const idsOfBlob = (bytes: Uint8Array): Pick<BlobHeader, 'KeyId' | 'KeyMaterialId'> | undefined => {
  if (bytes.length < sealedAt + tagLength || bytes[0] !== formatVersion) return undefined;
  const form = keyIdForms[bytes[1] ?? -1];
  if (form === undefined) return undefined;
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, nonceAt); // a view: nothing is copied
  return {
    KeyId: form.fromHex(header.toString('hex', keyIdAt, keyMaterialIdAt)),
    KeyMaterialId: header.toString('hex', keyMaterialIdAt, nonceAt),
  };
};

const checkLength = (label: string, bytes: Uint8Array, length: number): void => {
  if (bytes.length !== length) throw new RangeError(`${label}: expected ${length} bytes, got ${bytes.length}`);
};
