import { createHash } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { expect, it } from 'vitest';
import { encodeEcPrivateKey, pointOf } from '../../../core/crypto/ec-der.ts';
import { sm2PublicKey } from '../../../core/crypto/sm2.ts';
import { bytesOf, order, randomScalar } from '../../../core/crypto/sm2-curve.ts';
import { decryptSm2, encryptSm2 } from '../../../core/crypto/sm2-encryption.ts';
import { hex } from '../../vectors.ts';

// SM2PKE masks the plaintext with derived bytes. For one byte these are zero once in 256 times, and the plaintext stands
// there as it is: GB/T 32918.4 has such a mask made anew (§6.1, A5) and refused (§7.1, B4).

const scalar = '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8';
const pkcs8 = encodeEcPrivateKey('SM2', hex(scalar)) ?? Buffer.alloc(0);
const plaintext = Buffer.from('A');
/** Of that plaintext, for that key, with a mask of zero: found by another library in some 300 tries. */
const unmasked =
  '3069021f6748fecbea5078199222764163300a39c41b7198e526371173358a41d9da40022100ab0e1ef4b1b649f7f2ddc0535fcc953c' +
  '2028d5c561ef98b919eb4b59281029270420d23e55b372db132c10c7af233ed47b447158ed040a005a3b2d8ac59556ed37d6040141';

/** Scalars whose mask of one byte is zero: that of k comes from k times the public key, which is k d times the base. */
const withoutMask = (count: number): Buffer[] => {
  const found: Buffer[] = [];
  for (let k = 1n; found.length < count; k += 1n) {
    const shared = pointOf('SM2', bytesOf((k * BigInt(`0x${scalar}`)) % order))?.subarray(1) ?? Buffer.alloc(0);
    const mask = createHash('sm3')
      .update(shared)
      .update(Buffer.of(0, 0, 0, 1))
      .digest();
    if (mask[0] === 0) found.push(bytesOf(k));
  }
  return found;
};

it('encrypts anew where the mask is zero', () => {
  const prepared = withoutMask(2);
  let asked = 0;
  const sealed = encryptSm2(sm2PublicKey(pkcs8), plaintext, () => {
    asked += 1;
    return prepared.shift() ?? randomScalar();
  });
  expect(asked).toBeGreaterThanOrEqual(3);
  expect(sealed.at(-1)).not.toBe(plaintext[0]);
  expect(decryptSm2(pkcs8, sealed)).toEqual(plaintext);
});

it('refuses a ciphertext whose mask is zero, which other libraries take', () => {
  expect(sm2.doDecrypt(unmasked, scalar, 1, { output: 'array', asn1: true })).toEqual(Uint8Array.from(plaintext));
  expect(decryptSm2(pkcs8, hex(unmasked))).toBeUndefined();
});
