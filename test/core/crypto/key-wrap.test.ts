import { randomBytes } from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unwrapKeyMaterial, wrapKeyMaterial, wrappedRootVersion } from '../../../core/crypto/key-wrap.ts';
import { deriveRootKey } from '../../../core/crypto/root-key.ts';
import vectors from '../../vectors/wrapped-key-material.json' with { type: 'json' };
import { hex } from '../../vectors.ts';

const root = { version: 3, key: randomBytes(32) };
const binding = {
  AccountId: '111122223333',
  KeyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  KeyMaterialId: 'ab'.repeat(32),
  KeySpec: 'SYMMETRIC_DEFAULT',
};
const material = randomBytes(32);
const always = () => root.key;
const wrap = (changes: Partial<typeof binding> = {}) =>
  wrapKeyMaterial(root, { ...binding, ...changes }, material, randomBytes(12));

describe.each(vectors.cases)('our vector "$name"', (vector) => {
  const wrapped = hex(vector.wrapped);

  it('is what wrapKeyMaterial makes under the derived root key', () => {
    const key = deriveRootKey(hex(vectors.secret), vectors.installationId, vector.rootVersion);
    expect(key.toString('hex')).toBe(vector.rootKey);
    const made = wrapKeyMaterial(
      { version: vector.rootVersion, key },
      vector.binding,
      hex(vector.material),
      hex(vectors.iv),
    );
    expect(made.toString('hex')).toBe(vector.wrapped);
  });

  it('opens', () => {
    expect(wrappedRootVersion(wrapped)).toBe(vector.rootVersion);
    const opened = unwrapKeyMaterial(() => hex(vector.rootKey), vector.binding, wrapped);
    expect(opened?.toString('hex')).toBe(vector.material);
  });

  it('opens by noble, with every input put together by hand', () => {
    const { AccountId, KeyId, KeyMaterialId, KeySpec } = vector.binding;
    const texts = [AccountId, KeyId, KeyMaterialId, KeySpec].map((text) =>
      Buffer.concat([Buffer.of(0, 0, 0, text.length), Buffer.from(text)]),
    );
    const aad = Buffer.concat([wrapped.subarray(0, 5), ...texts]);
    const opened = gcm(hex(vector.rootKey), hex(vectors.iv), aad).decrypt(wrapped.subarray(17));
    expect(Buffer.from(opened).toString('hex')).toBe(vector.material);
  });
});

describe('wrapped key material', () => {
  it('opens again, whatever its length, 33 bytes longer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2500 }), (bytes) => {
        const wrapped = wrapKeyMaterial(root, binding, bytes, randomBytes(12));
        expect(wrapped).toHaveLength(bytes.length + 33);
        expect(unwrapKeyMaterial(always, binding, wrapped)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('is refused with any single bit changed, even if the same root key answers to every version', () => {
    const wrapped = wrap();
    for (let bit = 0; bit < wrapped.length * 8; bit += 1) {
      const changed = Buffer.from(wrapped);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(unwrapKeyMaterial(always, binding, changed)).toBeUndefined();
    }
    expect(unwrapKeyMaterial(always, binding, wrapped)).toEqual(material);
  });

  it('is refused when cut short anywhere, or with bytes after it', () => {
    const wrapped = wrap();
    for (let length = 0; length < wrapped.length; length += 1) {
      expect(unwrapKeyMaterial(always, binding, wrapped.subarray(0, length))).toBeUndefined();
    }
    expect(unwrapKeyMaterial(always, binding, Buffer.concat([wrapped, Buffer.of(0)]))).toBeUndefined();
  });

  it.each([
    { AccountId: '444455556666' },
    { KeyId: 'mrk-1234abcd12ab34cd56ef1234567890ab' },
    { KeyMaterialId: 'cd'.repeat(32) },
    { KeySpec: 'HMAC_256' },
    { AccountId: '11112222333', KeyId: `3${binding.KeyId}` }, // the same letters, cut elsewhere
    { KeyMaterialId: `${binding.KeyMaterialId}S`, KeySpec: 'YMMETRIC_DEFAULT' },
  ])('belongs to its binding alone, not to %o', (change) => {
    expect(unwrapKeyMaterial(always, { ...binding, ...change }, wrap())).toBeUndefined();
    expect(unwrapKeyMaterial(always, binding, wrap(change))).toBeUndefined();
  });

  it('asks for the root of its version, and opens under no other', () => {
    const asked: number[] = [];
    const ofVersion = (version: number) => {
      asked.push(version);
      return randomBytes(32);
    };
    expect(unwrapKeyMaterial(ofVersion, binding, wrap())).toBeUndefined();
    expect(asked).toEqual([3]);
  });

  it('lets the error for an unknown root pass through', () => {
    const unknown = (version: number): Uint8Array => {
      throw new Error(`no root ${version}`);
    };
    expect(() => unwrapKeyMaterial(unknown, binding, wrap())).toThrow('no root 3');
  });

  it('tells its root version, also from a view into other bytes', () => {
    const wrapped = wrapKeyMaterial({ ...root, version: 0xfffffffe }, binding, material, randomBytes(12));
    expect(wrappedRootVersion(Buffer.concat([Buffer.alloc(7), wrapped]).subarray(7))).toBe(0xfffffffe);
  });

  it('is never bytes of another format: of those no root is asked', () => {
    const never = (): Uint8Array => {
      throw new Error('asked');
    };
    const others = [
      Buffer.alloc(0),
      Buffer.of(1),
      Buffer.alloc(64),
      Buffer.concat([Buffer.of(1, 0, 0, 0, 0), wrap().subarray(5)]), // root version 0
      Buffer.from(wrap()).fill(2, 0, 1),
      wrap().subarray(0, 33),
    ];
    for (const other of others) {
      expect(wrappedRootVersion(other)).toBeUndefined();
      expect(unwrapKeyMaterial(never, binding, other)).toBeUndefined();
    }
  });

  it.each([
    ['root.version: expected a whole number from 1 to 4294967295, got 0', { version: 0, key: root.key }, 32, 12],
    ['key: expected 32 bytes, got 16', { version: 1, key: Buffer.alloc(16) }, 32, 12],
    ['material: expected 1 byte or more, got 0', root, 0, 12],
    ['iv: expected 12 bytes, got 16', root, 32, 16],
  ])('is not made: RangeError "%s"', (message, versionedRoot, length, ivLength) => {
    const attempt = () => wrapKeyMaterial(versionedRoot, binding, Buffer.alloc(length), Buffer.alloc(ivLength));
    expect(attempt).toThrow(new RangeError(message));
  });
});
