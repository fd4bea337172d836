import { readFile, writeFile } from 'node:fs/promises';
import type { Members, Shape } from '../core/model/shapes.ts';
import type { KeyTarget, Operation } from '../lambdas/operation.ts';
import { operations } from '../lambdas/operations/index.ts';
import { storesOf, usesOf } from '../lambdas/pipeline/uses.ts';
import { namesOf } from '../stores/ports.ts';
import { costPage } from './cost-page.ts';

/** Writes docs/operations.md from the declarations, and docs/cost.md from the prices; with `--check`, fails when one is stale. */

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;

const bounds = ({ min, max }: { readonly min?: number; readonly max?: number }) =>
  min === undefined && max === undefined ? '' : ` ${min ?? 0} to ${max?.toLocaleString('en-US') ?? 'any'}`;

const describe = (shape: Shape): string => {
  switch (shape.type) {
    case 'string': {
      if (shape.values) return shape.values.map(code).join(', ');
      return `string,${bounds(shape)} characters${shape.pattern ? ` of ${code(shape.pattern)}` : ''}`;
    }
    case 'blob':
      return `blob,${bounds(shape)} bytes`;
    case 'integer':
      return `integer,${bounds(shape)}`;
    case 'boolean':
      return 'boolean';
    case 'timestamp':
      return 'timestamp, seconds since the epoch';
    case 'map':
      return 'map of strings';
    case 'list':
      return `list${bounds(shape)} of ${describe(shape.of)}`;
    case 'structure':
      return `structure of ${Object.keys(shape.members).map(code).join(', ')}`;
  }
};

const presence = (shape: Shape): string => {
  if (shape.refused) return `refused: ${shape.refused}`;
  if ('default' in shape && shape.default !== undefined) return `default ${code(JSON.stringify(shape.default))}`;
  return shape.optional ? 'optional' : 'required';
};

const memberRows = (members: Members) =>
  Object.entries(members).map(([name, shape]) => `| ${code(name)} | ${describe(shape)} | ${presence(shape)} |`);

const keyLine = (operation: Operation, name: string, target: KeyTarget): string => {
  const forms = { too: 'key id, key ARN, alias name or alias ARN', only: 'alias name' } as const;
  const algorithm =
    typeof target.algorithm === 'object'
      ? code(target.algorithm.is)
      : target.algorithm && `that of ${code(target.algorithm)}`;
  const facts = [
    `${code(target.from)} by ${target.byAlias ? forms[target.byAlias] : 'key id or key ARN'}`,
    target.byGrant &&
      `with a grant on it by ${code(target.byGrant.id)}; or both by ${code(target.byGrant.token)}; the grant decides who may`,
    target.orIn && `or the ciphertext in ${code(target.orIn)}`,
    target.permission === null
      ? 'no permission on the key'
      : `permission ${code(`kms:${target.permission ?? operation.name}`)}`,
    target.usage && `usage ${code(target.usage)}`,
    algorithm && `algorithm ${algorithm}`,
    target.type && `${target.type} keys only`,
    target.manager && 'customer managed keys only',
    target.origins && `origin ${target.origins.map(code).join(', ')}`,
    target.region && `in the Region of ${code(target.region)}`,
    target.multiRegion?.startsWith('primary') && 'multi-Region primary keys only',
    target.multiRegion === 'no replica' && 'not for multi-Region replicas',
    `states ${target.states ? target.states.map(code).join(', ') : 'all'}`,
  ];
  return `- Key ${code(name)}: ${facts.filter(Boolean).join('; ')}.`;
};

const recipientLines = ({ recipient }: Operation): string[] => {
  if (recipient === undefined) return [];
  const { from, replaces, omits = [] } = recipient;
  const without = omits.length === 0 ? '' : `, without ${omits.map(code).join(', ')}`;
  return [`- With ${code(from)}: ${code('CiphertextForRecipient')} in place of ${code(replaces)}${without}.`];
};

const section = (operation: Operation): string => {
  const { name, input, keys, audit } = operation;
  const uses = usesOf(operation);
  const functions = storesOf(uses);
  const tables = namesOf(functions).map((store) => `${code(store)} (${functions[store]?.join(', ')})`);
  const others = [uses.material && 'key material', uses.regions && 'related keys in other Regions'];
  const material = [...tables, ...others.filter((used) => used !== undefined)];
  const keyLines = Object.entries(keys).map(([key, target]) => keyLine(operation, key, target));
  return [
    `## ${name}`,
    `[AWS: ${name}](https://docs.aws.amazon.com/kms/latest/APIReference/API_${name}.html)`,
    [
      ...(operation.refused === undefined ? [] : [`- Refused: ${operation.refused}`]),
      ...(keyLines.length > 0 ? keyLines : [`- No key; permission ${code(`kms:${name}`)}.`]),
      ...recipientLines(operation),
      `- Uses ${material.length > 0 ? material.join(', ') : 'nothing stored'}; audited as ${audit.readOnly ? 'read only' : 'a change'}.`,
    ].join('\n'),
    ['| member | form | |', '| --- | --- | --- |', ...memberRows(input)].join('\n'),
  ].join('\n\n');
};

const all: readonly Operation[] = operations;
const refused = all.filter((operation) => operation.refused !== undefined);
const refusedLine = refused.length === 0 ? '' : ` ${refused.length} of them are refused whatever the input.`;

const text = `${[
  '# Operations',
  'Made by `npm run docs` from the declarations in `lambdas/operations`; do not edit.',
  `${operations.length} operations: ${operations.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(', ')}.${refusedLine}`,
  ...operations.map(section),
].join('\n\n')}\n`;

for (const [name, content] of [
  ['docs/operations.md', text],
  ['docs/cost.md', costPage()],
] as const) {
  const page = new URL(`../${name}`, import.meta.url);
  if (!process.argv.includes('--check')) await writeFile(page, content);
  else if ((await readFile(page, 'utf8').catch(() => '')) !== content) {
    console.error(`${name} is stale: run \`npm run docs\``);
    process.exitCode = 1;
  }
}
