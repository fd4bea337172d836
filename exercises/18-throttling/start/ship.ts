// Encrypts 40 events at once, each with a call of its own: a burst. In the work folder: . ./env && node ship.ts

import { writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { KMS } from '@aws-sdk/client-kms';
import { newRetrying, type Retrying, type Settings } from './retry.ts';

export const settings: Settings = {
  baseMs: 100,
  capMs: 4000,
  attempts: 12,
  budget: 300,
  random: Math.random,
  sleep: (ms) => setTimeout(ms),
};

const numbers = Array.from({ length: 40 }, (_, index) => index + 1);

/** @returns a line for each event: its number, and its ciphertext in base64 */
export const ship = async (kms: Pick<KMS, 'encrypt'>, retrying: Retrying): Promise<string> => {
  const lines = numbers.map(async (number) => {
    const Plaintext = Buffer.from(`event ${number}`);
    const { CiphertextBlob } = await retrying(() => kms.encrypt({ KeyId: 'alias/events', Plaintext }));
    return `${number} ${Buffer.from(CiphertextBlob ?? []).toString('base64')}\n`;
  });
  return (await Promise.all(lines)).join('');
};

if (import.meta.main) {
  const kms = new KMS({ maxAttempts: 1 }); // the SDK would try again by itself: here you do
  await writeFile('shipped.txt', await ship(kms, newRetrying(settings)));
  console.log(`shipped ${numbers.length} events`);
}
