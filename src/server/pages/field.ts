import { type Html, html } from './html.ts'
import { icon } from './icons.ts'

/** One field of a form, with its hint and what is wrong with it. */
export interface FieldParts {
  id: string
  name: string
  label: string
  type?: 'text' | 'email' | 'password'
  autocomplete: string
  value?: string
  hint?: string
  error?: string | undefined
  longest?: number
  required?: boolean
}

/** Draws it: the sentence about an error stays under the field, and is read out with it. */
export function field({ id, name, label, type = 'text', autocomplete, value, hint, error, longest, required = true }: FieldParts): Html {
  const told = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return html`<div class="field">
        <label for="${id}">${label}</label>
        <input id="${id}" name="${name}" type="${type}" autocomplete="${autocomplete}"${value !== undefined && html` value="${value}"`}${longest !== undefined && html` maxlength="${longest}"`}${required && html` required`}${error !== undefined && html` aria-invalid="true"`}${told !== '' && html` aria-describedby="${told}"`}>
        ${hint && html`<p class="field-hint" id="${id}-hint">${hint}</p>`}
        ${error && html`<p class="field-error" id="${id}-error">${icon('alert', 'icon-s')}${error}</p>`}
      </div>`
}
