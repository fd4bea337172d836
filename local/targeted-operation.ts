const targetPrefix = 'TrentService.';

/** `POST /` with the target of AWS JSON 1.1, or `POST /<Operation>` as through the gateway; both may not differ. */
export const targetedOperation = (path: string, target: string | string[] | undefined): string | undefined => {
  const targeted =
    typeof target === 'string' && target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : undefined;
  if (target !== undefined && targeted === undefined) return undefined;
  if (path === '/') return targeted;
  const named = /^\/([A-Za-z]+)$/.exec(path)?.[1];
  return targeted === undefined || targeted === named ? named : undefined;
};
