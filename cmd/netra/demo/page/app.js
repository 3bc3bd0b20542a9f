// The page of netra demo: shows what /events tells, sends what a person does.
"use strict";

const texts = {
  id: {
    demo: "demo", phone: "HP pelapor", group: "Grup pengawas", newPhone: "HP baru", restart: "Matikan paksa bot",
    language: "English", operator: "Yang terlihat oleh pengelola", stored: "Yang tersimpan di disk", counts: "Jumlah", log: "Log",
    up: "Bot menyala.", down: "Bot mati, sedang dihidupkan lagi…", lost: "Terputus dari demo, mencoba lagi…",
    restarts: n => ` Dihidupkan ulang ${n} kali.`, write: "Tulis pesan", attach: "Lampirkan foto atau berkas", place: "Kirim lokasi contoh",
    send: "Kirim", hint: "Foto juga dapat ditempel atau diseret ke sini. Enter mengirim, Shift+Enter baris baru.",
    reply: "Balas", answering: "Balasan hanya terbaca di grup ini; pelapor belum menerimanya. Esc membatalkan.", answers: "membalas", location: "Lokasi", photo: "Foto",
    proof: s => `${s.words} pesan pelapor (yang panjang) dicari dalam ${s.files} berkas (${Math.round(s.bytes / 1024)} kB) dan log: ${s.found} ditemukan terbuka.`,
    sample: s => s.file ? `${s.file} berakhir dengan byte ini:\n` : "", empty: "Ketik pesan, misalnya halo, untuk mulai.", emptyGroup: "Laporan akan muncul di sini.",
    netra_sessions: "Percakapan tersimpan", netra_deliveries_unsettled: "Pengiriman belum selesai",
  },
  en: {
    demo: "demo", phone: "Reporter's phone", group: "Supervisors' group", newPhone: "New phone", restart: "Kill the bot",
    language: "Bahasa Indonesia", operator: "What an operator can see", stored: "What is stored on disk", counts: "Counts", log: "Log",
    up: "The bot is up.", down: "The bot is down and being started again…", lost: "Cut off from the demo, trying again…",
    restarts: n => ` Restarts: ${n}.`, write: "Write a message", attach: "Attach a photo or file", place: "Send a sample location",
    send: "Send", hint: "Photos can be pasted or dropped here, too. Enter sends, Shift+Enter starts a line.",
    reply: "Reply", answering: "Only this group reads the reply; the reporter does not get it yet. Esc cancels.", answers: "answers", location: "Location", photo: "Photo",
    proof: s => `${s.words} longer messages of reporters were looked for in ${s.files} files (${Math.round(s.bytes / 1024)} kB) and the log: ${s.found} found in clear.`,
    sample: s => s.file ? `${s.file} ends with these bytes:\n` : "", empty: "Write a message, such as hello, to begin.", emptyGroup: "Reports will appear here.",
    netra_sessions: "Conversations kept", netra_deliveries_unsettled: "Deliveries not settled",
  },
};

const $ = id => document.getElementById(id);
let lang = localStorage.getItem("lang") === "en" ? "en" : "id";
let state = null, lost = false, current = 0, next = null, answering = 0, pressed = false;
const drafts = [];
const t = key => texts[lang][key];

function node(name, props = {}, ...children) {
  const n = Object.assign(document.createElement(name), props);
  n.append(...children);
  return n;
}

// safe copies the few marks that messages have, and nothing else.
function safe(html) {
  const out = document.createDocumentFragment();
  const copy = (from, to) => {
    for (const n of from.childNodes) {
      if (n.nodeType === Node.TEXT_NODE) to.append(n.data);
      else if (["B", "I", "U", "S", "CODE", "PRE"].includes(n.tagName)) { const c = node(n.tagName); copy(n, c); to.append(c); }
      else copy(n, to);
    }
  };
  copy(new DOMParser().parseFromString(html, "text/html").body, out);
  return out;
}

async function post(path, body) {
  const form = body instanceof FormData;
  try {
    return await fetch(path, { method: "POST", body: form ? body : JSON.stringify(body ?? {}) });
  } catch {
    return null; // the page says by itself that it is cut off
  }
}

