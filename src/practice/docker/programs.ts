/** Which simulated program runs in the containers of an image. */
import { nginxProgram } from '../edge/nginx.js';
import { harborProgram } from '../harbor/programs.js';
import type { ImageSpec } from '../images/spec.js';
import type { Container } from './container.js';
import type { Engine } from './engine.js';
import { imageProgram } from './image-program.js';
import { shellProgram } from './shell-program.js';
import type { Running } from './types.js';

type Starter = (container: Container, engine: Engine) => Running;

const HELLO = `
Hello from Docker!
This message shows that your installation appears to be working correctly.

To generate this message, Docker took the following steps:
 1. The Docker client contacted the Docker daemon.
 2. The Docker daemon pulled the "hello-world" image from the Docker Hub.
 3. The Docker daemon created a new container from that image.
 4. The Docker daemon streamed that output to the Docker client, which sent it
    to your terminal.
`;

function hello(container: Container): Running {
  container.log(HELLO);
  return { ended: Promise.resolve(0), stop: () => undefined };
}
/** A program that does nothing but be there until it is stopped. */
function idle(container: Container): Running {
  container.log(`${container.image.program}: started (the practice lab does not simulate what it does)`);
  let end = (_status: number): void => undefined;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  return { ended, stop: (kill) => end(kill ? 137 : 0) };
}

export function programOf(image: ImageSpec): Starter {
  if (image.program.startsWith('harbor-')) return harborProgram;
  switch (image.program) {
    case 'nginx':
      return nginxProgram;
    case 'hello':
      return hello;
    case 'shell':
      return shellProgram;
    case 'image':
    case 'mysql':
      return imageProgram;
    default:
      return idle;
  }
}
