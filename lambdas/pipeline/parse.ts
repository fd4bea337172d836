import { KmsError } from '../../core/model/errors.ts';
import { isObject, readMembers } from '../../core/model/read-shape.ts';
import type { Call } from './call.ts';
import { headerIn } from './header-values.ts';
import type { HttpRequest } from './ports.ts';

const contentTypes = ['application/x-amz-json-1.1', 'application/json'];

/** Reads the body: JSON, and of the types the operation's members have. */
export const parse = () => ({
  before: ({ event: call }: { event: Call }) => {
    checkContentType(call.request);
    const json = readJson(call.request.body);
    call.input = readMembers(call.operation.input, json);
    if (call.operation.audit.onlySent) call.sent = new Set(Object.keys(json).filter((name) => json[name] !== null));
  },
});

const checkContentType = (request: HttpRequest) => {
  const value = headerIn(request, 'content-type') ?? '';
  if (contentTypes.includes(value)) return;
  const [type = ''] = value.split(';', 1);
  if (!contentTypes.includes(type.trim().toLowerCase())) {
    throw new KmsError('UnknownOperationException', `The content type must be ${contentTypes.join(' or ')}`);
  }
};

/** UTF-8 that does not decode is refused: replacement characters would make different inputs equal. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

const readJson = (body: Uint8Array): Record<string, unknown> => {
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(body));
  } catch (cause) {
    throw new KmsError('SerializationException', 'The request body is not valid JSON', { cause });
  }
  if (!isObject(json)) throw new KmsError('SerializationException', 'The request body must be a JSON object');
  return json;
};