function bubble(m, mine, press, group) {
  const b = node("div", { className: "bubble" });
  if (m.who) b.append(node("span", { className: "who", textContent: m.who }));
  if (m.answers && group) b.append(node("span", { className: "answers", textContent: `${t("answers")} ${firstLine(m.answers)}` }));
  if (m.picture) b.append(node("a", { href: m.picture, target: "_blank" }, node("img", { src: m.picture, alt: t("photo"), loading: "lazy" })));
  if (m.file) b.append(node("div", { textContent: "📎 " + m.file }));
  if (m.kind) b.append(node("div", { textContent: m.kind === "location" ? "📍 " + t("location") : m.kind }));
  if (m.html) b.append(safe(m.html));
  b.append(node("time", { textContent: m.time }));
  const item = node("div", { className: mine ? "msg mine" : "msg" }, b);
  if (m.buttons) {
    const rows = m.buttons.map(row => node("div", {}, ...row.map(x => node("button", {
      type: "button", textContent: x.label,
      onclick: async () => {
        const all = item.querySelectorAll(".buttons button");
        pressed = true;
        for (const o of all) o.disabled = true;
        if (!(await press(m.id, x.data))?.ok) for (const o of all) o.disabled = false;
      },
    }))));
    item.append(node("div", { className: "buttons" }, ...rows));
  }
  if (group) item.append(node("button", { type: "button", className: "link", textContent: t("reply"), onclick: () => { answering = m.id; show(); $("group-text").focus(); } }));
  return item;
}

// firstLine is how a message of the group begins.
function firstLine(id) {
  const m = state.group.messages.find(x => x.id === id);
  return m ? safe(m.html ?? "").textContent.split("\n")[0].slice(0, 40) : "";
}

// follow says whether a list moves with what comes: until somebody scrolls up.
for (const list of [$("chat"), $("group")]) {
  list.dataset.follow = "yes";
  list.addEventListener("scroll", () => {
    if (Math.abs(list.scrollTop - Number(list.dataset.put)) < 4) return; // we did that
    list.dataset.follow = list.scrollHeight - list.scrollTop - list.clientHeight < 80 ? "yes" : "";
  });
}

function put(list, top) {
  list.scrollTop = top;
  list.dataset.put = list.scrollTop;
}

// come shows what has come: from its beginning, if it is taller than the list,
// and with what it answers still in view.
function come(list, first, m) {
  if (m.answers && list.dataset.top === String(m.answers)) return;
  const tall = list.scrollHeight - first.offsetTop + 8 > list.clientHeight;
  list.dataset.top = tall ? m.id : "";
  put(list, tall ? first.offsetTop - list.offsetTop - 8 : list.scrollHeight);
}

// fill brings a list up to date and touches nothing that stays as it was.
function fill(list, messages, empty, make) {
  const before = new Map([...list.children].map(row => [row.dataset.key, row]));
  const keys = messages.map(m => lang + JSON.stringify(m));
  const opened = ![...before.keys()].some(Boolean);
  let last = null, fresh = null;
  messages.forEach((m, i) => {
    let row = before.get(keys[i]);
    if (row) before.delete(keys[i]);
    else { row = make(m); row.dataset.key = keys[i]; fresh ??= [row, m]; }
    const next = last ? last.nextSibling : list.firstChild;
    if (next !== row) list.insertBefore(row, next);
    last = row;
  });
  for (const row of before.values()) row.remove();
  if (!messages.length) list.replaceChildren(node("p", { className: "empty", textContent: empty }));
  if (opened && messages.length > 3) put(list, list.scrollHeight); // a whole conversation at once: its end
  else if (fresh && list.dataset.follow) come(list, ...fresh);
}

