import { solution } from '../../lesson.ts';

export default solution(async (lab) => {
  const kms = lab.as('alice');
  const KeyId = lab.fact('recordsKey');
  await kms.rotateKeyOnDemand({ KeyId });

  const before = { CiphertextBlob: await lab.read('before.enc') };
  const { Plaintext } = await kms.decrypt(before);
  await lab.write('opened.txt', Plaintext ?? '');

  const after = await kms.encrypt({ KeyId: 'alias/records', Plaintext });
  await lab.write('after.enc', after.CiphertextBlob ?? '');

  const renewed = await kms.reEncrypt({ ...before, DestinationKeyId: 'alias/records' });
  await lab.write('renewed.enc', renewed.CiphertextBlob ?? '');

  await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 180 });

  // KMS does not rotate HMAC keys: a new key takes the alias, and the old one stays
  const { KeyMetadata } = await kms.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
  await kms.updateAlias({ AliasName: 'alias/tokens', TargetKeyId: KeyMetadata?.KeyId });
  const Message = await lab.read('ticket.txt');
  const { Mac } = await kms.generateMac({ KeyId: 'alias/tokens', MacAlgorithm: 'HMAC_SHA_256', Message });
  await lab.write('ticket-new.mac', Mac ?? '');
});
