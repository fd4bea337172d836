/** What does a Decrypt cost that only a grant allows, among many on the key? `node bench/grants.ts [--seconds N]` */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { GrantRecord } from '../core/model/grant.ts';
import { answered, request } from './calls.ts';
import { fill, keyRecord } from './fill.ts';
import { cost } from './measure.ts';
import { openBarePipeline } from './pipeline.ts';
import { count, machine, machineLine, table } from './report.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1' } } });
const seconds = Number(values.seconds);
const where = machine();

const { stores, caller, keyring, handler, close } = await openBarePipeline({ mayAll: false });
const { accountId } = caller;

/** A key with so many grants, of which `own` are the caller's, and a request that they allow. */
const prepare = async (grants: number, own: number) => {
  const record = keyRecord(accountId);
  const material = await keyring.newMaterial(record);
  const { KeyMaterialId } = material;
  const materials = [{ KeyMaterialId, KeyMaterialState: 'CURRENT' }] as const;
  await stores.keys.create({ ...record, currentKeyMaterialId: KeyMaterialId, materials }, material);
  await fill(grants, (i) => {
    const grant: GrantRecord = {
      KeyId: record.KeyId,
      GrantId: randomBytes(32).toString('hex'),
      KeyAccountId: accountId,
      AccountId: accountId,
      CreationDate: new Date(),
      GranteePrincipal: i < own ? caller.arn : `arn:aws:iam::${accountId}:role/role-${i}`,
      Operations: ['Encrypt', 'Decrypt'],
    };
    return stores.grants.create(grant);
  });
  const Plaintext = randomBytes(32).toString('base64');
  const { CiphertextBlob } = await answered(handler('Encrypt')(request({ KeyId: record.KeyId, Plaintext })));
  return request({ CiphertextBlob });
};

const rows: string[][] = [];
try {
  const decrypt = handler('Decrypt');
  const cases = [
    [1, 1],
    [100, 1],
    [10_000, 1],
    [50_000, 1],
    [10, 10],
    [1000, 1000],
    [10_000, 10_000],
  ] as const;
  for (const [grants, own] of cases) {
    const input = await prepare(grants, own);
    const { cpuMicroseconds, wallMicroseconds } = await cost(() => answered(decrypt(input)), { seconds, batch: 1 });
    rows.push([`${count(grants)}`, count(own), count(cpuMicroseconds), count(wallMicroseconds)]);
  }
} finally {
  await close();
}

process.stdout.write(`${machineLine(where)}
Decrypt in the bare pipeline, database in memory, allowed by a grant and nothing else.

${table(['grants on the key', "the caller's", 'CPU µs', 'wall µs'], rows)}
`);
