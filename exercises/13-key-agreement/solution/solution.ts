import { solution } from '../../lesson.ts';
import { keyFrom, open, seal } from '../sealed.ts';

const EncapsulationAlgorithm = 'ML_KEM';
const nothing = new Uint8Array();

export default solution(async (lab) => {
  const kms = lab.as('alice');

  const received = await kms.decapsulate({
    KeyId: 'alias/inbox',
    EncapsulationAlgorithm,
    SharedSecretCiphertextBlob: await lab.read('hello.kem'),
  });
  const helloKey = keyFrom([received.SharedSecret ?? nothing], 'hello');
  await lab.write('hello.txt', open(helloKey, await lab.read('hello.enc')) ?? '');

  const { KeyMetadata } = await kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
  await kms.createAlias({ AliasName: 'alias/agree', TargetKeyId: KeyMetadata?.KeyId });
  const { PublicKey } = await kms.getPublicKey({ KeyId: 'alias/agree' });
  await lab.write('agree.der', PublicKey ?? '');

  const agreed = await kms.deriveSharedSecret({
    KeyId: 'alias/agree',
    KeyAgreementAlgorithm: 'ECDH',
    PublicKey: await lab.read('bob.der'),
  });
  const sent = await kms.encapsulate({ KeyId: lab.fact('bobInbox'), EncapsulationAlgorithm });
  await lab.write('answer.kem', sent.SharedSecretCiphertextBlob ?? '');

  const answerKey = keyFrom([agreed.SharedSecret ?? nothing, sent.SharedSecret ?? nothing], 'answer');
  await lab.write('answer.enc', seal(answerKey, await lab.read('answer.txt')));
});
