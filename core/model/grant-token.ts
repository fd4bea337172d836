/**
 * A grant token names a grant; it proves nothing and is no secret. Base64 of: version (1 byte), kind of key id (0 a UUID,
 * 1 `mrk-`), key id (16), grant id (32), and 16 random bytes, so that every CreateGrant has a token of its own.
 */
const version = 1;
const length = 1 + 1 + 16 + 32 + 16;

/** @param nonce 16 random bytes */
export const grantToken = (KeyId: string, GrantId: string, nonce: Uint8Array): string => {
  const multiRegion = KeyId.startsWith('mrk-');
  const id = Buffer.from(KeyId.replace('mrk-', '').replaceAll('-', ''), 'hex');
  const head = Buffer.of(version, multiRegion ? 1 : 0);
  return Buffer.concat([head, id, Buffer.from(GrantId, 'hex'), nonce]).toString('base64');
};

/** The key and the grant that a token names; `undefined` for anything that is no token of ours. */
export const readGrantToken = (token: string): { readonly KeyId: string; readonly GrantId: string } | undefined => {
  const bytes = Buffer.from(token, 'base64');
  if (bytes.length !== length || bytes[0] !== version || bytes.toString('base64') !== token) return undefined;
  const hex = bytes.toString('hex', 2, 18);
  const GrantId = bytes.toString('hex', 18, 50);
  if (bytes[1] === 1) return { KeyId: `mrk-${hex}`, GrantId };
  if (bytes[1] !== 0) return undefined;
  const KeyId = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return { KeyId, GrantId };
};
