// node bin/with-node.mjs examples/own-pages/main.ts; the README beside this tells the rest.
import { createOwnPages } from './server.ts'

createOwnPages('http://localhost:4000').listen(3000, 'localhost', () => console.log('Pages of the product: http://localhost:3000'))
