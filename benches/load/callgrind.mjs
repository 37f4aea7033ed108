// What callgrind has counted, by whose source it is. Inlined code counts for the file that it was written in.

// A Map from owner to instructions, of the text of a callgrind.out with names in full.
export function byOwner(text, repository) {
  const owners = new Map();
  let object = '';
  let file = '';
  let isCall = false;
  for (const line of text.split('\n')) {
    const [, name, value] = /^(ob|fl|fi|fe|calls)=(.*)$/.exec(line) ?? [];
    if (name === 'ob') object = value;
    else if (name === 'calls') isCall = true;
    else if (name) file = value;
    else if (/^[\d+*-]/.test(line)) {
      // The line after `calls=` has what the callee has cost, which is counted there.
      if (!isCall) add(owners, ownerOf(file, object, repository), Number(line.split(' ')[1] ?? 0));
      isCall = false;
    }
  }
  return owners;
}

function add(owners, owner, instructions) {
  owners.set(owner, (owners.get(owner) ?? 0) + instructions);
}

const PARTS = [
  [/\/h2-[\d.]+\/src\/hpack\/huffman/, "h2: Huffman decoding of a head's texts (HPACK)"],
  [/\/h2-[\d.]+\/src\/hpack\//, 'h2: the rest of HPACK'],
  [/\/registry\/src\/[^/]+\/(.+?)-\d+\.\d+\.\d+[^/]*\//, '$1'],
  // Of C and assembly, whose paths the crate's build script shortens.
  [/^\/aws-lc\//, 'aws-lc'],
  // As the C library's own build names them.
  [/^\.\/(\w+)\//, 'C library: $1'],
  [/\/rustc\/|\/library\/(core|alloc|std)\//, 'Rust: core, alloc, std'],
];

function ownerOf(file, object, repository) {
  // Where there are no line tables: the C library, and assembly.
  if (file === '???') return `${object.split('/').at(-1)} (without line tables)`;
  for (const [pattern, owner] of PARTS) {
    const found = pattern.exec(file);
    if (found) return owner.replace('$1', found[1] ?? '');
  }
  const own = /(?:^|\/)(crates\/[^/]+|src)\//.exec(file.replace(repository, ''));
  return own ? `ours: ${own[1]}` : file;
}
