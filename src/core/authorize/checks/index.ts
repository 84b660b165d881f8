import type { AuthorizeCheck } from '../../model/context.ts'
import { checkGrantType } from './grant-type.ts'
import { checkPkce } from './pkce.ts'
import { checkResource } from './resource.ts'
import { checkScope } from './scope.ts'

/** The rules of the authorization endpoint, in the order in which they are told. */
export const checks: readonly AuthorizeCheck[] = [checkGrantType, checkScope, checkPkce, checkResource]
