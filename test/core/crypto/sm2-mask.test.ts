import { sm2 } from 'sm-crypto-v2';
import { beforeEach, expect, it, vi } from 'vitest';
import { encodeEcPrivateKey } from '../../../core/crypto/ec-der.ts';
import { decryptSm2, encryptSm2, sm2PublicKey } from '../../../core/crypto/sm2.ts';
import { hex } from '../../vectors.ts';

// SM2PKE masks the plaintext with derived bytes. For one byte these are zero once in 256 times, and the plaintext stands
// there as it is: GB/T 32918.4 has such a mask made anew (§6.1, A5) and refused (§7.1, B4). The library does neither.

vi.mock('sm-crypto-v2', async (importOriginal) => {
  const original = await importOriginal<typeof import('sm-crypto-v2')>();
  return { ...original, sm2: { ...original.sm2, doEncrypt: vi.fn(original.sm2.doEncrypt) } };
});

const scalar = '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8';
const pkcs8 = encodeEcPrivateKey('SM2', hex(scalar)) ?? Buffer.alloc(0);
const plaintext = Buffer.from('A');
/** Of that plaintext, for that key, with a mask of zero: found by the library in some 300 tries. */
const unmasked =
  '3069021f6748fecbea5078199222764163300a39c41b7198e526371173358a41d9da40022100ab0e1ef4b1b649f7f2ddc0535fcc953c' +
  '2028d5c561ef98b919eb4b59281029270420d23e55b372db132c10c7af233ed47b447158ed040a005a3b2d8ac59556ed37d6040141';

beforeEach(() => vi.clearAllMocks());

it('encrypts anew where the mask is zero', () => {
  vi.mocked(sm2.doEncrypt).mockReturnValueOnce(unmasked).mockReturnValueOnce(unmasked);
  const sealed = encryptSm2(sm2PublicKey(pkcs8), plaintext);
  expect(sealed.at(-1)).not.toBe(plaintext[0]);
  expect(vi.mocked(sm2.doEncrypt).mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(decryptSm2(pkcs8, sealed)).toEqual(plaintext);
});

it('refuses a ciphertext whose mask is zero, which the library takes', () => {
  expect(sm2.doDecrypt(unmasked, scalar, 1, { output: 'array', asn1: true })).toEqual(Uint8Array.from(plaintext));
  expect(decryptSm2(pkcs8, hex(unmasked))).toBeUndefined();
});
