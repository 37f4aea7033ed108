// Whether JSON documents are what a schema says (JSON Schema 2020-12), as ajv reads it. A member that the schema does not
// know is a fault: the schema is all that a reader of the documents has.
// usage: node documents.mjs SCHEMA <DOCUMENT; prints "valid", or the first fault
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const schema = JSON.parse(readFileSync(process.argv[2], "utf8"));

// The types that a document is composed of: their members stand beside each other.
function composed({ oneOf = [] }) {
  return oneOf.filter(({ $ref }) => $ref).flatMap(({ $ref }) => {
    const name = $ref.replace("#/$defs/", "");
    return [name, ...composed(schema.$defs[name])];
  });
}

const parts = composed(schema);
for (const [name, type] of Object.entries(schema.$defs)) {
  if (type.properties && !parts.includes(name)) type.additionalProperties = false;
}
schema.unevaluatedProperties = false;
// The widths of numbers are notes of whoever wrote the types.
const formats = Object.fromEntries(["uint", "uint8", "uint16", "uint32", "uint64"].map((name) => [name, true]));
const validate = new Ajv2020({ strict: false, formats }).compile(schema);

const text = readFileSync(0, "utf8");
if (text.trim() === "") {
  console.log("no document");
} else if (validate(JSON.parse(text))) {
  console.log("valid");
} else {
  const [{ instancePath, message, params }] = validate.errors;
  console.log(`${instancePath} ${message} ${JSON.stringify(params)}`);
}
