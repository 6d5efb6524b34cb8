// Passkeys. A form with data-passkey="ADDRESS" asks that address (POST, with the form's own fields) what is to be
// signed, has the device sign it, puts the answer into the field named `answer`, and is then sent as any form is.
// Words may be replaced, for another language: data-says-none, data-says-waits, data-says-stopped, data-says-failed.
"use strict";
(() => {
  const WORDS = {
    none: "This browser keeps no passkeys here. Use a current Firefox, Chrome, Edge or Safari, over https, and not a private window that forbids them.",
    waits: "Your device now asks for your passkey.",
    stopped: "No passkey was used: it was cancelled, took too long, or this device has none for this site. Nothing was done; try again.",
    known: "This device has a passkey for you here already. Sign in with it.",
    failed: "The site could not be asked. Nothing was done; reload the page and try again.",
  };

  const octets = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (one) => one.charCodeAt(0));
  };
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (list) => (list || []).map((one) => ({ ...one, id: octets(one.id) }));

  const sign = async (asked) => {
    const publicKey = { ...asked, challenge: octets(asked.challenge) };
    if (asked.user) {
      publicKey.user = { ...asked.user, id: octets(asked.user.id) };
      publicKey.excludeCredentials = listed(asked.excludeCredentials);
      return navigator.credentials.create({ publicKey });
    }
    publicKey.allowCredentials = listed(asked.allowCredentials);
    return navigator.credentials.get({ publicKey });
  };

  const told = (credential) => {
    const from = credential.response;
    const response = { clientDataJSON: text(from.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (from[part]) response[part] = text(from[part]);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  };

  const says = (form, word, own) => {
    let line = form.querySelector("[data-passkey-line]");
    if (!line) {
      line = document.createElement("p");
      line.setAttribute("data-passkey-line", "");
      line.setAttribute("role", "status");
      form.append(line);
    }
    line.textContent = own || form.dataset["says" + word[0].toUpperCase() + word.slice(1)] || WORDS[word];
  };

  const ready = () => window.isSecureContext && window.PublicKeyCredential && navigator.credentials;

  const ask = async (form) => {
    const answer = await fetch(form.dataset.passkey, {
      method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "application/json" },
      credentials: "same-origin", redirect: "error",
    });
    const found = await answer.json();
    if (!answer.ok) throw new Error(String(found.says || ""));
    return found;
  };

  const send = async (form, button) => {
    if (!ready()) return says(form, "none");
    button.disabled = true;
    try {
      const asked = await ask(form).catch((error) => {
        says(form, "failed", error instanceof SyntaxError || error instanceof TypeError ? "" : error.message);
        return null;
      });
      if (!asked) return;
      says(form, "waits");
      form.elements.namedItem("answer").value = told(await sign(asked));
      form.submit();
    } catch (error) {
      says(form, error.name === "InvalidStateError" ? "known" : error.name === "SecurityError" ? "none" : "stopped");
    } finally {
      button.disabled = false;
      button.focus();
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches || !form.matches("form[data-passkey]")) return;
    event.preventDefault();
    send(form, event.submitter || form.querySelector("button"));
  });
  const begin = () => {
    if (!ready()) document.querySelectorAll("form[data-passkey]").forEach((form) => says(form, "none"));
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", begin) : begin();
})();
