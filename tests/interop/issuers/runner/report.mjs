// What is printed of each case, and what is counted.

export class Report {
  passed = 0;
  failed = 0;

  // Whether what was found is what was expected. Both are compared as JSON, with members in any order.
  see(name, expected, found) {
    const [wanted, got] = [expected, found].map(canonical);
    if (wanted === got) {
      this.passed += 1;
      console.log(`ok ${name}`);
      return true;
    }
    this.#fail(name, wanted, got);
    return false;
  }

  // A case that came to no answer.
  broken(name, error) {
    this.#fail(name, 'an answer', `${error.message}${error.cause ? ` (${error.cause.message || error.cause.code})` : ''}`);
  }

  #fail(name, expected, found) {
    this.failed += 1;
    console.log(`not ok ${name}\n  expected: ${expected}\n  found:    ${found}`);
  }
}

function canonical(value) {
  return JSON.stringify(value, (_name, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort())
      : member,
  );
}
