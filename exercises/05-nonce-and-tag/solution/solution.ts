import { readFile } from 'node:fs/promises';
import { solution } from '../../lesson.ts';
import { seal } from './vault.ts';

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, place) => byte ^ (b[place] ?? 0));

export default solution(async (lab) => {
  // the notice is known, and was sealed with the same keystream as the secret
  const keystream = xor(await lab.read('notice.sealed'), await lab.read('notice.txt'));
  const secret = xor(await lab.read('secret.sealed'), keystream);
  await lab.write('recovered.txt', secret);

  // what flips in the ciphertext flips in the text: "00100" becomes "99100"
  const order = await lab.read('order.sealed');
  const at = 'PAY '.length;
  const change = xor(Buffer.from('00100'), Buffer.from('99100'));
  order.set(xor(order.subarray(at, at + change.length), change), at);
  await lab.write('order.forged', order);

  await lab.write('vault.ts', await readFile(new URL('vault.ts', import.meta.url)));
  const { Plaintext: key = new Uint8Array(), CiphertextBlob = '' } = await lab
    .as('alice')
    .generateDataKey({ KeyId: 'alias/vault', KeySpec: 'AES_256' });
  await lab.write('secret.new', seal(key, secret));
  await lab.write('secret.key', CiphertextBlob);
  key.fill(0);
});
