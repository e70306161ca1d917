// Reads pages from standard input, one JSON a line, and answers each with a line: what is not valid in its HTML.
import { createInterface } from "node:readline";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const RULES = {
  // Django names each of several choices by `for` and by what it holds, as some speech software wants; valid.
  "no-redundant-for": "off",
  // ARIA lets a list have a name.
  "aria-label-misuse": ["error", { allowAnyNamable: true }],
};
const validators = new Map();

function validatorWithout(rules) {
  const key = rules.join();
  if (!validators.has(key)) {
    const off = Object.fromEntries(rules.map((rule) => [rule, "off"]));
    const extended = ["html-validate:standard", "html-validate:a11y"];
    const config = { root: true, extends: extended, rules: { ...RULES, ...off } };
    validators.set(key, new HtmlValidate(new StaticConfigLoader(config)));
  }
  return validators.get(key);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { html, without } = JSON.parse(line);
  const { results } = validatorWithout(without).validateStringSync(html);
  const wrong = results.flatMap(({ messages }) => messages);
  console.log(JSON.stringify(wrong.map((m) => `HTML, line ${m.line}: ${m.message} [${m.ruleId}] ${m.selector ?? ""}`)));
}
