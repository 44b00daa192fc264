// Shows buttons for passkeys where the browser can have them, and says in a sentence when one fails.
// allauth's own files (mfa/js) talk to the browser.

(function () {
  'use strict'

  const REASONS = {
    NotAllowedError: 'Nothing was done: it was called off, or took too long.',
    InvalidStateError: 'This device has a passkey for this user already.',
    NotSupportedError: 'This device cannot keep a passkey of this kind.',
    SecurityError: 'The browser allows no passkeys at this address.'
  }

  function tell (text) {
    const place = document.querySelector('[data-passkey-error]')
    if (!place) return
    place.querySelector('[data-passkey-text]').textContent = text
    place.hidden = false
  }

  document.addEventListener('allauth.error', (event) => {
    event.preventDefault()
    const name = event.detail.exception && event.detail.exception.name
    tell(REASONS[name] || 'The passkey could not be used.')
  })

  document.addEventListener('DOMContentLoaded', () => {
    if (!window.PublicKeyCredential) return
    for (const part of document.querySelectorAll('[data-passkey]')) part.hidden = false
    for (const part of document.querySelectorAll('[data-no-passkey]')) part.hidden = true
  })
})()
