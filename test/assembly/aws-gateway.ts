import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { CompiledPolicy } from '../../core/policy/policy.ts';
import { type Aws, forward, startAws } from '../lambdas/audit/aws.ts';
import { type Answer, refusal, s3Refusal } from './answers.ts';
import { type AwsRequest, asksOf } from './asks.ts';
import type { Invoke } from './functions.ts';
import { type Ask, refusalOf, resourcePoliciesOf } from './iam.ts';
import { newRootKms } from './root-kms.ts';
import { newSecrets } from './secrets.ts';
import type { Session } from './sessions.ts';
import type { MadeStack } from './template.ts';

export interface AwsGatewayOptions {
  readonly stacks: readonly MadeStack[];
  readonly sessions: readonly Session[];
  /** Runs a function of a Region. */
  readonly invoke: (region: string, ...call: Parameters<Invoke>) => ReturnType<Invoke>;
}

/** The services of AWS that functions call, behind IAM: what the role of the caller may not do is refused. */
export interface AwsGateway {
  readonly endpoint: string;
  /** Of each Region: what is behind, where things can go wrong. */
  readonly behind: ReadonlyMap<string, Aws>;
  /** What was refused, and what nobody here understands, in words. */
  readonly refused: string[];
  /** Judges a call that AWS itself makes in the role of a function. @throws {Error} when the role may not */
  require(session: Session, ask: Ask): void;
  policyOf(arn: string): CompiledPolicy<'endpoint'> | undefined;
  readonly secrets: ReturnType<typeof newSecrets>;
  stop(): Promise<void>;
}

export const startAwsGateway = async ({ stacks, sessions, invoke }: AwsGatewayOptions): Promise<AwsGateway> => {
  const behind = new Map<string, Aws>();
  for (const { region } of stacks) behind.set(region, await startAws(region));
  const policies = new Map(stacks.flatMap((stack) => [...resourcePoliciesOf(stack)]));
  const policyOf = (arn: string) => policies.get(arn) ?? policies.get(arn.replace(/\/.*$/, ''));
  const bySession = new Map(sessions.map((session) => [session.accessKeyId, session]));
  const secrets = newSecrets(stacks);
  const rootKms = newRootKms(stacks);
  const refused: string[] = [];

  const judge = (session: Session, ask: Ask): string | undefined => {
    const why = refusalOf(session, session.role.policies, ask, policyOf(ask.resource));
    if (why === undefined) session.asked.set(`${ask.action} ${ask.resource}`, ask);
    else refused.push(why);
    return why;
  };

  const carryOut = async (request: AwsRequest, incoming: IncomingMessage, session: Session): Promise<Answer> => {
    const { service, region, body } = request;
    if (service === 'secretsmanager') return secrets.answer(request);
    if (service === 'kms') return rootKms.answer(request);
    if (service === 'lambda') {
      const { payload, failed } = await invoke(
        region,
        decodeURIComponent(request.path.split('/')[3] ?? ''),
        JSON.parse(body.toString()),
      );
      const headers = failed ? { 'x-amz-function-error': 'Unhandled' } : {};
      return { status: 200, headers, body: payload };
    }
    const there = behind.get(region);
    if (there === undefined) throw new Error(`there is nothing in ${region}`);
    const port = Number(new URL(there.endpoint).port);
    const answer = await forward(port, incoming, service === 'sqs' ? withLocalUrl(body) : body);
    const isObject = service === 's3' && /^\/[^/]+\/./.test(request.path);
    if (!isObject || answer.status !== 404) return answer;
    // Who may not list is not told what is not there.
    const bucket = `arn:aws:s3:::${request.path.split('/')[1]}`;
    const why = judge(session, { action: 's3:ListBucket', resource: bucket });
    return why === undefined ? answer : s3Refusal(403, 'AccessDenied', why);
  };

  const answer = async (incoming: IncomingMessage): Promise<Answer> => {
    const body = await buffer(incoming);
    const request = requestOf(incoming, body, stacks[0]?.account ?? '');
    const session = bySession.get(request.accessKeyId);
    const token = incoming.headers['x-amz-security-token'];
    if (session === undefined || token !== session.sessionToken)
      return refusal('UnrecognizedClientException', 'who is that?');
    const asks = request.service === 'secretsmanager' ? secrets.asks(request) : asksOf(request);
    for (const ask of asks) {
      const why = judge(session, ask);
      if (why === undefined) continue;
      return request.service === 's3' ? s3Refusal(403, 'AccessDenied', why) : refusal('AccessDeniedException', why);
    }
    return carryOut(request, incoming, session);
  };

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    try {
      const { status, headers, body } = await answer(incoming);
      outgoing.writeHead(status, headers).end(body);
    } catch (error) {
      if (!incoming.destroyed && isOurs(error)) refused.push(error.message);
      incoming.socket.destroy();
    }
  };
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP

  return {
    endpoint: `http://127.0.0.1:${port}`,
    behind,
    refused,
    secrets,
    policyOf,
    require(session, ask) {
      const why = judge(session, ask);
      if (why !== undefined) throw new Error(why);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      for (const aws of behind.values()) await aws.stop();
    },
  };
};

/** Not that a connection was cut, as some tests want. */
const isOurs = (error: unknown): error is Error => error instanceof Error && !('code' in error);

const signed = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request/;

const requestOf = (incoming: IncomingMessage, body: Buffer, account: string): AwsRequest & { accessKeyId: string } => {
  const { method = '', url = '', headers } = incoming;
  const [, accessKeyId = '', region = '', service = ''] = signed.exec(headers.authorization ?? '') ?? [];
  const [path = '', query = ''] = url.split('?');
  const target = String(headers['x-amz-target'] ?? '').replace(/^.*\./, '');
  return {
    accessKeyId,
    account,
    region,
    service,
    method,
    path,
    query: new URLSearchParams(query),
    headers,
    target,
    body,
  };
};

/** The account of fauxqs is always the same. */
const withLocalUrl = (body: Buffer): Buffer =>
  Buffer.from(
    body.toString().replace(/"QueueUrl":"https?:[/][/][^/]+[/]\d+[/]/, '"QueueUrl":"http://sqs/000000000000/'),
  );
