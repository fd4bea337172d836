import { readFile } from 'node:fs/promises';
import { solution } from '../../lesson.ts';

export default solution(async (lab) => {
  // sorted and joined, both contexts are the text `tenantacmewest`
  const victim = { tenant: 'acmewest' };
  const forged = { tenant: 'acme', west: '' };
  await lab.write('forged.json', JSON.stringify(forged));

  await lab.write('toy-kms.ts', await readFile(new URL('toy-kms.ts', import.meta.url)));

  const kms = lab.as('alice');
  const Plaintext = Buffer.from('an offer');
  const { CiphertextBlob } = await kms.encrypt({ KeyId: 'alias/real', Plaintext, EncryptionContext: victim });
  await kms.decrypt({ CiphertextBlob, EncryptionContext: forged }).catch(({ name }) => lab.write('refusal.txt', name));
});
