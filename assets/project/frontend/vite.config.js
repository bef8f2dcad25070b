import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where the back ends are while you work on this page: `npm run dev` passes their paths on to the lab. */
const lab = process.env.DEV_SITE ?? 'https://hit.local';
// The lab's certificate is its own.
const toLab = { target: lab, changeOrigin: true, secure: false };

export default defineConfig({
  plugins: [react()],
  // Only variables with this prefix reach the page, and only while it is built. Nothing secret belongs into one.
  envPrefix: 'REACT_APP_',
  build: { outDir: 'build' },
  server: { proxy: { '/go': toLab, '/laravel': toLab } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{js,jsx}'] },
});
