/** docker manifest inspect: what a registry says of an image, without pulling it. */
import { PullError, pullImage } from '../../images/pull.js';
import { readReference } from '../../images/spec.js';
import { Refusal, withDockerOptions } from './call.js';
import type { Verb } from './containers.js';
import { loginFor } from './login.js';

export const manifest: Verb = (call, args) =>
  withDockerOptions(
    call,
    'manifest',
    args,
    { flags: 'v', long: ['insecure', 'verbose'] },
    async (options) => {
      const [verb = '', name = ''] = options.operands;
      if (verb !== 'inspect') return call.process.refuse(`docker manifest ${verb}`.trim());
      const reference = readReference(name);
      if (reference === null) throw new Refusal('invalid reference format');
      try {
        // The client asks by itself here: what the daemon was told of insecure registries does not count.
        const image = await pullImage(call.host, call.process, reference, {
          insecure: options.has('insecure'),
          login: loginFor(call, reference.registry),
        });
        const layer = {
          mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
          size: image.sizeBytes,
          digest: `sha256:${image.digest}`,
        };
        await call.process.out(
          `${JSON.stringify(
            {
              schemaVersion: 2,
              mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
              config: {
                mediaType: 'application/vnd.docker.container.image.v1+json',
                size: 4096,
                digest: `sha256:${image.id}`,
              },
              layers: [layer],
            },
            null,
            '\t',
          )}\n`,
        );
        return 0;
      } catch (error) {
        if (!(error instanceof PullError)) throw error;
        if (error.kind === 'not-found' || error.kind === 'unauthorized') {
          await call.process.err(
            error.kind === 'not-found'
              ? `no such manifest: ${reference.familiar}:${reference.tag}\n`
              : `${error.message}\n`,
          );
          return 1;
        }
        throw new Refusal(error.message);
      }
    },
  );
