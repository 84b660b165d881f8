import { apiKeyAdd } from './api-key-add.ts'
import { apiKeyList } from './api-key-list.ts'
import { apiKeyRevoke } from './api-key-revoke.ts'
import { auditList } from './audit-list.ts'
import { auditHeads, auditVerify } from './audit-verify.ts'
import { backup } from './backup.ts'
import { bench } from './bench.ts'
import { clientAdd } from './client-add.ts'
import { clientDelete } from './client-delete.ts'
import { clientDisable, clientEnable } from './client-disable.ts'
import { clientList } from './client-list.ts'
import { clientSecretAdd, clientSecretRemove } from './client-secret.ts'
import { clientShow } from './client-show.ts'
import { clientUpdate } from './client-update.ts'
import type { Command } from './command.ts'
import { consentList } from './consent-list.ts'
import { consentRevoke } from './consent-revoke.ts'
import { dialectCheck } from './dialect-check.ts'
import { dialectImport } from './dialect-import.ts'
import { dialectShow } from './dialect-show.ts'
import { doctor } from './doctor.ts'
import { exportDatabase } from './export.ts'
import { freeze, thaw } from './freeze.ts'
import { importDatabase } from './import.ts'
import { keysDestroy } from './keys-destroy.ts'
import { keysList } from './keys-list.ts'
import { keysRewrap } from './keys-rewrap.ts'
import { keysRotate } from './keys-rotate.ts'
import { migrate } from './migrate.ts'
import { registrationTokenAdd, registrationTokenList, registrationTokenRevoke } from './registration-token.ts'
import { restore } from './restore.ts'
import { serve } from './serve.ts'
import { start } from './start.ts'
import { userAdd } from './user-add.ts'
import { userDisable, userEnable } from './user-disable.ts'
import { userList } from './user-list.ts'
import { userPassword } from './user-password.ts'

/** All commands, in the order of the help. A new one is a new file and a new line. */
export const commands: readonly Command[] = [
  start,
  serve,
  clientAdd,
  clientShow,
  clientList,
  clientUpdate,
  clientDelete,
  clientSecretAdd,
  clientSecretRemove,
  clientDisable,
  clientEnable,
  registrationTokenAdd,
  registrationTokenList,
  registrationTokenRevoke,
  userAdd,
  userList,
  userPassword,
  userDisable,
  userEnable,
  apiKeyAdd,
  apiKeyList,
  apiKeyRevoke,
  consentList,
  consentRevoke,
  auditList,
  auditVerify,
  auditHeads,
  dialectShow,
  dialectCheck,
  dialectImport,
  keysList,
  keysRotate,
  keysRewrap,
  keysDestroy,
  migrate,
  backup,
  restore,
  freeze,
  thaw,
  exportDatabase,
  importDatabase,
  doctor,
  bench,
]
