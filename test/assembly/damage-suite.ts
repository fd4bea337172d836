import { expect, it } from 'vitest';
import { signedCalls } from '../e2e/signed-calls.ts';
import { type Assembly, deploy, type RunningStack } from './assembly.ts';
import { unusedRights } from './iam.ts';
import type { Resource, Template } from './template.ts';
import { admin, type World } from './world.ts';

/** That this would find what is wrong with a template: each of these deployments has one thing changed. */
export const damageSuite = (world: () => World): void => {
  const found = async <Result>(damage: (template: Template) => void, look: (damaged: Damaged) => Promise<Result>) => {
    const [stack] = world().synthesised.stacks;
    if (stack === undefined) throw new Error('there is no stack');
    const template: Template = structuredClone(stack.template);
    damage(template);
    const assembly = await deploy({ ...world().synthesised, stacks: [{ ...stack, template }] }, [admin]);
    const [home] = assembly.stacks;
    if (home === undefined) throw new Error('it was not deployed');
    const calls = await signedCalls(home.api.endpoint, admin);
    try {
      const call = (operation: string, members = {}) =>
        calls.send({ path: `/prod/${operation}`, service: 'execute-api', body: JSON.stringify(members) });
      return await look({ assembly, home, call });
    } finally {
      calls.close();
      await assembly.stop();
    }
  };

  it('fails a call whose function lacks a right, and says which', async () => {
    const takeAway = ({ Resources }: Template) => {
      for (const statement of statementsOf(Resources, 'Encrypt')) {
        if (Array.isArray(statement.Action))
          statement.Action = statement.Action.filter((each) => each !== 'dynamodb:Query');
      }
    };
    const { status, refused } = await found(takeAway, async ({ assembly, call }) => {
      const { KeyId } = (await call('CreateKey')).members.KeyMetadata;
      return { ...(await call('Encrypt', { KeyId, Plaintext: 'AAAA' })), refused: assembly.aws.refused };
    });
    expect(status).toBe(500);
    expect(refused[0]).toMatch(
      /is not authorized to perform: dynamodb:Query on resource: .*table\/serverless-kms-keys/,
    );
  });

  it('fails a call whose function lacks a variable, or has a wrong one', async () => {
    const variablesOf = ({ Resources }: Template) =>
      resourceOf(Resources, /^OperationsListKeys[0-9A-F]{8}$/).Properties.Environment.Variables;
    const drop = (template: Template) => delete variablesOf(template).KEYS_TABLE;
    const misname = (template: Template) => Object.assign(variablesOf(template), { KEYS_TABLE: 'serverless-kms-kyes' });
    const statusAfter = (damage: typeof misname) => found(damage, async ({ call }) => (await call('ListKeys')).status);
    expect(await statusAfter(drop)).toBe(502); // it does not even load
    expect(await statusAfter(misname)).toBe(500);
  });

  it('fails a call that the gateway may not hand on', async () => {
    const takeAway = ({ Resources }: Template) => {
      const [statement] = statementsOf(Resources, 'Gateway');
      if (Array.isArray(statement?.Resource)) statement.Resource.splice(0, 56);
    };
    expect(await found(takeAway, async ({ call }) => (await call('CreateKey')).status)).toBe(502);
  });

  it('tells of a right that nobody needs', async () => {
    const more = { Effect: 'Allow', Action: 's3:DeleteObject', Resource: '*' };
    const give = ({ Resources }: Template) => void statementsOf(Resources, 'GenerateRandom').push(more);
    const unused = await found(give, async ({ home, call }) => {
      expect((await call('GenerateRandom', { NumberOfBytes: 8 })).status).toBe(200);
      const { role, asked } = home.functionNamed('GenerateRandom').session;
      return unusedRights(role.rights, [...asked.values()]);
    });
    expect(unused).toMatchObject([{ action: 's3:DeleteObject' }]);
  });
};

interface Damaged {
  readonly assembly: Assembly;
  readonly home: RunningStack;
  call(operation: string, members?: object): ReturnType<Awaited<ReturnType<typeof signedCalls>>['send']>;
}

interface Statement {
  Action: string | string[];
  Resource: unknown;
}

/** Of the role of an operation. */
const statementsOf = (resources: Template['Resources'], name: string): Statement[] =>
  resourceOf(resources, new RegExp(`^Operations${name}(Role)?[0-9A-F]{8}$`), 'AWS::IAM::Role').Properties.Policies[0]
    .PolicyDocument.Statement;

const resourceOf = (resources: Template['Resources'], id: RegExp, type?: string): Resource => {
  const [, found] =
    Object.entries(resources).find(([each, { Type }]) => id.test(each) && (type ?? Type) === Type) ?? [];
  if (found === undefined) throw new Error(`no resource is called ${id}`);
  return found;
};
