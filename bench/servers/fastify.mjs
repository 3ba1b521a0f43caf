// The usual way in JavaScript: Fastify with twilio's validateRequest and VoiceResponse, and no database.
// node fastify.mjs PORT, with the script's file in BENCH_SCRIPT and the addresses in BENCH_BASE_URL and BENCH_NEXT_STEP.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The packages lie in a folder of their own, not beside this file.
const require = createRequire(`${process.env.BENCH_PACKAGES}/package.json`);
const twilio = require("twilio");
const application = require("fastify")({ logger: false });

const script = JSON.parse(readFileSync(process.env.BENCH_SCRIPT, "utf8")).main;
const { BENCH_TOKEN: token, BENCH_BASE_URL: base, BENCH_NEXT_STEP: next } = process.env;

application.register(require("@fastify/formbody"));

application.post("/voice/step", async (request, reply) => {
  const signature = request.headers["x-twilio-signature"] ?? "";
  if (!twilio.validateRequest(token, signature, base + request.url, request.body)) {
    return reply.code(403).send("Forbidden");
  }
  const spoken = script[request.body.Digits];
  const response = new twilio.twiml.VoiceResponse();
  const gather = response.gather({ ...spoken.gather, action: next });
  for (const [voice, language, text] of spoken.says) {
    gather.say({ voice, language }, text);
  }
  return reply.type("text/xml").send(response.toString());
});

await application.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
