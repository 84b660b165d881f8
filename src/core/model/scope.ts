/** A scope is a space-separated set; order never matters. @spec RFC 6749 §3.3 */
export function splitScope(scope: string): string[] {
  if (!scope.includes(' ')) return scope === '' ? [] : [scope]
  return [...new Set(scope.split(' ').filter(Boolean))]
}

/** The words of `asked` that `granted` does not hold. */
export function missingScope(asked: string, granted: string): string[] {
  if (asked === granted) return []
  const held = new Set(splitScope(granted))
  return splitScope(asked).filter((word) => !held.has(word))
}

/** The words of `asked` that `granted` holds too, in the order in which they were asked for. */
export function commonScope(asked: string, granted: string): string {
  if (asked === granted) return asked
  const held = new Set(splitScope(granted))
  return splitScope(asked)
    .filter((word) => held.has(word))
    .join(' ')
}

/** Every word of both, each once. */
export function joinScope(one: string, other: string): string {
  return [...new Set([...splitScope(one), ...splitScope(other)])].join(' ')
}

export function hasScope(scope: string, word: string): boolean {
  return scope === word || splitScope(scope).includes(word)
}

/** NQCHAR words with single spaces between them. @spec RFC 6749 §A.4 */
export function isScope(text: string): boolean {
  return /^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/.test(text)
}

/** What the person reads and decides about one scope. Texts by language tag; `en` is always there. */
export interface ScopeDefinition {
  /** A verb and an object, true when read after "may": "See invoices". */
  title: Readonly<Record<string, string>>
  /** What exactly, and what not: one sentence or two. */
  description: Readonly<Record<string, string>>
  /** 1 about you, 2 looks at your things, 3 acts in your name. */
  level: 1 | 2 | 3
  /** The person may switch it off without denying the whole; otherwise it is required of reviewed clients. */
  optional?: boolean
  /** Standard claims that it opens at userinfo. @spec OIDC Core §5.4 */
  claims?: readonly string[]
  /** Never shown, because it gives nothing by itself: `openid`, `offline_access`. */
  silent?: boolean
}

/** An API of the product. Its key in the catalogue is its identifier. @spec RFC 8707 §2 */
export interface ResourceDefinition {
  /** What people call it; by language tag. */
  name: Readonly<Record<string, string>>
  /** The scopes that make sense there; all of the catalogue unless given. */
  scopes?: readonly string[]
  access_token_format?: 'jwt' | 'opaque'
  /** Seconds that its access tokens live. */
  access_token_lifetime?: number
  /** The client that may introspect tokens made for it. @spec RFC 7662 §2.1 */
  client_id?: string
}

type Texts = Readonly<Record<string, string>>

/** What the scope `profile` opens. @spec OIDC Core §5.4 */
export const PROFILE_CLAIMS: readonly string[] = [
  'name',
  'family_name',
  'given_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'updated_at',
]

const own = (claims: readonly string[], title: Texts, description: Texts): ScopeDefinition => ({ title, description, level: 1, claims })

