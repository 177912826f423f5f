/**
 * The import rules of the house: data flows one way. `test/architecture/import-rules.test.ts` proves that each bites.
 * Tests, and what only serves tests or development, may import everything.
 */
const TEST_FILES = '\\.test\\.ts$|^src/.*/testing/|^test/|^db/generate-schema\\.ts$';
/** What a layer may import inside the repository; itself always. Whatever is not named is forbidden. */
const LAYERS = {
  domain: { path: '^src/domain/', may: [] },
  contracts: { path: '^src/contracts/', may: ['^src/domain/'] },
  ports: { path: '^src/ports/', may: ['^src/domain/', '^src/contracts/'] },
  workflows: { path: '^workflows/', may: ['^src/domain/', '^src/contracts/'] },
  activities: { path: '^activities/', may: ['^src/domain/', '^src/contracts/', '^src/ports/'] },
  adapters: { path: '^src/adapters/', may: ['^src/domain/', '^src/contracts/', '^src/ports/'] },
  db: { path: '^db/', may: ['^src/domain/', '^src/contracts/', '^src/ports/'] },
  emulators: { path: '^src/emulators/', may: ['^src/domain/', '^src/contracts/', '^src/ports/'] },
  client: {
    path: '^src/client/',
    may: ['^src/domain/', '^src/contracts/', '^workflows/[^/]+/(messages|workflow)\\.ts$'],
  },
  service: {
    path: '^src/service/',
    may: ['^src/domain/', '^src/contracts/', '^src/ports/', '^src/client/', '^workflows/[^/]+/messages\\.ts$'],
  },
  api: {
    path: '^src/api/',
    may: [
      '^src/domain/',
      '^src/contracts/',
      '^src/ports/',
      '^src/client/',
      '^src/service/',
      '^workflows/[^/]+/messages\\.ts$',
    ],
  },
  cli: {
    path: '^src/cli/',
    may: [
      '^src/domain/',
      '^src/contracts/',
      '^src/ports/',
      '^src/client/',
      '^src/service/',
      '^workflows/[^/]+/messages\\.ts$',
    ],
  },
  config: { path: '^src/config[^/]*\\.ts$', may: ['^src/domain/', '^src/contracts/'] },
};
const OURS = '^(src|workflows|activities|db|test|bench|examples|scripts|web)/';
const PACKAGES = '(^|/)node_modules/';
const package_ = (...names) => `(^|/)node_modules/(${names.join('|')})/`;

const layerRules = Object.entries(LAYERS).map(([layer, { path, may }]) => ({
  name: `${layer}-imports`,
  comment: `${layer} may import from the repository only itself${may.length > 0 ? ' and ' : ''}${may.join(', ')}`,
  severity: 'error',
  from: { path, pathNot: TEST_FILES },
  to: { path: OURS, pathNot: [path, ...may] },
}));

