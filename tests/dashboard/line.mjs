// A network line between the browser and the platform that can be frozen (connections stay, nothing
// passes) and cut (connections die, new ones are refused), as real lines do.

import { connect, createServer } from 'node:net';

export async function openLine(target) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  let state = 'open';

  const server = createServer((near) => {
    if (state === 'cut') return near.destroy();
    const far = connect(Number(port || 80), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => (sockets.delete(socket), near.destroy(), far.destroy()));
    }
    near.pipe(far).pipe(near);
    if (state === 'frozen') for (const socket of [near, far]) socket.pause();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    freeze() {
      state = 'frozen';
      for (const socket of sockets) socket.pause();
    },
    cut() {
      state = 'cut';
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      state = 'open';
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
