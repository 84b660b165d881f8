// node bin/with-node.mjs examples/express-host/main.ts, with VOUCHSAFE_HOST_LOGIN_SECRET set as it is for Vouchsafe; the README beside this tells the rest.
import process from 'node:process'
import { createProduct } from './product.ts'

const secret = process.env['VOUCHSAFE_HOST_LOGIN_SECRET']
if (!secret) throw new Error('Set VOUCHSAFE_HOST_LOGIN_SECRET: openssl rand -base64 32')

const people = [{ id: 'u-1', email: 'mara@example.com', name: 'Mara', password: 'otter-lantern-62' }]
const product = createProduct({ origin: 'http://localhost:3000', vouchsafe: 'http://localhost:4000', secret, people })
product.listen(3000, 'localhost', () => console.log('The product: http://localhost:3000'))
