/** The Region of the ready line, of `env` and of requests that name none. */
export const defaultRegion = 'us-east-1';
