import Cryptography

/// A file of the platform's web page, named after its content so that it never has to be asked for twice.
struct Asset: Sendable {
  /// Its name: `app.0123456789ab.css`.
  let name: String
  /// What it holds.
  let content: String

  /// The path it is served under.
  var path: String { "/assets/\(name)" }

  private init(_ stem: String, _ ending: String, _ content: String) {
    name = "\(stem).\(SHA256.hex(content.utf8).prefix(12)).\(ending)"
    self.content = content
  }

  /// The page's style.
  static let style = Asset(
    "app", "css",
    """
    :root { color-scheme: light dark; --accent: #7a3cff; --gap: 1rem; --radius: 0.5rem; }
    * { box-sizing: border-box; }
    body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
    header { display: flex; align-items: center; gap: var(--gap); padding: var(--gap) calc(2 * var(--gap)); }
    header img { width: 2rem; height: 2rem; }
    header h1 { margin: 0; font-size: 1.5rem; letter-spacing: -0.01em; }
    main { max-width: 48rem; margin: 0 auto; padding: var(--gap); }
    form { display: flex; gap: var(--gap); margin-bottom: calc(2 * var(--gap)); }
    form input { flex: 1; padding: 0.5rem 0.75rem; border: 1px solid GrayText; border-radius: var(--radius); }
    form button { padding: 0.5rem 1.25rem; border: 0; border-radius: var(--radius); background: var(--accent); color: white; }
    form button:focus-visible, form input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    ol { list-style: none; margin: 0; padding: 0; display: grid; gap: var(--gap); }
    li { padding: var(--gap); border: 1px solid color-mix(in srgb, CanvasText 20%, transparent); border-radius: var(--radius); }
    li h2 { margin: 0 0 0.25rem; font-size: 1.125rem; }
    li p { margin: 0.25rem 0 0; }
    li time { color: var(--accent); font-variant-numeric: tabular-nums; }
    footer { padding: calc(2 * var(--gap)); text-align: center; font-size: 0.875rem; opacity: 0.75; }
    @media (max-width: 30rem) { form { flex-direction: column; } header { padding: var(--gap); } }

    """)

  /// The page's script.
  static let script = Asset(
    "app", "js",
    """
    "use strict";

    const list = document.querySelector("ol");
    const form = document.querySelector("form");
    const state = document.querySelector("footer");

    /** One event as an entry of the list. Text is set as text, so that nothing in it is taken for mark-up. */
    function entry(event) {
      const item = document.createElement("li");
      const title = document.createElement("h2");
      title.textContent = event.title;
      const time = document.createElement("time");
      time.dateTime = event.startsAt;
      time.textContent = new Date(event.startsAt).toLocaleString();
      const place = document.createElement("p");
      place.textContent = event.venue ?? "";
      const text = document.createElement("p");
      text.textContent = event.description;
      item.append(title, time, place, text);
      return item;
    }

    async function show(path) {
      state.textContent = "Loading…";
      const response = await fetch(path, { headers: { Accept: "application/json" } });
      if (!response.ok) {
        state.textContent = response.status === 429 ? "Too many searches: wait a moment." : "That did not work.";
        return;
      }
      const { events } = await response.json();
      list.replaceChildren(...events.map(entry));
      state.textContent = events.length === 1 ? "1 event" : `${events.length} events`;
    }

    form.addEventListener("submit", (submission) => {
      submission.preventDefault();
      const words = new FormData(form).get("q");
      show(words ? `/api/events/search?q=${encodeURIComponent(words)}` : "/api/events");
    });

    show("/api/events");

    """)

  /// The page's picture.
  static let icon = Asset(
    "icon", "svg",
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#7a3cff"/>
    <path d="M8 12h16v12H8zM11 8v6M21 8v6M8 17h16" fill="none" stroke="#fff" stroke-width="2"/></svg>

    """)

  /// All of them.
  static let all = [style, script, icon]
}
