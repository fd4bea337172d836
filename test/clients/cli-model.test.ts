import * as sdk from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { paginators, serviceModel } from '../../clients/cli-model/service-model.ts';
import { everyOperation } from '../requests.ts';

const model = serviceModel();

/** A shape as plain data: `string`, `['string']`, or members by name, in the order of their names. */
type Plain = string | readonly Plain[] | { readonly [member: string]: Plain };

const sorted = (members: readonly (readonly [string, Plain])[]): Plain =>
  Object.fromEntries([...members].sort(([a], [b]) => (a < b ? -1 : 1)));

/** The shape of the model; fails on a reference to nothing. */
const modelled = (name: string): Plain => {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`no shape ${name}`);
  if (shape.type === 'list') return [modelled(shape.member?.shape ?? '')];
  if (shape.type === 'map')
    return { [modelled(shape.key?.shape ?? '').toString()]: modelled(shape.value?.shape ?? '') };
  if (shape.type !== 'structure') return shape.type;
  return sorted(Object.entries(shape.members ?? {}).map(([member, { shape: of }]) => [member, modelled(of)]));
};

/** The same of a schema of the AWS SDK: a number for simple types, an array for others, or a function that gives one. */
const plainTypes: Readonly<Record<number, Plain>> = {
  0: 'string',
  1: 'integer',
  2: 'boolean',
  4: 'timestamp',
  21: 'blob',
  64: ['string'],
  128: { string: 'string' },
};
type Schema = number | readonly unknown[] | (() => Schema) | 'unit';
const schemaOf = (schema: unknown): Plain => {
  const given = schema as Schema; // as the SDK makes them
  if (given === 'unit') return {};
  if (typeof given === 'function') return schemaOf(given());
  if (typeof given === 'number') return plainTypes[given] ?? `unknown ${given}`;
  if (given.length === 2) return schemaOf(given[0]); // with traits of the member
  const [kind, , , , names, types] = given;
  if (kind === 0) return schemaOf(names); // a simple type with traits of its own
  if (kind === 1) return [schemaOf(names)];
  if (kind !== 3 || !Array.isArray(names) || !Array.isArray(types)) return `unknown ${kind}`;
  return sorted(names.map((name: string, i) => [name, schemaOf(types[i])]));
};
const schemas = new Map<string, unknown>(Object.entries(sdk));
const operationSchema = (name: string) => {
  const [, , , , input, output] = schemas.get(`${name}$`) as typeof sdk.Encrypt$; // every operation has one
  return { input, output };
};
const requiredOf = (input: unknown): unknown => {
  const [, , , , names = [], , count = 0] = (input as () => [0, 0, 0, 0, string[], 0, number])(); // the first so many
  return names.slice(0, count).sort();
};

describe('the service model for the AWS CLI and boto3', () => {
  it.each(everyOperation)('%s has its path, and the input that the AWS SDK sends', (name) => {
    const { http, input } = model.operations[name] ?? {};
    expect(http).toEqual({ method: 'POST', requestUri: `/${name}` });
    const schema = operationSchema(name);
    expect(modelled(input?.shape ?? '')).toEqual(schemaOf(schema.input));
  });

  it.each(everyOperation)('%s needs what the AWS SDK calls required', (name) => {
    const required = model.shapes[model.operations[name]?.input.shape ?? '']?.required ?? [];
    expect([...required].sort()).toEqual(requiredOf(operationSchema(name).input));
  });

  it.each(everyOperation)('%s has the answer that the AWS SDK reads', (name) => {
    const { output } = model.operations[name] ?? {};
    expect(output ? modelled(output.shape) : {}).toEqual(schemaOf(operationSchema(name).output));
  });

  it('has every error that programs may catch', () => {
    const exceptions = Object.keys(sdk).filter((name) => name.endsWith('Exception') && name !== 'KMSServiceException');
    expect(exceptions.length).toBeGreaterThan(40);
    expect(exceptions.filter((name) => model.shapes[name]?.exception !== true)).toEqual([]);
  });

  it('signs for execute-api, in a protocol that has paths', () => {
    expect(model.metadata).toMatchObject({ protocol: 'rest-json', signingName: 'execute-api', serviceId: 'KMS' });
  });

  it('walks pages of the operations that have them', () => {
    expect(Object.keys(paginators().pagination).sort()).toEqual(
      everyOperation.flatMap(([name, { page }]) => (page ? [name] : [])).sort(),
    );
    expect(paginators().pagination).toMatchObject({
      ListKeys: { result_key: 'Keys' },
      ListAliases: { result_key: 'Aliases' },
      ListGrants: { result_key: 'Grants' },
      ListKeyPolicies: { result_key: 'PolicyNames' },
    });
  });

  it('holds facts, and no sentences of others', () => {
    const documentation = Object.values(model.operations).map((operation) => operation.documentation);
    expect(documentation.every((text) => /^https:\S+$/.test(text))).toBe(true);
    expect(JSON.stringify(model.shapes)).not.toContain('documentation');
  });
});
