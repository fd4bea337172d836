import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bringing, forEver } from '../importing.ts';
import type { Parameters } from '../requests.ts';
import { newRotatingRoots } from '../rotating-roots.ts';
import { newService, type Service } from '../service.ts';

let kms: Service;
let roots: ReturnType<typeof newRotatingRoots>;
beforeEach(async () => {
  roots = newRotatingRoots();
  kms = await newService({ keyring: roots.keyring });
});
afterEach(() => kms.close());

const newImport = async (): Promise<Parameters> => {
  const { KeyId } = await kms.newKey({ Origin: 'EXTERNAL' });
  return { ...(await bringing(kms, KeyId, randomBytes(32))), ...forEver };
};
const importWith = (members: Parameters) => kms.call('ImportKeyMaterial', members);

it('takes an import token of the root before for as long as that is there', async () => {
  const [inTime, late] = [await newImport(), await newImport()];
  roots.use([1, 2], 2);
  expect(await importWith(inTime)).toMatchObject({ status: 200 });
  roots.use([2], 2);
  expect(await importWith(late)).toMatchObject({ status: 400, __type: 'InvalidImportTokenException' });
});

it('takes one of a root that is to come into force', async () => {
  roots.use([1, 2], 2); // a function that was deployed before the one that imports
  const early = await newImport();
  roots.use([1, 2], 1);
  expect(await importWith(early)).toMatchObject({ status: 200 });
});

it.each([0, 3, 0xffff_ffff])('refuses one that says it is of root %d, which is not there', async (version) => {
  roots.use([1, 2], 2);
  const { ImportToken, ...rest } = await newImport();
  const token = Buffer.from(String(ImportToken), 'base64');
  token.writeUInt32BE(version, 1);
  expect(await importWith({ ...rest, ImportToken: token })).toMatchObject({
    status: 400,
    __type: 'InvalidImportTokenException',
  });
});
