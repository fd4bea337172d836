import { readFile } from 'node:fs/promises';
import { awsResourceQuotas, type ResourceQuotas } from '../core/model/quotas.ts';
import { awsRequestQuotas, type RequestQuotas } from '../core/model/request-quotas.ts';
import { broken, type Check, newFaults, object, optional, plainObject, withDefault } from './check.ts';
import { jsonFault } from './json-fault.ts';

/** How much there may be, and how often accounts may call: as often as they like without `requests`. */
export interface QuotaSettings {
  readonly resources: ResourceQuotas;
  readonly requests?: ((region: string) => RequestQuotas) | undefined;
}

/**
 * The quotas that `--quotas` asks for: `aws`, a file as docs/quotas.md describes it, or nothing.
 * @throws {Error} saying where the file is wrong
 */
export const readQuotas = async (asked: string | undefined): Promise<QuotaSettings> => {
  if (asked === undefined) return { resources: awsResourceQuotas };
  if (asked === 'aws') return { resources: awsResourceQuotas, requests: awsRequestQuotas };
  try {
    return parseQuotas(await readFile(asked, 'utf8'));
  } catch (cause) {
    throw new Error(`the quotas file ${asked}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
};

/** @throws {Error} saying where the text is wrong */
export const parseQuotas = (text: string): QuotaSettings => {
  const fault = jsonFault(text);
  if (fault) throw new Error(`line ${fault.line}, column ${fault.column}: not valid JSON`);
  const { resources, requests } = document(JSON.parse(text), []);
  if (requests === undefined) return { resources };
  const inForce = (region: string) => Object.entries({ ...awsRequestQuotas(region), ...requests });
  return {
    resources,
    requests: (region) =>
      Object.fromEntries(inForce(region).flatMap(([name, most]) => (most === null ? [] : [[name, most]]))),
  };
};

const wholeNumber: Check<number> = (value, path) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
    ? value
    : broken(path, 'must be a whole number of 1 or more');

const perSecond: Check<number | null> = (value, path) =>
  value === null || (typeof value === 'number' && Number.isFinite(value) && value > 0)
    ? value
    : broken(path, 'must be a number greater than 0, or null for no quota');

/** The names are those that AWS has in any Region. */
const requestQuotas: Check<Readonly<Record<string, number | null>>> = (value, path) => {
  const known = awsRequestQuotas('us-east-1');
  const faults = newFaults();
  const checked = Object.entries(plainObject(value, path)).map(([name, most]) => {
    const here = [...path, name];
    const check = Object.hasOwn(known, name) ? perSecond : unknown(Object.keys(known));
    return [name, faults.collect(() => check(most, here))] as const;
  });
  faults.end();
  return Object.fromEntries(checked.map(([name, most]) => [name, most ?? null])); // none had a fault
};

const unknown =
  (known: readonly string[]): Check<never> =>
  (_, path) =>
    broken(path, `is not known here; known: ${known.join(', ')}`);

const resourceQuotas = object<ResourceQuotas>({
  keys: withDefault(wholeNumber, awsResourceQuotas.keys),
  aliasesPerKey: withDefault(wholeNumber, awsResourceQuotas.aliasesPerKey),
  grantsPerKey: withDefault(wholeNumber, awsResourceQuotas.grantsPerKey),
});

const document = object<{
  readonly resources: ResourceQuotas;
  readonly requests: Readonly<Record<string, number | null>> | undefined;
}>({
  resources: withDefault(resourceQuotas, awsResourceQuotas),
  requests: optional(requestQuotas),
});
