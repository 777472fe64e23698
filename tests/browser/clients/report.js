// @xapi/xapi as a provider's system: says of a reference what became of the course. Prints the status of the answer.
const XAPI = require("@xapi/xapi");

const [endpoint, key, secret, course, verb, reference] = process.argv.slice(2);
const client = new XAPI({ endpoint, auth: XAPI.toBasicAuth(key, secret) });

client.sendStatement({ statement: {
  actor: { objectType: "Agent", account: { homePage: "https://provider.example", name: "user-7781" } },
  verb: XAPI.Verbs[verb.toUpperCase()],
  object: { objectType: "Activity", id: course },
  result: { success: verb !== "failed", duration: "PT45M" },
  context: { registration: reference },
  timestamp: new Date().toISOString(),
} }).then((answer) => console.log(answer.status), (error) => {
  console.error(error.response ? error.response.data : error);
  process.exit(1);
});
