import { isRegion } from '../../core/model/arn.ts';
import { isLoopbackHost } from '../../local/control/loopback.ts';
import { Failure } from '../../local/failure.ts';

export interface ProxyOptions {
  /** With the stage, without a slash at the end. */
  readonly endpoint: URL;
  readonly region: string;
  readonly port: number;
  readonly profile: string | undefined;
  readonly json: boolean;
}

/** The flags of `proxy` as they were given. */
export interface ProxyFlags {
  readonly endpoint?: string | undefined;
  readonly port?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Flag before endpoint before environment.
 *
 * @throws {Failure} that says what is wrong, why, and what to do
 */
export const proxyOptions = (
  values: ProxyFlags,
  environment: Readonly<Record<string, string | undefined>>,
): ProxyOptions => {
  const endpoint = endpointFrom(values.endpoint);
  return {
    endpoint,
    region: regionFrom(endpoint, values.region, environment),
    port: portFrom(values.port ?? '4600'),
    profile: values.profile,
    json: values.json ?? false,
  };
};

const example = 'https://ID.execute-api.REGION.amazonaws.com/prod';

const wrong = (what: string, why: string, hint: string): Failure => new Failure({ what, why, hint, exit: 2 });

const endpointFrom = (text: string | undefined): URL => {
  if (text === undefined) {
    throw wrong('there is no endpoint', 'the proxy leads to one deployed service', `give --endpoint ${example}`);
  }
  const what = `"${text}" cannot be the endpoint`;
  const url = URL.parse(text);
  if (url === null) throw wrong(what, 'it is not a URL', `give it as ${example}`);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.host))) {
    throw wrong(what, 'what is secret would go over the wire in clear', `give it as ${example}`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw wrong(what, 'it has more than a host and a stage', `give it as ${example}`);
  }
  url.pathname = url.pathname.replace(/\/+$/, '');
  if (regionIn(url) !== undefined && url.pathname === '/') {
    throw wrong(what, 'the stage is missing', `add it, as in ${url.origin}/prod`);
  }
  return url;
};

/** Of a host that is API Gateway's own. */
const regionIn = ({ hostname }: URL): string | undefined => /(?:^|\.)execute-api\.([a-z0-9-]+)\./.exec(hostname)?.[1];

const regionFrom = (
  endpoint: URL,
  flag: string | undefined,
  { AWS_REGION, AWS_DEFAULT_REGION }: Readonly<Record<string, string | undefined>>,
): string => {
  const told = regionIn(endpoint);
  const region = flag || told || AWS_REGION || AWS_DEFAULT_REGION;
  if (region === undefined) {
    throw wrong('the Region is not known', 'the endpoint does not name it', 'give --region, or set AWS_REGION');
  }
  if (!isRegion(region)) throw wrong(`"${region}" is not a Region`, 'no Region is named so', 'give one like eu-west-1');
  if (told !== undefined && told !== region) {
    const why = `the endpoint is in ${told}, and takes no signature for another Region`;
    throw wrong(`the Region cannot be ${region}`, why, 'leave --region out');
  }
  return region;
};

const portFrom = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw wrong(`"${text}" cannot be the port`, 'ports are whole numbers from 0 to 65535', 'give one, or 0 for any');
};
