import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import type { Parameters } from './requests.ts';
import type { Answer, Service } from './service.ts';

/** Wraps key material as a client does, with OpenSSL: by RSA-OAEP, or by AES-KWP under a key that RSA-OAEP wraps. */
export const wrapAsClient = (PublicKey: string, algorithm: string, material: Uint8Array): Buffer => {
  const publicKey = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });
  const oaepHash = algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256';
  const encrypt = (bytes: Uint8Array) =>
    publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, bytes);
  if (!algorithm.startsWith('RSA_AES_KEY_WRAP')) return encrypt(material);
  const aesKey = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', aesKey, Buffer.from('a65959a6', 'hex'));
  return Buffer.concat([encrypt(aesKey), cipher.update(material), cipher.final()]);
};

/** Members of ImportKeyMaterial that bring this material, under a wrapping key of its own. */
export const bringing = async (
  kms: Pick<Service, 'call'>,
  KeyId: unknown,
  material: Uint8Array,
  WrappingAlgorithm = 'RSAES_OAEP_SHA_256',
  WrappingKeySpec = 'RSA_2048',
): Promise<Parameters> => {
  const { PublicKey, ImportToken, __type, message } = await kms.call('GetParametersForImport', {
    KeyId,
    WrappingAlgorithm,
    WrappingKeySpec,
  });
  if (__type) throw new Error(`GetParametersForImport answered ${__type}: ${message}`);
  return { KeyId, ImportToken, EncryptedKeyMaterial: wrapAsClient(PublicKey, WrappingAlgorithm, material) };
};

export const forEver = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };

/** Imports material that does not expire, unless the members say otherwise. */
export const importing = async (
  kms: Pick<Service, 'call'>,
  KeyId: string,
  material: Uint8Array,
  members: Parameters = forEver,
): Promise<Answer> => kms.call('ImportKeyMaterial', { ...(await bringing(kms, KeyId, material)), ...members });
