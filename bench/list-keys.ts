/** What does a page of ListKeys cost in an account with many keys? `node bench/list-keys.ts [--keys N] [--seconds N]` */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { answered, request } from './calls.ts';
import { fill, keyRecord } from './fill.ts';
import { cost } from './measure.ts';
import { openBarePipeline } from './pipeline.ts';
import { count, machine, machineLine, table } from './report.ts';

const { values } = parseArgs({
  options: { keys: { type: 'string', default: '100000' }, seconds: { type: 'string', default: '1' } },
});
const [keys, seconds] = [Number(values.keys), Number(values.seconds)];
const where = machine();
const limits = [100, 1000];

const folder = await mkdtemp(join(tmpdir(), 'kms-bench-'));
const { stores, caller, handler, close } = await openBarePipeline({ path: join(folder, 'db') });
const rows: string[][] = [];
try {
  const filledIn = await fill(keys, () => stores.keys.create(keyRecord(caller.accountId), undefined));
  process.stderr.write(`${count(keys)} keys written in ${filledIn.toFixed(0)} s\n`);

  const listKeys = handler('ListKeys');
  const list = async (input: object) => answered(listKeys(request(input)));
  /** Of every thousandth key. */
  const markers: unknown[] = [undefined];
  let listed = 0;
  const begin = performance.now();
  do {
    const { Keys, NextMarker } = await list({ Limit: 1000, Marker: markers.at(-1) });
    listed += (Keys as unknown[]).length; // ListKeys always answers with a list
    markers.push(NextMarker);
  } while (markers.at(-1) !== undefined);
  markers.pop();
  const walked = performance.now() - begin;
  if (listed !== keys) throw new Error(`${listed} keys were listed`);

  const places = { start: 0, middle: Math.floor(markers.length / 2), end: markers.length - 1 };
  for (const Limit of limits) {
    for (const [place, page] of Object.entries(places)) {
      const input = request({ Limit, Marker: markers[page] });
      const { cpuMicroseconds, wallMicroseconds } = await cost(() => answered(listKeys(input)), { seconds, batch: 1 });
      rows.push([place, count(Limit), (cpuMicroseconds / 1000).toFixed(2), (wallMicroseconds / 1000).toFixed(2)]);
    }
  }
  const upTo = await cost(() => stores.keys.count(caller.accountId, keys, new Date()), { seconds, batch: 1 });
  process.stdout.write(`${machineLine(where)}
${count(keys)} keys in one account, database on disk; the whole listing in pages of 1,000: ${(walked / 1000).toFixed(1)} s

${table(['page at the', 'of', 'CPU ms', 'wall ms'], rows)}

Counting them all for the quota, as the first CreateKey of a process does: ${count(upTo.wallMicroseconds / 1000)} ms.
`);
} finally {
  await close();
  await rm(folder, { recursive: true, force: true });
}
