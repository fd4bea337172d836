import { STATUS_CODES } from 'node:http';

/**
 * What a REST API answers by itself, before or instead of its integration.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export type ResponseType =
  | 'ACCESS_DENIED'
  | 'EXPIRED_TOKEN'
  | 'INTEGRATION_FAILURE'
  | 'INTEGRATION_TIMEOUT'
  | 'INVALID_SIGNATURE'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'THROTTLED'
  | 'DEFAULT_4XX'
  | 'DEFAULT_5XX';

/** As `AWS::ApiGateway::GatewayResponse` says it: what it leaves out stays as the gateway has it. */
export interface GatewayResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** With `$context.` variables in it. */
  readonly template?: string;
}

export type GatewayResponses = { readonly [Type in ResponseType]?: GatewayResponse };

/** Why the gateway does not hand a request on. */
export interface Refusal {
  readonly type: ResponseType;
  /** What `x-amzn-ErrorType` says where nothing else is set. */
  readonly name: string;
  readonly message: string;
}

const statuses: Readonly<Record<ResponseType, number>> = {
  ACCESS_DENIED: 403,
  EXPIRED_TOKEN: 403,
  INTEGRATION_FAILURE: 504,
  INTEGRATION_TIMEOUT: 504,
  INVALID_SIGNATURE: 403,
  MISSING_AUTHENTICATION_TOKEN: 403,
  THROTTLED: 429,
  DEFAULT_4XX: 403,
  DEFAULT_5XX: 502,
};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to a refused request: the API's own response of the type, else its default for all 4XX or 5XX, else AWS's. */
export const render = (responses: GatewayResponses, { type, name, message }: Refusal, requestId: string): Answer => {
  const status = statuses[type];
  const own = responses[type] ?? responses[status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'] ?? {};
  const member = type === 'ACCESS_DENIED' ? 'Message' : 'message';
  const variables = {
    'error.messageString': JSON.stringify(message),
    'error.message': message,
    'error.responseType': type,
    requestId,
  };
  const template = own.template ?? `{"${member}":$context.error.messageString}`;
  const body = Object.entries(variables).reduce(
    (text, [variable, value]) => text.replaceAll(`$context.${variable}`, () => value),
    template,
  );
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': name, ...own.headers };
  if (STATUS_CODES[own.status ?? status] === undefined) throw new RangeError(`no status ${own.status}`);
  return { status: own.status ?? status, headers, body };
};
