import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import { solution } from '../../lesson.ts';

export default solution(async (lab) => {
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.createKey({ Origin: 'EXTERNAL' });
  const KeyId = KeyMetadata?.KeyId;
  await kms.createAlias({ AliasName: 'alias/imported', TargetKeyId: KeyId });

  await lab.write('material.bin', randomBytes(32));

  /** @param expires whether it expires in a day, or never */
  const bringMaterial = async (expires: boolean) => {
    const { PublicKey, ImportToken, ParametersValidTo } = await kms.getParametersForImport({
      KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    });
    const key = Buffer.from(PublicKey ?? []);
    const wrapping = {
      key,
      format: 'der',
      type: 'spki',
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
    };
    await kms.importKeyMaterial({
      KeyId,
      ImportToken,
      EncryptedKeyMaterial: publicEncrypt(wrapping, await lab.read('material.bin')),
      ...(expires
        ? { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: ParametersValidTo }
        : { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }),
    });
  };

  await bringMaterial(true);
  const { CiphertextBlob } = await kms.encrypt({ KeyId: 'alias/imported', Plaintext: await lab.read('secret.txt') });
  await lab.write('secret.enc', CiphertextBlob ?? '');

  await lab.clock('+2d');
  await kms.decrypt({ CiphertextBlob }).catch(({ message }) => lab.write('refusal.txt', message));

  await bringMaterial(false);
  const { Plaintext } = await kms.decrypt({ CiphertextBlob });
  await lab.write('opened.txt', Plaintext ?? '');
});
