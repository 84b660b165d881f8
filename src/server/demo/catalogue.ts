/** By language tag. */
type Texts = { en: string } & Record<string, string>

/** The words of one scope, as a configuration file would hold them. */
interface DemoScope {
  title: Texts
  description: Texts
  level: 2 | 3
  optional?: boolean
}

/** What the make-believe product Harbour Books declares: its scopes, and its one API, under the identifier `audience`. */
export function demoCatalogue(audience: string): {
  scopes: Record<string, DemoScope>
  resources: Record<string, { name: { en: string }; scopes: string[] }>
} {
  const scopes: Record<string, DemoScope> = {
    'invoices.read': {
      title: {
        en: 'See invoices',
        de: 'Rechnungen sehen',
        es: 'Ver facturas',
        fr: 'Voir les factures',
        ja: '請求書を見る',
        ar: 'رؤية الفواتير',
      },
      description: {
        en: 'Numbers, dates, amounts and customers. Not the attached files.',
        de: 'Nummern, Daten, Beträge und Kunden. Nicht die angehängten Dateien.',
        es: 'Números, fechas, importes y clientes. No los archivos adjuntos.',
        fr: 'Numéros, dates, montants et clients. Pas les fichiers joints.',
        ja: '番号、日付、金額、取引先。添付ファイルは含みません。',
        ar: 'الأرقام والتواريخ والمبالغ والعملاء. دون الملفات المرفقة.',
      },
      level: 2,
    },
    'bank.read': {
      title: {
        en: 'See bank movements',
        de: 'Kontobewegungen sehen',
        es: 'Ver movimientos bancarios',
        fr: 'Voir les mouvements bancaires',
        ja: '銀行の入出金を見る',
        ar: 'رؤية الحركات المصرفية',
      },
      description: {
        en: 'Dates, amounts and counterparties of the last 12 months. Never account logins.',
        de: 'Daten, Beträge und Gegenparteien der letzten 12 Monate. Nie die Zugangsdaten.',
        es: 'Fechas, importes y contrapartes de los últimos 12 meses. Nunca las claves de acceso.',
        fr: 'Dates, montants et contreparties des 12 derniers mois. Jamais les identifiants.',
        ja: '過去12か月の日付、金額、相手先。ログイン情報は含みません。',
        ar: 'تواريخ آخر 12 شهرًا ومبالغها وأطرافها. دون بيانات الدخول أبدًا.',
      },
      level: 2,
      optional: true,
    },
    'invoices.send': {
      title: {
        en: 'Create and send invoices',
        de: 'Rechnungen erstellen und senden',
        es: 'Crear y enviar facturas',
        fr: 'Créer et envoyer des factures',
        ja: '請求書を作成して送る',
        ar: 'إنشاء الفواتير وإرسالها',
      },
      description: {
        en: 'Your customers would see them as coming from you.',
        de: 'Ihre Kunden sähen sie als von Ihnen gesendet.',
        es: 'Sus clientes las verían como enviadas por usted.',
        fr: 'Vos clients les verraient comme venant de vous.',
        ja: '取引先には、あなたから届いたものとして見えます。',
        ar: 'سيراها عملاؤك كأنها منك.',
      },
      level: 3,
      optional: true,
    },
  }
  return { scopes, resources: { [audience]: { name: { en: 'Harbour Books' }, scopes: Object.keys(scopes) } } }
}

/** What Tallyboat asks for. */
export const DEMO_SCOPE = 'openid profile email offline_access invoices.read invoices.send'

/** What Tallyboat says of itself when it is registered; `app_url` has no trailing slash. @spec RFC 7591 §2 */
export function demoClientMetadata(app_url: string): Record<string, unknown> {
  return {
    client_name: 'Tallyboat',
    client_uri: app_url,
    redirect_uris: [`${app_url}/callback`],
    post_logout_redirect_uris: [`${app_url}/signed-out`],
    policy_uri: `${app_url}/privacy`,
    tos_uri: `${app_url}/terms`,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
    scope: DEMO_SCOPE,
  }
}
