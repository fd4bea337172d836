import type { Principal } from '../../local/principals.ts';
import type { ApiGateway } from '../gateway/api-gateway.ts';
import { type AwsGateway, startAwsGateway } from './aws-gateway.ts';
import { type Clock, newClock } from './clock.ts';
import { type Deployed, deployFunction } from './deployed-function.ts';
import { startFrontDoor } from './front-door.ts';
import type { Invoke } from './functions.ts';
import { rolesOf } from './iam.ts';
import { makeStores } from './make-stores.ts';
import { newSession, type Session } from './sessions.ts';
import type { Synthesised } from './synthesised.ts';
import { type MadeStack, make } from './template.ts';

/** The account that everything is deployed to. */
export const account = '111122223333';

/** A stack that runs here. */
export interface RunningStack extends MadeStack {
  readonly api: ApiGateway;
  readonly functions: ReadonlyMap<string, Deployed>;
  /** By its name or ARN. */
  functionOf(name: string): Deployed;
  /** By the name of its operation or schedule. */
  functionNamed(name: string): Deployed;
}

export interface Assembly {
  readonly aws: AwsGateway;
  readonly clock: Clock;
  /** The home Region's first. */
  readonly stacks: readonly RunningStack[];
  readonly sessions: readonly Session[];
  stop(): Promise<void>;
}

/**
 * Deploys what was synthesised to this machine: tables, queues and buckets as the templates have them, every function with
 * its bundle, its environment and its role, and AWS in front of all, which lets nobody do what his role does not allow.
 */
export const deploy = async (synthesised: Synthesised, principals: readonly Principal[]): Promise<Assembly> => {
  const clock = newClock();
  const parts = synthesised.stacks.map((stack) => ({ stack, made: make(stack.template, { ...stack, account }) }));
  const sessions: Session[] = [];
  const running: RunningStack[] = [];
  const sessionsByRole = new Map<string, Session>();
  for (const { made } of parts) {
    for (const role of rolesOf(made)) {
      const session = newSession(role, account, role.name.slice(0, 30), made.region);
      sessions.push(session);
      sessionsByRole.set(role.arn, session);
    }
  }
  const sessionOf = (roleArn: string): Session => {
    const found = sessionsByRole.get(roleArn);
    if (found === undefined) throw new Error(`there is no role ${roleArn}`);
    return found;
  };
  const aws = await startAwsGateway({
    stacks: parts.map(({ made }) => made),
    sessions,
    invoke: async (region, name, event) => {
      const stack = running.find((each) => each.region === region);
      if (stack === undefined) throw new Error(`there is no function ${name} in ${region}`);
      return stack.functionOf(name).invoke(event);
    },
  });
  for (const { stack, made } of parts) {
    await makeStores(made, aws);
    const functions = new Map<string, Deployed>();
    const functionOf = (name: string): Deployed => {
      const found = functions.get(name.replace(/^arn:.*:/, ''));
      if (found === undefined) throw new Error(`there is no function ${name}`);
      return found;
    };
    const invoke: Invoke = (name, event) => functionOf(name).invoke(event);
    const api = await startFrontDoor({
      stack: made,
      principals: [...principals, ...sessions],
      invoke,
      sessionOf,
      note: ({ accessKeyId }, ask) => {
        const session = sessions.find((each) => each.accessKeyId === accessKeyId);
        session?.asked.set(`${ask.action} ${ask.resource}`, ask);
      },
      require: (session, resource) => aws.require(session, { action: 'lambda:InvokeFunction', resource }),
    });
    for (const fn of made.ofType('AWS::Lambda::Function')) {
      const session = sessionOf(fn.properties.Role);
      functions.set(fn.name, deployFunction(fn, { stack, made, session, aws, api, clock }));
    }
    const functionNamed = (name: string): Deployed => {
      const found = [...functions.values()].find((fn) => fn.made.properties.Description === `KMS ${name}`);
      if (found === undefined) throw new Error(`there is no function for ${name}`);
      return found;
    };
    running.push({ ...made, api, functions, functionOf, functionNamed });
  }
  return {
    aws,
    clock,
    stacks: running,
    sessions,
    async stop() {
      for (const { api } of running) await api.close();
      await aws.stop();
    },
  };
};
