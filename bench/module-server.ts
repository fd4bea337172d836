/** The service from its modules, not from the bundle, to compare with one whose modules are changed. Arguments as of bin/kms.mjs. */
const { main } = await import('../cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
