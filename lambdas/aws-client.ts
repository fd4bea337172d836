/**
 * How every AWS client here behaves: a call that hangs fails, and is tried again, well within the function's own time.
 * Times in milliseconds.
 */
export const awsClient = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
};

/** Those of other Regions give up sooner: a call that goes on without such a Region must end in time too. */
export const otherRegionsClient = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
};
