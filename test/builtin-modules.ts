import { isBuiltin, registerHooks } from 'node:module';

// vitest tells its main process of every module that is asked for, and dynalite asks for `stream` with each query.
registerHooks({
  resolve(specifier, context, next) {
    if (!isBuiltin(specifier)) return next(specifier, context);
    return { url: `node:${specifier.replace(/^node:/, '')}`, format: 'builtin', shortCircuit: true };
  },
});
