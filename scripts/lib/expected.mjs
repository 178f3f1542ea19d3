// An error whose message is all that the user needs: shown without a stack.
export class Expected extends Error {}
