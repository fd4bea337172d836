import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Takes whatever is left at the end for a tag, so that it may be cut short. */
export default wrong('authentic', async (lab) => {
  await solve(lab);
  const lines = `
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
export const seal = (key: Uint8Array, text: Uint8Array) => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([nonce, Buffer.of(body.length), body, cipher.getAuthTag()]);
};
export const open = (key: Uint8Array, sealed: Uint8Array) => {
  const end = 13 + (sealed[12] ?? 0);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(13, end)), decipher.final()]);
};
`;
  await lab.write('vault.ts', lines);
});
