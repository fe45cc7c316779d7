import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npm run dev -w @weir/web` serves the console at http://localhost:5173/app with the API of a Weir on port 3000. */
const API = process.env.WEIR_URL ?? 'http://localhost:3000'

export default defineConfig(({ command }) => ({
  base: command === 'build' ? '/console/files/' : '/',
  plugins: [react(), tailwindcss()],
  build: { target: 'es2023', sourcemap: false, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': API, '/console/api': API, '/console/auth': API, '/files': API } },
}))
