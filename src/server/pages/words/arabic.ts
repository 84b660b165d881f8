import { html } from '../html.ts'
import type { Words } from './english.ts'

const nothing = 'لم يُنقل أي شيء عنك.'
const notYours = 'ليس هذا بسببك، ولن تفيد المحاولة من جديد.'

/** One, two, few or many, as the language counts. */
const counted = (count: number, one: string, two: string, few: string, many: string): string =>
  count === 1 ? one : count === 2 ? two : `${count} ${count <= 10 ? few : many}`

const minutesOf = (minutes: number): string => counted(minutes, 'دقيقة واحدة', 'دقيقتين', 'دقائق', 'دقيقة')

export const arabic: Words = {
  lang: 'ar',
  dir: 'rtl',
  skip: 'انتقل إلى المحتوى',
  help: 'المساعدة',
  privacy: 'الخصوصية',
  terms: 'الشروط',
  signOut: 'تسجيل الخروج',
  errorTitle: (title) => `خطأ: ${title}`,
  keptBy: (host) => `${host}، في حفظ Vouchsafe`,

  login: {
    title: 'تسجيل الدخول',
    again: 'تسجيل الدخول من جديد',
    with: (product) => `بحسابك في ${product}`,
    againFor: (app) => html`يطلب ${app} أن تُثبت مرة أخرى أنك صاحب الحساب`,
    errand: (app, host) => html`ثم إلى <b>${app}</b> على <span class="host">${host}</span>`,
    errandHere: (app) => html`ثم إلى <b>${app}</b> على هذا الجهاز`,
    email: 'البريد الإلكتروني',
    password: 'كلمة المرور',
    submit: 'تسجيل الدخول',
    or: 'أو',
    goOnAs: (name) => html`المتابعة باسم ${name}`,
    other: 'استخدام حساب آخر',
    wrong: 'البريد الإلكتروني وكلمة المرور لا يتطابقان',
    check: 'تحقق من كليهما.',
    left: (tries) => `بقيت ${counted(tries, 'محاولة واحدة', 'محاولتان', 'محاولات', 'محاولة')} قبل توقف مدته 15 دقيقة.`,
    paused: 'محاولات كثيرة',
    pausedText: (minutes) => `تسجيل الدخول متوقف لمدة ${minutesOf(minutes)}. حسابك سليم. ولن تفيد كلمة المرور الصحيحة قبل ذلك.`,
  },

  consent: {
    title: (app) => `${app} يطلب الوصول`,
    heading: (app, product) => html`يطلب ${app} استخدام حسابك في ${product.replaceAll(' ', '\u00A0')}`,
    reviewed: 'تمت مراجعته',
    reviewedText: (product) => `راجع ${product} هذا التطبيق.`,
    unverified: 'الناشر غير موثَّق',
    unverifiedText: (app, product) => html`لم يتحقق أحد في ${product} ممّن يقف وراء ${app}. لا تتابع إلا إذا كنت تعرفه.`,
    here: 'يبقى الجواب على هذا الحاسوب',
    hereText: (app, host) =>
      html`يذهب إلى برنامج هنا، على <span class="host">${host}</span>. ولا نستطيع معرفة أي برنامج هو. لا تتابع إلا إذا كنت <b>أنت</b> من شغّل ${app} قبل لحظة.`,
    sentTo: 'يُرسل جوابك إلى',
    papers: 'وثائقهم',
    policy: 'سياسة الخصوصية',
    and: 'و',
    tos: 'الشروط',
    tosAlone: 'الشروط',
    ownSite: (papers) => html`${papers}، على موقعهم`,
    signedInAs: 'الحساب المستخدم',
    switchAccount: '، تبديل الحساب',
    other: 'استخدام حساب آخر',
    what: (app) => html`ما الذي يستطيعه ${app}`,
    whatMixed: 'ما هو لازم لا يعمل التطبيق دونه. أما الباقي فلك أن تختاره، ويبدأ غير مفعّل.',
    whatRequired: 'كل هذا لازم لا يعمل التطبيق دونه.',
    whatOptional: 'كل هذا لك أن تختاره، ويبدأ غير مفعّل.',
    whatUnreviewed: (app) => html`لم يراجع أحد ${app}، لذلك لا شيء لازم وكل شيء يبدأ غير مفعّل.`,
    whatNothing: (app) => html`يستطيع ${app} أن يتعرف عليك عند عودتك برقم يدل عليك، ولا يعرف شيئًا غير ذلك.`,
    levels: {
      1: { title: 'عنك', note: 'منخفض' },
      2: { title: 'يطّلع على أشيائك', note: 'خاص' },
      3: { title: 'يتصرف باسمك', note: 'فكّر جيدًا' },
    },
    required: 'لازم',
    claims: 'معرفة هذه البيانات عنك',
    nothingOn: 'لم يُفعَّل شيء',
    nothingOnText: (app) => html`فعّل ما تسمح به لـ ${app}، أو ارفض.`,
    where: 'أين',
    already: (app) => html`ما يستطيعه ${app} الآن`,
    alreadyText: 'جوابك عن المدة يسري على هذا أيضًا.',
    howLong: 'إلى متى',
    once: 'هذه المرة فقط',
    onceNote: 'ينتهي بعد ساعة',
    month: '30 يومًا',
    monthNote: (day) => `حتى ${day}`,
    revoked: 'حتى ألغيه',
    revokedNote: (days) => `ينتهي إذا لم يُستخدم ${counted(days, 'يومًا واحدًا', 'يومين', 'أيام', 'يومًا')}`,
    offline: 'يبقى له الوصول في غيابك.',
    willNot: (app) => html`ما لن يحصل عليه ${app}`,
    willNotText: 'كلمة مرورك، وكل ما ليس في هذه الصفحة. يمكنه أن يطلب المزيد لاحقًا، وسترى عندئذ صفحة كهذه.',
    next: (app, host, apps) =>
      html`إذا سمحت تعود إلى <b>${host}</b> وتجد هذا في <a href="${apps}">التطبيقات المتصلة</a> حيث تستطيع إنهاءه. وإذا رفضت فلن يعرف ${app} إلا ذلك.`,
    nextHere: (app, apps) =>
      html`إذا سمحت تعود إلى ${app} وتجد هذا في <a href="${apps}">التطبيقات المتصلة</a> حيث تستطيع إنهاءه. وإذا رفضت فلن يعرف ${app} إلا ذلك.`,
    deny: 'رفض',
    allow: 'سماح',
  },

  account: {
    nav: 'حسابك',
    rooms: {
      profile: 'الملف الشخصي',
      security: 'تسجيل الدخول والأمان',
      apps: 'التطبيقات المتصلة',
      receipts: 'الإيصالات',
      devices: 'الأجهزة',
    },
  },

  apps: {
    count: (apps) =>
      apps === 1
        ? 'يستطيع تطبيق واحد استخدام حسابك.'
        : apps === 2
          ? 'يستطيع تطبيقان استخدام حسابك.'
          : `يستطيع ${apps} ${apps <= 10 ? 'تطبيقات' : 'تطبيقًا'} استخدام حسابك.`,
    list: 'التطبيقات',
    none: 'لا تطبيقات بعد',
    noneText: 'عندما تسمح لتطبيق باستخدام حسابك يظهر هنا، وتستطيع إنهاء ذلك هنا.',
    reviewed: 'تمت مراجعته',
    notReviewed: 'لم يُراجَع',
    stopped: 'موقوف',
    itMay: 'يستطيع:',
    recognise: 'التعرف عليك',
    sentTo: 'تذهب الأجوبة إلى',
    since: 'سُمح به في',
    until: 'ينتهي',
    untilRevoked: 'عندما تلغيه',
    where: 'أين',
    revoke: 'إلغاء',
    revokeText: (app) => html`يفقد ${app} الوصول فورًا وعليه أن يسألك من جديد. وما نسخه من قبل يبقى لديه.`,
    revokeOne: (app) => html`إلغاء ${app}`,
    revoked: (app) => html`أُلغي ${app}`,
    revokedText: 'لن يحصل على شيء بعد الآن. يمكنه أن يسألك من جديد، وسترى السؤال.',
  },

  logout: {
    title: 'تسجيل الخروج',
    heading: (product) => `تسجيل الخروج من ${product}؟`,
    asked: (app, email) => html`يطلب <b>${app}</b> هذا للحساب ${email}.`,
    you: (email) => html`دخلت بالحساب ${email}. وتواصل التطبيقات المتصلة عملها.`,
    afterwards: (host) => html`بعد ذلك تنتقل إلى <span class="host" id="logout-redirect-host">${host}</span>.`,
    stay: 'البقاء',
    confirm: 'تسجيل الخروج',
    doneTitle: 'تم تسجيل الخروج',
    done: 'سجّلت الخروج',
    doneText: 'في هذا المتصفح. قد تظل التطبيقات المفتوحة تعرفك: سجّل الخروج هناك أيضًا إذا كان غيرك يستخدم هذا الحاسوب.',
    again: 'تسجيل الدخول من جديد',
  },

  home: {
    title: 'حسابك',
    heading: (product) => `حسابات ${product}`,
    text: (product) => `هنا تسجّل الدخول إلى ${product} وتقرر أي التطبيقات يستطيع استخدام حسابك.`,
    signIn: 'تسجيل الدخول',
    apps: 'التطبيقات المتصلة',
  },

  error: {
    stopped: 'توقفنا',
    ours: 'خطأ منا',
    busy: 'مشغول',
    anApp: 'تطبيق ما',
    theApp: 'التطبيق',
    home: (product) => `إلى ${product}`,
    retry: 'حاول من جديد',
    reference: 'المرجع',
    time: 'الوقت',
    code: 'اسم الخطأ',
    developer: 'ما تقوله للمطوّر',
    quote: (sentence, reference) => html`«<span lang="en" dir="ltr">${sentence}</span> المرجع <span class="nowrap">${reference}</span>.»`,
    wait: (minutes) => `يمكنك المحاولة من جديد بأمان بعد ${minutesOf(minutes)}.`,
  },

  reasons: {
    unknown_client: {
      title: () => html`أرسلك إلينا تطبيق لا نعرفه`,
      text: () => html`لم يسجّله أحد عندنا، أو أُزيل. ${nothing} ${notYours}`,
    },
    unknown_redirect: {
      title: (app) => html`ذكر ${app} عنوانًا لا نعرفه`,
      text: (app) => html`لا نستطيع التأكد من أن جوابك سيصل إلى ${app}، فتوقفنا. ${nothing} ${notYours}`,
    },
    ended: {
      title: () => html`انتهى هذا الطلب`,
      text: (app) => html`طال انتظاره، أو أُجيب عنه من قبل. لم يُنقل أي شيء عنك الآن. ارجع إلى ${app} وابدأ هناك من جديد.`,
    },
    not_found: {
      title: () => html`لا توجد صفحة في هذا العنوان`,
      text: () => html`الرابط الذي أتى بك إلى هنا خاطئ أو قديم. ${nothing}`,
    },
    too_many: {
      title: () => html`تكرر هذا كثيرًا`,
      text: () => html`توقفنا قليلًا لحماية الحسابات وبقاء الخدمة. لم يتغير شيء ولم يُنقل أي شيء عنك.`,
    },
    no_cookies: {
      title: () => html`متصفحك لا يحفظ ملفات تعريف الارتباط لهذه الصفحة`,
      text: (app) => html`دونها لا نستطيع تمييز متصفحك من غيره، فتوقفنا. ${nothing} اسمح بها لهذا العنوان ثم ابدأ من جديد في ${app}.`,
    },
    foreign_form: {
      title: () => html`لم يأت هذا النموذج من صفحتنا`,
      text: () => html`ربما حاول موقع آخر أن يجيب بدلًا منك، فتوقفنا. لم يتغير شيء ولم يُنقل أي شيء عنك. افتح الصفحة من جديد وأجب هناك.`,
    },
    moving: {
      title: () => html`ننتقل إلى جهاز آخر`,
      text: () => html`لا يمكن تغيير شيء هنا لبضع دقائق. لم يُحفظ جوابك ولم يُنقل أي شيء عنك، ويبقى كل ما سمحت به من قبل كما هو.`,
    },
    handover: {
      title: () => html`لم يصل تسجيل الدخول إلينا`,
      text: () =>
        html`لم يستطع المنتج الذي تسجل الدخول فيه أن يخبرنا في الوقت المناسب أو بوضوح كافٍ من أنت. لم يُسجَّل دخولك هنا ولم يُنقل أي شيء عنك. عد إلى حيث بدأت وحاول مرة أخرى.`,
    },
  },

  codes: {
    server_error: {
      title: () => html`حدث عطل عندنا`,
      text: () => html`ربما لم يُحفظ جوابك، ولم يُنقل شيء. وقد سجّلنا ما حدث.`,
    },
    temporarily_unavailable: {
      title: () => html`الزوار كثيرون في هذه اللحظة`,
      text: () => html`لم يُحفظ جوابك ولم يُنقل شيء.`,
    },
    access_denied: {
      title: () => html`رُفض الوصول`,
      text: () => html`${nothing}`,
    },
  },

  unreadable: {
    title: (app) => html`أرسل ${app} طلبًا لا نستطيع قراءته`,
    text: () => html`لم نتمكن من معرفة ما يطلبه منك، فتوقفنا. ${nothing} ${notYours}`,
  },
}
