import { resolve } from 'node:path';
import { importedMaterialId } from '../../core/crypto/key-import.ts';
import { checkKeyPolicy } from '../../core/model/key-policy.ts';
import type { Tag } from '../../core/model/key-record.ts';
import { chooseKeySpec, type KeySpec, type KeyUsage, type Origin, specOf } from '../../core/model/key-specs.ts';
import { checkPolicy } from '../../core/policy/policy.ts';
import { createKey } from '../../lambdas/operations/create-key.ts';
import { enableKeyRotation } from '../../lambdas/operations/enable-key-rotation.ts';
import { broken, newFaults, type Path } from '../check.ts';
import { checkAs, memberOf, textWithin } from './bounds.ts';
import { readBeside, readMaterial } from './material.ts';
import type { KeyDocument } from './schema.ts';

/** A key as a seed wants it; what is undefined the seed leaves open. */
export interface SeedKey {
  readonly KeyId: string;
  readonly AccountId: string;
  readonly region: string;
  readonly KeySpec: KeySpec;
  readonly KeyUsage: KeyUsage;
  readonly Origin: Origin;
  readonly MultiRegion: boolean;
  readonly Description: string | undefined;
  readonly enabled: boolean | undefined;
  readonly Policy: string | undefined;
  readonly Tags: readonly Tag[];
  readonly aliases: readonly string[];
  readonly rotationPeriodDays: number | undefined;
  readonly CreationDate: Date | undefined;
  /** In the form of `readImportedMaterial`; whoever has the key wipes it. */
  readonly material: Buffer | undefined;
  /** Of `material`. */
  readonly KeyMaterialId: string | undefined;
}

/** What a key has that does not name its own. */
export interface SeedDefaults {
  readonly account: string;
  readonly region: string;
}

/**
 * Judges a key of a seed by the rules of CreateKey and of the calls that would give it the rest.
 *
 * @param folder what paths of files are relative to
 * @throws {FaultyError}
 */
export const seedKey = (document: KeyDocument, defaults: SeedDefaults, folder: string, path: Path): SeedKey => {
  const { keyId: KeyId, account = defaults.account, region = defaults.region, origin: Origin } = document;
  const { KeySpec, KeyUsage } = checkAs(path, () => {
    const asked = { KeySpec: document.keySpec, KeyUsage: document.keyUsage, Origin };
    createKey.check?.(asked, region);
    return chooseKeySpec(asked, region);
  });
  const faults = newFaults();
  faults.collect(() => checkRotation(document, KeySpec, path));
  faults.collect(() => checkEnabled(document, path));
  const Policy = faults.collect(() => policyText(document.policy, folder, [...path, 'policy']));
  const material = faults.collect(
    () => document.material && readMaterial(document.material, KeySpec, folder, [...path, 'material']),
  );
  faults.end();
  return {
    KeyId,
    AccountId: account,
    region,
    KeySpec,
    KeyUsage,
    Origin,
    MultiRegion: KeyId.startsWith('mrk-'),
    Description: document.description,
    enabled: document.enabled,
    Policy,
    Tags: document.tags,
    aliases: document.aliases,
    rotationPeriodDays: document.rotationPeriodInDays,
    CreationDate: document.creationDate,
    material,
    KeyMaterialId: material && importedMaterialId(KeyId, material),
  };
};

const checkRotation = ({ rotationPeriodInDays, origin }: KeyDocument, KeySpec: KeySpec, path: Path): void => {
  const { type, origins } = enableKeyRotation.keys.key ?? {};
  const rotates = specOf(KeySpec).type === type && origins?.includes(origin);
  if (rotationPeriodInDays === undefined || rotates) return;
  broken([...path, 'rotationPeriodInDays'], `is for ${type} keys of origin ${origins?.join(' or ')}`);
};

const checkEnabled = ({ enabled, origin, material }: KeyDocument, path: Path): void => {
  if (enabled === undefined || origin !== 'EXTERNAL' || material !== undefined) return;
  broken([...path, 'enabled'], 'is for keys with material; this one waits for its import');
};

const policyText = (policy: KeyDocument['policy'], folder: string, path: Path): string | undefined => {
  if (policy === undefined) return undefined;
  const given =
    typeof policy === 'string'
      ? readBeside(resolve(folder, policy), path).toString('utf8')
      : JSON.stringify(policy, undefined, 2);
  const document = textWithin(memberOf(createKey, 'Policy'))(given, path);
  checkAs(path, () => checkKeyPolicy(document));
  const [problem] = checkPolicy(document, 'key');
  return problem ? broken(path, `is malformed: ${problem.message}`) : document;
};
