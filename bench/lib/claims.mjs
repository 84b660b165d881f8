/** Throws where a server does not issue what it is said to issue: then its figures would be about other work than its name says. */
export function checkClaims({ name, issues }, issued) {
  const wrong = Object.keys({ ...issues, ...issued })
    .filter((member) => issued[member] !== issues[member])
    .map((member) => `${member} is ${issued[member]}, and ${issues[member]} is claimed`)
  if (wrong.length > 0) throw new Error(`${name} does not issue what it claims: ${wrong.join('; ')}.`)
}
