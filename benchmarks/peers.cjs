// The peers of benchmarks/engine.py: reads one JSON question a line, answers with one line.
// Each engine gets what it lets a caller prepare once; none can keep a filled template's parsed form for the next.
"use strict";

const fs = require("fs");
const os = require("os");
const path = require("path");
const readline = require("readline");
const carbone = require("carbone");
const { createReport } = require("docx-templates");
const Docxtemplater = require("docxtemplater");
const { TemplateHandler } = require("easy-template-x");
const PizZip = require("pizzip");

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peers-"));
const handler = new TemplateHandler();
const prepared = {};

const engines = {
  docxtemplater: async ({ template, context }) => {
    const made = new Docxtemplater(new PizZip(template), { paragraphLoop: true, linebreaks: true });
    made.render(context);
    return made.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
  },
  "easy-template-x": async ({ template, context }) => handler.process(template, context),
  "docx-templates": async ({ template, context }) => createReport({ template, data: context, noSandbox: true }),
  carbone: ({ file, context }) =>
    new Promise((done, fail) =>
      carbone.render(file, context, (error, result) => (error ? fail(error) : done(result))),
    ),
};

async function answer(question) {
  if (question.versions) {
    const found = { node: process.version.slice(1) };
    for (const name of Object.keys(engines)) {
      const about = path.join(__dirname, "node_modules", name, "package.json");
      found[name] = JSON.parse(fs.readFileSync(about, "utf-8")).version;
    }
    return found;
  }
  if (question.prepare) {
    const template = Buffer.from(question.template, "base64");
    const file = path.join(folder, `${question.prepare}.docx`); // carbone takes a path
    fs.writeFileSync(file, template);
    prepared[question.prepare] = { template, file, context: question.context };
    const made = await engines[question.prepare](prepared[question.prepare]);
    return { document: Buffer.from(made).toString("base64") };
  }
  const before = process.cpuUsage();
  for (let time = 0; time < question.times; time++) {
    await engines[question.run](prepared[question.run]);
  }
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6 / question.times };
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let found;
    try {
      found = await answer(JSON.parse(line));
    } catch (error) {
      found = { error: String(error.stack || error) };
    }
    process.stdout.write(JSON.stringify(found) + "\n");
  }
  fs.rmSync(folder, { recursive: true });
  process.exit(0);
})();
