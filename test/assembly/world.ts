import { RemovalPolicy } from 'aws-cdk-lib';
import type { Principal } from '../../local/principals.ts';
import { type Answer, type SignedCalls, signedCalls } from '../e2e/signed-calls.ts';
import { type Assembly, account, deploy, type RunningStack } from './assembly.ts';
import { type Synthesised, synthesise } from './synthesised.ts';

export const homeRegion = 'us-east-1';
export const sisterRegion = 'eu-west-1';
export const otherAccount = '444455556666';

const invoke = (...paths: readonly string[]) => ({
  Version: '2012-10-17',
  Statement: paths.map((path) => ({
    Effect: 'Allow',
    Action: 'execute-api:Invoke',
    Resource: `arn:aws:execute-api:*:${account}:*/prod/POST/${path}`,
  })),
});

const user = (name: string, policy: object, accountId = account): Principal => ({
  type: 'IAMUser',
  accountId,
  arn: `arn:aws:iam::${accountId}:user/${name}`,
  principalId: `AIDAEXAMPLE${name.toUpperCase()}`,
  userName: name,
  accessKeyId: `AKIAEXAMPLE${name.toUpperCase()}`,
  secretAccessKey: `only-for-tests-${name}`,
  tags: {},
  policies: [policy],
});

/** May call every operation. */
export const admin = user('admin', invoke('*'));
/** May call every operation too; keys are another matter. */
export const clerk = user('clerk', invoke('*'));
/** May only encrypt. */
export const sender = user('sender', invoke('Encrypt'));
/** Is named by `-c routerCallers`. */
export const relay = user('relay', invoke(''));
/** Of an account that `-c trustedAccounts` names. */
export const partner = user('partner', invoke('*'), otherAccount);
/** Of another. */
export const stranger = user('stranger', invoke('*'), '999900001111');

const principals = [admin, clerk, sender, relay, partner, stranger];

export const switches = {
  replicaRegions: sisterRegion,
  trustedAccounts: otherAccount,
  routerCallers: relay.arn,
};

/** Made by the deployment itself. */
const keyOfStack = { description: 'of the stack', removalPolicy: RemovalPolicy.DESTROY } as const;

/** Calls an operation as somebody, by its path. */
export type Call = (operation: string, members?: object) => Promise<Answer>;

/** An installation of two Regions, deployed to this machine, and people who use it. */
export interface World extends Assembly {
  readonly synthesised: Synthesised;
  readonly home: RunningStack;
  readonly sister: RunningStack;
  as(principal: Principal, stack?: RunningStack): Call;
  /** By `POST /` and the target. */
  byTarget(principal: Principal): Call;
}

export const newWorld = async (): Promise<World> => {
  const synthesised = await synthesise(switches, homeRegion, (stack) => void stack.kms.key('Key', keyOfStack));
  const assembly = await deploy(synthesised, principals);
  const [home, sister] = assembly.stacks;
  if (home === undefined || sister === undefined) throw new Error('there are to be two stacks');
  const signers = new Map<string, SignedCalls>();
  for (const stack of [home, sister]) {
    for (const each of principals)
      signers.set(`${each.arn} ${stack.region}`, await signedCalls(stack.api.endpoint, each));
  }
  const signerOf = (principal: Principal, { region }: RunningStack): SignedCalls => {
    const signer = signers.get(`${principal.arn} ${region}`);
    if (signer === undefined) throw new Error(`who is ${principal.arn}?`);
    return signer;
  };
  return {
    ...assembly,
    synthesised,
    home,
    sister,
    byTarget: (principal) => {
      const signer = signerOf(principal, home);
      return (operation, members = {}) =>
        signer.send({
          path: `/${home.api.api.stage}/`,
          body: JSON.stringify(members),
          service: 'execute-api',
          operation,
        });
    },
    as(principal, stack = home) {
      const { region, api } = stack;
      const signer = signerOf(principal, stack);
      return (operation, members = {}) =>
        signer.send({
          path: `/${api.api.stage}/${operation}`,
          body: JSON.stringify(members),
          service: 'execute-api',
          region,
        });
    },
    async stop() {
      for (const { close } of signers.values()) close();
      await assembly.stop();
      await synthesised.remove();
    },
  };
};
