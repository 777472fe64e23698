/* Enhances pages that work without it: posts forms in place, keeps answers when the line drops, leaves quickly. */
(() => {
  const announcer = document.getElementById("announcer");
  const say = (text) => { announcer.textContent = ""; setTimeout(() => { announcer.textContent = text; }, 100); };
  const body = (form, button) => {
    const data = new FormData(form);
    const token = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1]; // a new one since signing in again
    if (token) data.set("csrfmiddlewaretoken", token);
    if (button?.name) data.append(button.name, button.value);
    return new URLSearchParams(data);
  };
  const focus = (element) => {
    if (!element) return;
    if (!element.matches("a, button, input, [tabindex]")) element.tabIndex = -1;
    element.focus();
  };
  const busy = (form, on) => {
    form.toggleAttribute("data-sent", on);
    for (const button of form.querySelectorAll("button")) button.ariaBusy = on;
  };
  const widen = () => {
    if (matchMedia("(min-width: 62rem)").matches)
      for (const details of document.querySelectorAll("[data-wide-open]")) details.open = true;
  };

  function offline(form, button) {
    busy(form, false);
    form.querySelector("[data-retry]")?.closest(".problem").remove();
    const notice = document.getElementById("offline").content.firstElementChild.cloneNode(true);
    notice.querySelector("[data-retry]").onclick = () => { notice.remove(); form.requestSubmit(button); };
    form.append(notice);
    focus(notice);
  }

  const saved = (form, kept, turnedAway) => {
    form.querySelector("[data-saved-at]").hidden = !kept;
    form.querySelector("[data-not-saved]").hidden = !turnedAway;
  };

  async function inline(form, button) {
    const selector = form.dataset.inline;
    try {
      const answer = await fetch(form.getAttribute("action") || location.href, {
        method: "POST", body: body(form, button), signal: AbortSignal.timeout(60000),
      });
      if (answer.status > 499) throw answer;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const signedOut = document.body.matches("[data-signed-in]") && !page.body.matches("[data-signed-in]");
      if ("autosave" in form.dataset && (signedOut || [403, 404].includes(answer.status))) {
        busy(form, false);
        saved(form, false, true);
        return focus(form.querySelector("[data-not-saved]"));
      }
      const fresh = page.querySelector(selector);
      const old = document.querySelector(selector);
      if (!fresh) return location.assign(answer.url);
      if (selector === "#main") {
        document.title = page.title;
        history.replaceState({ inline: true }, "");
        if (answer.url !== location.href) history.pushState({ inline: true }, "", answer.url);
      }
      old.replaceWith(fresh);
      widen();
      if (selector === "#main") {
        scrollTo(0, 0);
        focus(fresh.querySelector("[autofocus]") || fresh.querySelector("h1"));
      } else {
        focus(fresh);
        say(announcer.dataset.done);
      }
    } catch {
      offline(form, button);
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.hasAttribute("data-sent")) return event.preventDefault();
    if (navigator.onLine === false) { event.preventDefault(); return offline(form, event.submitter); }
    if (form.dataset.inline) { event.preventDefault(); inline(form, event.submitter); }
    else setTimeout(busy, 20000, form, false);
    busy(form, true);
  });

  let waiting = 0;
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-autosave]");
    if (!form) return;
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      if (form.hasAttribute("data-sent") || !form.isConnected) return;
      const data = body(form);
      data.append("autosave", "1");
      try {
        const answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
        saved(form, answer.status === 204, answer.type === "opaqueredirect" || [403, 404].includes(answer.status));
      } catch { saved(form, false, false); /* the next change, or the submit, tries again */ }
    }, 1500);
  });

  document.addEventListener("click", (event) => {
    const exit = event.target.closest("[data-exit]");
    if (exit) { event.preventDefault(); location.replace(exit.href); }
  });
  addEventListener("popstate", (event) => { if (event.state?.inline) location.reload(); });
  addEventListener("pageshow", () => { for (const form of document.querySelectorAll("[data-sent]")) busy(form, false); });
  widen();
  document.querySelector("form[data-at-once]")?.requestSubmit();
})();
