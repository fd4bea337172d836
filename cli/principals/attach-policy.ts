import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { checkPolicy } from '../../core/policy/policy.ts';
import { Failure } from '../../local/failure.ts';
import { UsageError } from '../../local/options.ts';
import { command } from '../command.ts';
import { changePrincipals, type Document, type Identity, principalsOption } from './edit.ts';

export const attachPolicy = command({
  summary: 'give a policy to a user or a role',
  about: 'Gives an identity policy, beside those that are there. It is judged first, as KMS judges policies.',
  arguments: [{ name: 'FILE', about: 'the policy document, JSON; - for stdin' }],
  options: {
    to: {
      value: 'WHO',
      about: 'user/NAME, role/NAME, NAME of a user, or the ARN; ACCOUNT/NAME where several are named so',
    },
    ...principalsOption,
  },
  json: 'one object: arn, policies (how many there are now)',
  examples: [['kms principals attach policy decrypt.json --to alice', 'alice may do what it allows']],
  async run({ values: { to, json, ...place }, args: [file = ''] }) {
    if (to === undefined) throw new UsageError('--to is needed');
    const policy = await policyFrom(file);
    let told = { arn: '', policies: 0 };
    await changePrincipals(place, `the policy cannot be given to ${to}`, (document) => {
      const { arn, identity } = identityNamed(document, to);
      identity.policies = [...(identity.policies ?? []), policy];
      told = { arn, policies: identity.policies.length };
    });
    process.stdout.write(
      json ? `${JSON.stringify(told)}\n` : `${told.arn} has ${told.policies} identity policies now\n`,
    );
    return 0;
  },
});

const policyFrom = async (file: string): Promise<object> => {
  const given = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  const [problem] = checkPolicy(given, 'identity');
  if (problem === undefined) return JSON.parse(given) as object; // it was judged to be one
  throw new Failure({
    what: `${file} is not a policy that can be given`,
    why: [problem.where, problem.what].filter(Boolean).join(' '),
    hint: 'an identity policy names actions and resources, and no principals: docs/authorization.md',
  });
};

/** @throws {Failure} when nobody is named so, or several are */
const identityNamed = ({ accounts }: Document, wanted: string): { arn: string; identity: Identity } => {
  const all = accounts.flatMap(({ id, users = [], roles = [] }) => [
    ...users.map((identity) => ({ id, kind: 'user', identity })),
    ...roles.map((identity) => ({ id, kind: 'role', identity })),
  ]);
  const named = all.map(({ id, kind, identity }) => {
    const { name, path = '/' } = identity;
    const arn = `arn:aws:iam::${id}:${kind}${path}${name}`;
    const short = [...(kind === 'user' ? [name] : []), `${kind}/${name}`];
    return { arn, identity, names: [arn, ...short, ...short.map((one) => `${id}/${one}`)] };
  });
  const found = named.filter(({ names }) => names.includes(wanted));
  const [one, ...others] = found;
  if (one !== undefined && others.length === 0) return one;
  throw new Failure({
    what: others.length > 0 ? `several are named ${wanted}` : `nobody is named ${wanted}`,
    why: `there are ${(others.length > 0 ? found : named).map(({ arn }) => arn).join(', ')}`,
    hint: 'name one by its ARN',
  });
};