function show() {
  document.documentElement.lang = lang;
  for (const n of document.querySelectorAll("[data-t]")) n.textContent = t(n.dataset.t);
  $("language").textContent = t("language");
  $("language").lang = lang === "id" ? "en" : "id";
  for (const [id, key] of [["attach", "attach"], ["place", "place"], ["send", "send"], ["group-send", "send"]]) {
    $(id).setAttribute("aria-label", t(key)); $(id).title = t(key);
  }
  for (const [id, key] of [["text", "phone"], ["group-text", "group"]]) {
    $(id).placeholder = t("write"); $(id).setAttribute("aria-label", `${t("write")}: ${t(key)}`);
  }
  $("chat").setAttribute("aria-label", t("phone"));
  $("group").setAttribute("aria-label", t("group"));
  $("tabs").setAttribute("aria-label", t("phone"));
  $("answering").hidden = !answering;
  $("answering").textContent = t("answering");
  if (!state) return;
  const status = lost ? t("lost") : (state.up ? t("up") : t("down")) + (state.restarts ? t("restarts")(state.restarts) : "");
  if ($("status").textContent !== status) $("status").textContent = status;
  $("status").className = lost || !state.up ? "bad" : "";
  if (next !== null && next < state.phones.length) { // the phone just bought
    choose(next); next = null;
    $("text").focus();
  }
  current = Math.min(current, state.phones.length - 1);
  const phone = state.phones[current];
  if ($("tabs").children.length !== (state.phones.length < 2 ? 0 : state.phones.length)) {
    $("tabs").replaceChildren(...state.phones.map((p, i) => node("button", { type: "button", textContent: p.name, onclick: () => { choose(i); show(); } })));
  }
  [...$("tabs").children].forEach((b, i) => b.setAttribute("aria-pressed", i === current));
  fill($("chat"), phone.messages, t("empty"), m => bubble(m, !m.bot, (id, data) => post(`phones/${current}/press`, { message: id, data })));
  fill($("group"), state.group.messages, t("emptyGroup"), m => bubble(m, !m.bot, (id, data) => post("group/press", { message: id, data }), true));
  const last = phone.messages.at(-1);
  $("typing").hidden = !(last && !last.bot && state.up);
  if (pressed && (document.activeElement === document.body || document.activeElement?.disabled) && last?.bot) {
    pressed = false; // who uses the keyboard goes on where the question is
    ($("chat").lastElementChild?.querySelector(".buttons button") ?? $("text")).focus({ preventScroll: true });
  }
  const o = state.operator;
  $("proof").textContent = t("proof")(o.stored);
  $("sample").textContent = t("sample")(o.stored) + (o.stored.sample.match(/../g) ?? []).join(" ");
  const log = o.log.slice(-12).join("\n");
  if ($("log").textContent !== log) $("log").textContent = log;
  $("counts").replaceChildren(...Object.entries(o.counts ?? {}).sort().flatMap(([k, v]) => [node("dt", { textContent: t(k) ?? k.replace("netra_", "") }), node("dd", { textContent: v })]));
}

// choose takes another phone in hand, with what was half written on it.
function choose(i) {
  if (i === current) return;
  drafts[current] = $("text").value;
  current = i;
  $("text").value = drafts[i] ?? "";
  $("chat").dataset.follow = "yes";
  $("chat").replaceChildren();
}

function listen() {
  const events = new EventSource("events");
  events.onmessage = e => { state = JSON.parse(e.data); lost = false; show(); };
  events.onerror = () => { lost = true; answering = 0; $("status").textContent = t("lost"); show(); };
}

async function sendFiles(files) {
  if (!files.length) return;
  const form = new FormData();
  form.append("caption", $("text").value.trim());
  for (const f of files) form.append("file", f, f.name);
  const text = $("text").value;
  $("text").value = "";
  $("chat").dataset.follow = "yes";
  if (!(await post(`phones/${current}/files`, form))?.ok) $("text").value = text;
}

function composer(form, box, send) {
  form.onsubmit = e => {
    e.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    const list = form.parentElement.querySelector(".chat");
    list.dataset.follow = "yes";
    send(text).then(r => { if (!r?.ok && !box.value) box.value = text; }); // nothing that was written is lost
  };
  box.onkeydown = e => {
    if (e.key === "Escape" && answering) { answering = 0; show(); }
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); form.requestSubmit(); }
  };
}

composer($("composer"), $("text"), text => post(`phones/${current}/say`, { text }));
composer($("group-composer"), $("group-text"), text => { const message = answering; answering = 0; show(); return post("group/say", { text, message }); });
$("attach").onclick = () => $("files").click();
$("files").onchange = e => { sendFiles([...e.target.files]); e.target.value = ""; };
$("place").onclick = () => post(`phones/${current}/location`);
$("restart").onclick = () => post("restart");
$("language").onclick = () => { lang = lang === "id" ? "en" : "id"; localStorage.setItem("lang", lang); show(); };
$("new-phone").onclick = async () => {
  const r = await post(`phones?lang=${lang}`);
  if (r?.ok) { next = Number(await r.text()); show(); }
};
const device = $("composer").closest(".device");
device.onpaste = e => { const f = [...e.clipboardData.files]; if (f.length) { e.preventDefault(); sendFiles(f); } };
device.ondragover = e => { e.preventDefault(); device.classList.add("over"); };
device.ondragleave = () => device.classList.remove("over");
device.ondrop = e => { e.preventDefault(); device.classList.remove("over"); sendFiles([...e.dataTransfer.files]); };
show();
listen();
