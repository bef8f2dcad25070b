/* Loads the bundle. Read only by a Node that is new enough for it; `import()` would be a syntax error for an old one. */
'use strict';

/*
 * Node keeps what it compiled, in a directory of this user alone: the next start is faster by a fifth. Not in the shared
 * temporary directory, Node's own default, where somebody else could have put compiled code of theirs.
 */
function keepCompiledCode() {
  const { homedir } = require('node:os');
  const { isAbsolute, join } = require('node:path');
  const given = process.env.XDG_CACHE_HOME || '';
  const cache = isAbsolute(given) ? given : join(homedir(), '.cache');
  require('node:module').enableCompileCache(join(cache, 'threebody-tui'));
}

keepCompiledCode();
import('../dist/main.js').catch((error) => {
  if (
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    !require('node:fs').existsSync(`${__dirname}/../dist/main.js`)
  ) {
    process.stderr.write(
      'threebody-tui: dist/ is missing. In a clone of the project, run: npm ci && npm start\n',
    );
  } else {
    process.stderr.write(`threebody-tui: ${error.message}\n`);
  }
  process.exitCode = 2;
});