/** The scopes that OpenID Connect defines; a deployment adds its own. @spec OIDC Core §5.4, OIDC Core §11 */
export const standardScopes: Readonly<Record<string, ScopeDefinition>> = {
  openid: {
    ...own(
      ['sub'],
      {
        en: 'Recognise you',
        de: 'Sie wiedererkennen',
        es: 'Reconocerle',
        fr: 'Vous reconnaître',
        ja: 'あなたを見分ける',
        ar: 'التعرف عليك',
      },
      {
        en: 'A number that stands for you, and nothing else.',
        de: 'Eine Nummer, die für Sie steht, und sonst nichts.',
        es: 'Un número que le representa, y nada más.',
        fr: 'Un numéro qui vous représente, et rien d’autre.',
        ja: 'あなたを表す番号だけです。',
        ar: 'رقم يدل عليك، ولا شيء غيره.',
      },
    ),
    silent: true,
  },
  profile: own(
    PROFILE_CLAIMS,
    {
      en: 'Know who you are',
      de: 'Wissen, wer Sie sind',
      es: 'Saber quién es usted',
      fr: 'Savoir qui vous êtes',
      ja: 'あなたが誰かを知る',
      ar: 'معرفة من أنت',
    },
    {
      en: 'Your name, picture and the like. Not your email address.',
      de: 'Ihr Name, Ihr Bild und dergleichen. Nicht Ihre E-Mail-Adresse.',
      es: 'Su nombre, su imagen y datos parecidos. No su correo electrónico.',
      fr: 'Votre nom, votre photo et ce genre de choses. Pas votre adresse e-mail.',
      ja: '名前、写真などです。メールアドレスは含みません。',
      ar: 'اسمك وصورتك وما شابه. دون بريدك الإلكتروني.',
    },
  ),
  email: own(
    ['email', 'email_verified'],
    {
      en: 'See your email address',
      de: 'Ihre E-Mail-Adresse sehen',
      es: 'Ver su correo electrónico',
      fr: 'Voir votre adresse e-mail',
      ja: 'メールアドレスを見る',
      ar: 'رؤية بريدك الإلكتروني',
    },
    {
      en: 'The address, and whether it was checked.',
      de: 'Die Adresse, und ob sie geprüft wurde.',
      es: 'La dirección, y si fue comprobada.',
      fr: 'L’adresse, et si elle a été vérifiée.',
      ja: 'アドレスと、確認済みかどうかです。',
      ar: 'العنوان، وهل جرى التحقق منه.',
    },
  ),
  address: own(
    ['address'],
    {
      en: 'See your postal address',
      de: 'Ihre Postanschrift sehen',
      es: 'Ver su dirección postal',
      fr: 'Voir votre adresse postale',
      ja: '住所を見る',
      ar: 'رؤية عنوانك البريدي',
    },
    {
      en: 'The address that you have entered here.',
      de: 'Die Anschrift, die Sie hier eingetragen haben.',
      es: 'La dirección que ha indicado aquí.',
      fr: 'L’adresse que vous avez saisie ici.',
      ja: 'ここで入力した住所です。',
      ar: 'العنوان الذي أدخلته هنا.',
    },
  ),
  phone: own(
    ['phone_number', 'phone_number_verified'],
    {
      en: 'See your phone number',
      de: 'Ihre Telefonnummer sehen',
      es: 'Ver su número de teléfono',
      fr: 'Voir votre numéro de téléphone',
      ja: '電話番号を見る',
      ar: 'رؤية رقم هاتفك',
    },
    {
      en: 'The number, and whether it was checked.',
      de: 'Die Nummer, und ob sie geprüft wurde.',
      es: 'El número, y si fue comprobado.',
      fr: 'Le numéro, et s’il a été vérifié.',
      ja: '番号と、確認済みかどうかです。',
      ar: 'الرقم، وهل جرى التحقق منه.',
    },
  ),
  offline_access: {
    ...own(
      [],
      {
        en: 'Stay connected',
        de: 'Verbunden bleiben',
        es: 'Seguir conectada',
        fr: 'Rester connectée',
        ja: '接続を保つ',
        ar: 'البقاء متصلًا',
      },
      {
        en: 'It keeps its access while you are away, until you end it.',
        de: 'Der Zugriff besteht auch, während Sie nicht da sind, bis Sie ihn beenden.',
        es: 'Conserva el acceso mientras usted no está, hasta que le ponga fin.',
        fr: 'L’accès est conservé en votre absence, jusqu’à ce que vous y mettiez fin.',
        ja: 'あなたがいない間も、終わらせるまでアクセスは続きます。',
        ar: 'يبقى له الوصول في غيابك حتى تنهيه.',
      },
    ),
    silent: true,
  },
}
