// Seals every line of letters.txt by itself, and opens them again. In the work folder:
//
//     . ./env && node archive.ts seal && node archive.ts open

import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { KMS } from '@aws-sdk/client-kms';
import { type DataKeyService, type DataKeys, type Limits, newDataKeys } from './cache.ts';

export const limits: Limits = { messages: 10, bytes: 2500, ageMs: 5 * 60_000 };

/** What sealed.json is. `run` is the encryption context of its data keys, so that the audit log tells runs apart. */
export interface Archive {
  readonly run: string;
  /** All in base64. */
  readonly letters: readonly { readonly key: string; readonly sealed: string }[];
}

type Client = Pick<KMS, 'generateDataKey' | 'decrypt'>;

/** KMS for one run. */
export const serviceOf = (kms: Client, run: string): DataKeyService => ({
  async generate() {
    const answer = await kms.generateDataKey({
      KeyId: 'alias/archive',
      KeySpec: 'AES_256',
      EncryptionContext: { run },
    });
    return { clear: answer.Plaintext ?? new Uint8Array(), wrapped: answer.CiphertextBlob ?? new Uint8Array() };
  },
  async unwrap(CiphertextBlob) {
    const { Plaintext } = await kms.decrypt({ KeyId: 'alias/archive', CiphertextBlob, EncryptionContext: { run } });
    return Plaintext ?? new Uint8Array();
  },
});

/** @returns 12 bytes of nonce, the ciphertext, 16 bytes of tag */
const seal = (key: Uint8Array, text: Uint8Array): Buffer => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
};

const open = (key: Uint8Array, sealed: Uint8Array): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export const sealAll = async (dataKeys: DataKeys, run: string, lines: readonly string[]): Promise<Archive> => {
  const letters: Archive['letters'][number][] = [];
  for (const line of lines) {
    const text = Buffer.from(line);
    const { clear, wrapped } = await dataKeys.toSeal(text.length);
    letters.push({ key: base64(wrapped), sealed: base64(seal(clear, text)) });
  }
  return { run, letters };
};

export const openAll = async (dataKeys: DataKeys, { letters }: Archive): Promise<readonly string[]> => {
  const lines: string[] = [];
  for (const { key, sealed } of letters) {
    lines.push(open(await dataKeys.toOpen(Buffer.from(key, 'base64')), Buffer.from(sealed, 'base64')).toString());
  }
  return lines;
};

if (import.meta.main) {
  const kms = new KMS();
  if (process.argv[2] === 'open') {
    const archive: Archive = JSON.parse(await readFile('sealed.json', 'utf8'));
    const lines = await openAll(newDataKeys(serviceOf(kms, archive.run), limits, Date.now), archive);
    await writeFile('opened.txt', lines.map((line) => `${line}\n`).join(''));
  } else {
    const run = randomUUID();
    const lines = (await readFile('letters.txt', 'utf8')).split('\n').filter(Boolean);
    const archive = await sealAll(newDataKeys(serviceOf(kms, run), limits, Date.now), run, lines);
    await writeFile('sealed.json', JSON.stringify(archive, undefined, 1));
    const keys = new Set(archive.letters.map(({ key }) => key));
    console.log(`${lines.length} letters under ${keys.size} data keys`);
  }
}
