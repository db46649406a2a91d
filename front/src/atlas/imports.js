// Bringing a register in: a file that is dropped, how far it is up, and a page that goes on by itself.

const drop = document.querySelector("form[data-drop]");
if (drop) watch(drop);

for (const box of document.querySelectorAll("[data-reloads-when-done]")) {
  // A job that moves says itself when it is to be asked for again; one that has ended does not.
  box.addEventListener("htmx:afterSettle", () => {
    const job = box.querySelector(".job");
    if (job && !job.hasAttribute("hx-get")) window.location.reload();
  });
}

function watch(form) {
  const field = form.querySelector('input[type="file"]');
  let entered = 0;
  form.addEventListener("dragenter", (event) => {
    event.preventDefault();
    entered += 1;
    form.classList.add("over");
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("dragleave", () => {
    entered -= 1;
    if (entered <= 0) form.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    entered = 0;
    form.classList.remove("over");
    if (!event.dataTransfer?.files.length) return;
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    if (!field.files.length) return;
    event.preventDefault();
    send(form);
  });
}

function send(form) {
  const box = form.querySelector(".drop-progress");
  const bar = box.querySelector("progress");
  const told = box.querySelector("[data-told]");
  const button = form.querySelector("button");
  const request = new XMLHttpRequest();
  request.open("POST", form.action || window.location.href);
  request.responseType = "document";
  box.hidden = false;
  button.disabled = true;
  request.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
    if (!lengthComputable) return;
    bar.value = loaded / total;
    told.textContent = `${Math.floor((100 * loaded) / total)}%`;
  });
  // All is sent: the bar moves without an end while the server looks at the file.
  request.upload.addEventListener("load", () => bar.removeAttribute("value"));
  request.addEventListener("load", () => {
    const page = request.response;
    if (request.status < 400 && request.responseURL !== window.location.href) {
      window.location.assign(request.responseURL);
      return;
    }
    const refusal = page?.querySelector("#import-refusal, .refusal");
    ended(refusal ? refusal.innerHTML : "");
  });
  request.addEventListener("error", () => ended(""));
  request.send(new FormData(form));

  function ended(html) {
    box.hidden = true;
    bar.value = 0;
    button.disabled = false;
    const place = document.querySelector("#import-refusal");
    if (html) place.innerHTML = html;
    else place.textContent = form.dataset.failed;
    place.scrollIntoView({ block: "nearest" });
  }
}