const purity = [
  {
    name: 'domain-packages',
    comment: 'domain computes: decimal.js and trading-signals are its only packages, and it has no Node modules',
    severity: 'error',
    from: { path: LAYERS.domain.path, pathNot: TEST_FILES },
    to: { path: PACKAGES, pathNot: package_('decimal\\.js', 'trading-signals') },
  },
  {
    name: 'contracts-packages',
    comment: 'contracts know zod, in schemas, and the types of search attributes; nothing else',
    severity: 'error',
    from: { path: LAYERS.contracts.path, pathNot: TEST_FILES },
    to: { path: PACKAGES, pathNot: package_('zod', '@temporalio/common') },
  },
  {
    name: 'zod-in-schemas',
    comment: 'zod is used in contracts/schemas; the other contracts are loaded into every workflow sandbox',
    severity: 'error',
    from: { path: LAYERS.contracts.path, pathNot: ['^src/contracts/schemas/', TEST_FILES] },
    to: { path: package_('zod'), dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'ports-packages',
    comment: 'a port is made of types of our own',
    severity: 'error',
    from: { path: LAYERS.ports.path, pathNot: TEST_FILES },
    to: { path: PACKAGES },
  },
  {
    name: 'workflows-packages',
    comment: 'workflow code is evaluated again for every cached workflow and must be deterministic: only the SDK',
    severity: 'error',
    from: { path: LAYERS.workflows.path, pathNot: TEST_FILES },
    to: { path: PACKAGES, pathNot: package_('@temporalio/workflow', '@temporalio/common') },
  },
  {
    name: 'pure-layers-without-node',
    comment: 'domain, contracts, ports and workflows use nothing of Node: workflows run in a sandbox without it',
    severity: 'error',
    from: { path: '^(src/(domain|contracts|ports)|workflows)/', pathNot: TEST_FILES },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'schemas-only-as-types',
    comment: 'schemas bring zod: workflows, ports, domain and the plain contracts take their types only',
    severity: 'error',
    from: { path: '^(src/(domain|contracts|ports)|workflows)/', pathNot: ['^src/contracts/schemas/', TEST_FILES] },
    to: { path: '^src/contracts/schemas/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'activities-only-as-types',
    comment: 'workflows know the shape of activities from contracts, never their code',
    severity: 'error',
    from: { path: LAYERS.workflows.path, pathNot: TEST_FILES },
    to: { path: '^activities/' },
  },
  {
    name: 'workflow-code-stays-in-workers',
    comment: 'outside workflows their functions are types; only messages (names of updates and queries) are values',
    severity: 'error',
    from: { path: '^src/(client|service|api|cli)/', pathNot: TEST_FILES },
    to: { path: '^workflows/.*/workflow\\.ts$', dependencyTypesNot: ['type-only'] },
  },
];

const boundaries = [
  {
    name: 'adapters-apart',
    comment:
      'an adapter knows its vendor, not its siblings; llm, market-data and notifications hold what their vendors share',
    severity: 'error',
    from: { path: '^src/adapters/([^/]+)/', pathNot: [TEST_FILES, '^src/adapters/(llm|market-data|notifications)/'] },
    to: { path: '^src/adapters/', pathNot: ['^src/adapters/$1/', '^src/adapters/(llm|market-data|notifications)/'] },
  },
  {
    name: 'database-packages-in-db',
    comment: 'rows stop at the repository: kysely and pg are for db, and for main, which opens the connection',
    severity: 'error',
    from: { pathNot: ['^db/', '^src/main/', TEST_FILES] },
    to: { path: package_('kysely', 'pg', '@types/pg') },
  },
  {
    name: 'vendor-packages-in-adapters',
    comment: 'the vendors are behind ports: their SDKs are for adapters',
    severity: 'error',
    from: { pathNot: ['^src/adapters/', TEST_FILES] },
    to: {
      path: package_(
        'openai',
        '@anthropic-ai/[^/]+',
        '@google/[^/]+',
        '@aws-sdk/[^/]+',
        '@stoqey/ib',
        'yahoo-finance2',
      ),
    },
  },
  {
    name: 'main-imported-by-none',
    comment: 'main is wiring',
    severity: 'error',
    from: { pathNot: ['^src/main/', TEST_FILES] },
    to: { path: '^src/main/' },
  },
  {
    name: 'config-only-in-main',
    comment: 'configuration enters the other layers as arguments',
    severity: 'error',
    from: { pathNot: ['^src/main/', '^src/config', TEST_FILES] },
    to: { path: '^src/config[^/]*\\.ts$' },
  },
  {
    name: 'no-tests-in-product',
    comment: 'product code imports no test',
    severity: 'error',
    from: { path: '^(src|workflows|activities|db)/', pathNot: TEST_FILES },
    to: { path: TEST_FILES },
  },
  {
    name: 'no-development-packages',
    comment: 'what runs in production is a dependency, not a development dependency',
    severity: 'error',
    from: { path: '^(src|workflows|activities|db)/', pathNot: TEST_FILES },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-circular',
    comment: 'modules form layers, also within a folder',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-unresolvable',
    comment: 'every import leads somewhere, to a package that package.json names',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-undeclared-packages',
    comment: 'a package that only happens to be installed may be gone tomorrow',
    severity: 'error',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...layerRules, ...purity, ...boundaries],
  options: {
    // Type imports count: a forbidden type is a forbidden dependency, unless a rule says otherwise.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    skipAnalysisNotInRules: true,
  },
};
