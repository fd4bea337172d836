/**
 * Does Encrypt become slower as the data grows? `npm run bench -- growth [--seconds N] [--most N]`; of grants,
 * `npm run bench -- grants` tells it, where they decide.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rotateTo } from '../core/model/key-materials.ts';
import { answered, request } from './calls.ts';
import { fill, keyRecord } from './fill.ts';
import { cost } from './measure.ts';
import { openBarePipeline } from './pipeline.ts';
import { count, machine, machineLine, table } from './report.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '1' }, most: { type: 'string', default: '100000' } },
});
const [seconds, most] = [Number(values.seconds), Number(values.most)];
const sizes = {
  'keys in the account': [10, 1000, 10_000, 100_000],
  'old materials of the key': [0, 10, 100],
} as const;

const where = machine();
const folder = await mkdtemp(join(tmpdir(), 'kms-bench-'));
const { stores, caller, keyring, handler, close } = await openBarePipeline({ path: join(folder, 'db') });
const rows: string[][] = [];
const Plaintext = randomBytes(32).toString('base64');
const encrypt = handler('Encrypt');

const newKey = async (): Promise<string> => {
  const { KeyMetadata } = await answered(handler('CreateKey')(request({})));
  return (KeyMetadata as { KeyId: string }).KeyId; // a required member of the answer
};

/** Makes one more of what grows. */
const growth: Readonly<Record<keyof typeof sizes, (KeyId: string) => () => Promise<unknown>>> = {
  'keys in the account': () => () => stores.keys.create(keyRecord(caller.accountId), undefined),
  'old materials of the key': (KeyId) => () => rotate(KeyId),
};

/** As the schedule does: on demand there is a limit. */
const rotate = async (KeyId: string) => {
  const record = await stores.keys.get(KeyId);
  if (record === undefined) throw new Error('the key was made above');
  const material = await keyring.newMaterial(record);
  const change = rotateTo(record, material.KeyMaterialId, { date: new Date(), type: 'AUTOMATIC' }, randomUUID());
  await stores.keys.update(record, change, material);
};

try {
  for (const [what, counts] of Object.entries(sizes) as [keyof typeof sizes, readonly number[]][]) {
    const KeyId = await newKey();
    let there = 0;
    for (const size of counts.filter((each) => each <= most)) {
      process.stderr.write(`${count(size)} ${what} …\n`);
      const make = growth[what](KeyId);
      // Rotations of one key follow each other; what is another key can be written beside it.
      if (what === 'old materials of the key') for (; there < size; there += 1) await make();
      else await fill(size - there, make);
      there = size;
      const begin = performance.now();
      await answered(encrypt(request({ KeyId, Plaintext })));
      const firstMs = performance.now() - begin;
      const input = () => request({ KeyId, Plaintext });
      const { cpuMicroseconds, wallMicroseconds } = await cost(() => answered(encrypt(input())), { seconds });
      rows.push([what, count(size), firstMs.toFixed(1), cpuMicroseconds.toFixed(0), wallMicroseconds.toFixed(0)]);
    }
  }
} finally {
  await close();
  await rm(folder, { recursive: true, force: true });
}

process.stdout.write(`${machineLine(where)}
Encrypt in the bare pipeline, database on disk, allowed by the caller's own policies.

${table(['what there is', 'how many', 'first call ms', 'CPU µs', 'wall µs'], rows)}
`);
