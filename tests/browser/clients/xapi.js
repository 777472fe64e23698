// @xapi/xapi: statements, pages, voiding, every kind of document. Prints what it found as JSON.
const XAPI = require("@xapi/xapi");

const [endpoint, key, secret, version, adapter] = process.argv.slice(2);
const client = new XAPI({ endpoint, version, adapter, auth: XAPI.toBasicAuth(key, secret) });
const agent = { objectType: "Agent", account: { homePage: "https://example.org", name: "ada" } };
const activityId = "https://example.org/a";
const said = (verb) => ({
  actor: agent,
  verb: { id: `https://example.org/${verb}`, display: { en: verb } },
  object: { objectType: "Activity", id: activityId, definition: { name: { en: "Fire" } } },
});
// With fetch the client tells that it was refused, but not how.
const status = (request) => request.then((answer) => answer.status, (error) => (error.response ? error.response.status : null));
const etagOf = (answer) => answer.headers.etag || answer.headers.get("etag");

async function main() {
  const found = { about: (await client.getAbout()).data.version };
  const [one] = (await client.sendStatement({ statement: said("began") })).data;
  const [two, three] = (await client.sendStatements({ statements: [said("saw"), said("left")] })).data;
  found.statement = (await client.getStatement({ statementId: one })).data.verb.id;
  const page = (await client.getStatements({ agent, activity: activityId, limit: 2 })).data;
  found.page = page.statements.map((item) => item.id).join() === [three, two].join();
  found.more = (await client.getMoreStatements({ more: page.more })).data.statements.map((item) => item.id).join() === one;
  await client.voidStatement({ actor: agent, statementId: two });
  found.voided = [(await client.getVoidedStatement({ voidedStatementId: two })).data.id === two,
    await status(client.getStatement({ statementId: two }))];
  found.activity = (await client.getActivity({ activityId })).data.definition.name;
  found.person = (await client.getAgent({ agent })).data.objectType;

  const state = { agent, activityId, stateId: "bookmark" };
  await client.createState({ ...state, state: { page: 1 } });
  await client.createState({ ...state, state: { mark: "\u00e9" } });
  found.state = (await client.getState(state)).data;
  found.states = (await client.getStates({ agent, activityId })).data;
  await client.setState({ ...state, state: { page: 2 }, etag: etagOf(await client.getState(state)), matchHeader: "If-Match" });
  found.replaced = (await client.getState(state)).data;
  await client.deleteState(state);
  found.gone = await status(client.getState(state));

  for (const [kind, context] of [["ActivityProfile", { activityId }], ["AgentProfile", { agent }]]) {
    const profile = { ...context, profileId: "likes" };
    await client[`create${kind}`]({ ...profile, profile: { a: 1 } });
    const etag = etagOf(await client[`get${kind}`](profile));
    await client[`set${kind}`]({ ...profile, profile: { b: 2 }, etag, matchHeader: "If-Match" });
    found[kind] = [(await client[`get${kind}`](profile)).data, (await client[`get${kind}s`](context)).data,
      await status(client[`set${kind}`]({ ...profile, profile: {}, etag, matchHeader: "If-Match" }))];
  }
  console.log(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error.response ? error.response.data : error);
  process.exit(1);
});
