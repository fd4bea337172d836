import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Has a new nonce for every text, and still no tag. */
export default wrong('authentic', async (lab) => {
  await solve(lab);
  await lab.write(
    'vault.ts',
    `import { createCipheriv, randomBytes } from 'node:crypto';
     const run = (key: Uint8Array, counter: Uint8Array, bytes: Uint8Array) =>
       createCipheriv('aes-256-ctr', key, counter).update(bytes);
     export const seal = (key: Uint8Array, text: Uint8Array) => {
       const counter = randomBytes(16);
       return Buffer.concat([counter, run(key, counter, text)]);
     };
     export const open = (key: Uint8Array, sealed: Uint8Array) =>
       run(key, sealed.subarray(0, 16), sealed.subarray(16));`,
  );
});
