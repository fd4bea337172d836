import { createHash, createPublicKey, verify } from 'node:crypto';
import { missing, solution } from '../../lesson.ts';

const kinds = [
  ['rsa', 'RSA_2048', 'RSASSA_PSS_SHA_256'],
  ['ec', 'ECC_NIST_P256', 'ECDSA_SHA_256'],
  ['ed', 'ECC_NIST_EDWARDS25519', 'ED25519_SHA_512'],
  ['pq', 'ML_DSA_44', 'ML_DSA_SHAKE_256'],
] as const;

export default solution(async (lab) => {
  const kms = lab.as('alice');
  const Message = await lab.read('release.txt');
  for (const [name, KeySpec, SigningAlgorithm] of kinds) {
    const { KeyMetadata } = await kms.createKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
    const KeyId = `alias/sign-${name}`;
    await kms.createAlias({ AliasName: KeyId, TargetKeyId: KeyMetadata?.KeyId });
    const { Signature } = await kms.sign({ KeyId, Message, SigningAlgorithm });
    await lab.write(`${name}.sig`, Signature ?? '');
    const { PublicKey } = await kms.getPublicKey({ KeyId });
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    await lab.write(`${name}.pem`, key.export({ format: 'pem', type: 'spki' }));
  }

  // too long to send: KMS gets the hash, and is told that it is one
  const hash = createHash('sha256').update(await lab.read('image.bin'));
  const image = await kms.sign({
    KeyId: 'alias/sign-ec',
    Message: hash.digest(),
    MessageType: 'DIGEST',
    SigningAlgorithm: 'ECDSA_SHA_256',
  });
  await lab.write('image.sig', image.Signature ?? '');

  const publisher = createPublicKey(await lab.read('publisher.pem'));
  for (const name of ['download-1.txt', 'download-2.txt', 'download-3.txt']) {
    const isGenuine = verify('sha256', await lab.read(name), publisher, await lab.read(`${name}.sig`));
    if (!isGenuine) return lab.write('forged.txt', `${name}\n`);
  }
  missing('all of them are genuine');
});
