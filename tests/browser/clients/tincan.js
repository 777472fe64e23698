// tincanjs: statements, pages, state and profiles. Prints what it found as JSON.
const TinCan = require("tincanjs");

const [endpoint, username, password] = process.argv.slice(2);
const lrs = new TinCan.LRS({ endpoint, username, password, allowFail: false, version: "1.0.2" });
const agent = new TinCan.Agent({ account: { homePage: "https://example.org", name: "ada" } });
const activity = new TinCan.Activity({ id: "https://example.org/a" });
const said = (verb) => new TinCan.Statement({ actor: agent, verb: { id: `https://example.org/${verb}` }, object: activity });
const call = (method, ...given) => new Promise((resolve, reject) => {
  given[given.length - 1].callback = (error, result) => (error === null ? resolve(result) : reject(new Error(
    `${method}: ${error} ${result && result.responseText}`)));
  lrs[method](...given);
});
const ids = (result) => result.statements.map((item) => item.id).join();

async function main() {
  const found = { about: (await call("about", {})).version };
  const [one, two, three] = ["began", "saw", "left"].map(said);
  await call("saveStatement", one, {});
  await call("saveStatements", [two, three], {});
  found.statement = (await call("retrieveStatement", one.id, { params: {} })).verb.id;
  const page = await call("queryStatements", { params: { agent, activity, limit: 2 } });
  found.page = ids(page) === [three.id, two.id].join();
  found.more = ids(await call("moreStatements", { url: page.more })) === one.id;
  found.verb = ids(await call("queryStatements", { params: { verb: new TinCan.Verb({ id: "https://example.org/saw" }) } })) === two.id;
  const json = { contentType: "application/json" };
  await call("saveState", "bookmark", { page: 1 }, { agent, activity, ...json });
  await call("saveState", "bookmark", { mark: 2 }, { agent, activity, ...json, method: "POST" });
  found.state = (await call("retrieveState", "bookmark", { agent, activity })).contents;
  found.states = (await call("retrieveStateIds", { agent, activity })).join();
  await call("dropState", "bookmark", { agent, activity });
  found.gone = await call("retrieveState", "bookmark", { agent, activity });
  await call("saveActivityProfile", "likes", { a: 1 }, { activity, ...json });
  const kept = await call("retrieveActivityProfile", "likes", { activity });
  await call("saveActivityProfile", "likes", { b: 2 }, { activity, ...json, lastSHA1: kept.etag.replace(/"/g, "") });
  found.ActivityProfile = (await call("retrieveActivityProfile", "likes", { activity })).contents;
  await call("saveAgentProfile", "likes", { c: 3 }, { agent, ...json });
  found.AgentProfile = (await call("retrieveAgentProfile", "likes", { agent })).contents;
  console.log(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
