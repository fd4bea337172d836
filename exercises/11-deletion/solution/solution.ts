import { solution } from '../../lesson.ts';

export default solution(async (lab) => {
  const kms = lab.as('alice');
  const KeyId = lab.fact('oldKey');

  // kms audit query --key "$OLD_KEY" --error none
  await lab.write('users.txt', ['bob', 'carol', 'backup'].map((name) => `${lab.arn(name)}\n`).join(''));

  await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  const payroll = { CiphertextBlob: await lab.read('payroll.enc'), EncryptionContext: { app: 'payroll' } };
  await lab
    .as('bob')
    .decrypt(payroll)
    .catch(({ message }) => lab.write('refusal.txt', message));
  await kms.cancelKeyDeletion({ KeyId });
  await kms.enableKey({ KeyId }); // it was disabled

  // the contexts are in the audit log, too
  const files = {
    'payroll.enc': { app: 'payroll' },
    'contract.enc': { contract: '17' },
    'backup.key': { job: 'nightly' },
  };
  for (const [file, context] of Object.entries(files)) {
    const { CiphertextBlob } = await kms.reEncrypt({
      CiphertextBlob: await lab.read(file),
      SourceEncryptionContext: context,
      DestinationKeyId: 'alias/new',
      DestinationEncryptionContext: context,
    });
    await lab.write(`moved/${file}`, CiphertextBlob ?? '');
  }

  await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  await lab.clock('+8d');
});
