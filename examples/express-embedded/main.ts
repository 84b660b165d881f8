// node bin/with-node.mjs examples/express-embedded/main.ts; the README beside this tells the rest.
import process from 'node:process'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { createProduct } from './product.ts'

const people = [{ id: 'u-1', email: 'mara@example.com', name: 'Mara', password: 'otter-lantern-62' }]
const store = await openSqliteStore(process.env['PRODUCT_DATABASE'] ?? 'product.db')
const product = await createProduct('http://localhost:3000', store, people)
product.listen(3000, 'localhost', () => console.log('The product, and its authorization server: http://localhost:3000'))
