// For `node --import`: the package koffi is the one beside this file, as it is kept out of the main install.
import module from 'node:module'

// not there in the old Node that only starts the new one
module.registerHooks?.({
  resolve: (specifier, context, next) => next(specifier, specifier === 'koffi' ? { ...context, parentURL: import.meta.url } : context),
})
