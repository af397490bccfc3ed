/** The widget's own look; nothing of the page reaches into the shadow root but what is inherited, which is reset. */
export const style = `
:host { all: initial; }
* { box-sizing: border-box; }
.root { --bg: #fff; --fg: #18181e; --fg-2: #555561; --line: #d5d5dc; --field: #8a8a97; --red: #a62a21;
  font: 14px/20px system-ui, sans-serif; color: var(--fg); position: fixed; bottom: 16px; right: 16px; z-index: 2147483000; }
.root.left { right: auto; left: 16px; }
@media (prefers-color-scheme: dark) {
  .root { --bg: #1b1b21; --fg: #ececf1; --fg-2: #a9a9b5; --line: #3a3a44; --field: #74747f; --red: #ff9d94; }
}
button { font: inherit; cursor: pointer; border: 0; border-radius: 6px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.open, .send { background: var(--accent); color: var(--on); font-weight: 600; }
.open { padding: 12px 20px; border-radius: 24px; }
.open:focus-visible, .send:focus-visible { outline-color: var(--fg); }
.panel { position: absolute; bottom: 60px; right: 0; width: min(400px, calc(100vw - 32px));
  max-height: min(600px, calc(100vh - 100px)); display: flex; flex-direction: column; gap: 12px; padding: 16px;
  background: var(--bg); border: 1px solid var(--line); border-radius: 10px; }
.left .panel { right: auto; left: 0; }
[hidden] { display: none !important; }
.head { display: flex; align-items: center; gap: 8px; }
.head img { width: 24px; height: 24px; border-radius: 4px; object-fit: cover; }
h2 { font: 600 16px/24px system-ui, sans-serif; margin: 0; flex: 1; overflow-wrap: anywhere; }
.plain { background: none; color: var(--fg-2); padding: 4px 8px; }
.plain:hover { color: var(--fg); }
form { display: flex; flex-direction: column; gap: 8px; }
label { font-weight: 500; }
textarea { font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--field); border-radius: 6px;
  padding: 8px; resize: vertical; min-height: 60px; width: 100%; }
.row { display: flex; justify-content: flex-end; gap: 8px; }
.send { padding: 8px 16px; }
.send:disabled { opacity: .6; cursor: default; }
.examples { display: flex; flex-direction: column; gap: 4px; align-items: flex-start; }
.examples button { text-align: left; padding: 6px 10px; background: none; color: var(--fg); border: 1px solid var(--line); }
.said { overflow-y: auto; overflow-wrap: anywhere; white-space: pre-wrap; }
.trouble { color: var(--red); margin: 0; }
.sources { margin: 0; padding: 0 0 0 20px; color: var(--fg-2); overflow-wrap: anywhere; }
.sources a { color: inherit; }
.note { color: var(--fg-2); margin: 0; }
`;
