/**
 * `node --import ./scripts/hooks.mjs x.ts`: lets plain Node run our TypeScript sources, which import each other as
 * NodeNext wants it, by the name of the compiled file (`./x.js` stands for `./x.ts`).
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const ours = specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts');
    return next(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
