// Loaded before every server of the bench: a process that is ended by a signal would not write down what it has compiled.
process.on('SIGTERM', () => process.exit())
