/**
 * A reason why Weir cannot start or go on, for the person who operates it: one line that says what is wrong and what to
 * do about it. The process prints the message without a stack trace and exits with code 1.
 */
export class StartupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}
