const vscode = require("vscode");
const { callOf, followThreads, statusOf, tellingWords } = require("./threads.js");

exports.activate = ({ subscriptions }) => {
  const command = vscode.workspace.getConfiguration("heddle").get("command");
  const item = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left);
  item.command = "heddle.attach";
  let threads = new Map();
  const following = followThreads(command, (now) => {
    threads = now;
    const status = statusOf(threads);
    item.text = `$(tools) ${status}`;
    if (status === "") item.hide();
    else item.show();
  });
  const choose = () => {
    const newest = [...threads.values()].sort((a, b) => b.updatedAt - a.updatedAt);
    const items = newest.map(({ id, title, status }) => ({
      label: title,
      description: status,
      id,
    }));
    return vscode.window.showQuickPick(items, { placeHolder: "Thread" });
  };
  const tell = vscode.commands.registerCommand("heddle.tell", async () => {
    const chosen = await choose();
    if (chosen === undefined) return;
    following.call("slash/list", {}, async ({ data }) => {
      const items = tellingWords(data).map((word) => ({
        label: `/${word.name}`,
        description: word.summary,
        word,
      }));
      const picked = await vscode.window.showQuickPick(items, { placeHolder: "Word" });
      const text = picked && (await vscode.window.showInputBox({ prompt: picked.label }));
      if (!text) return;
      const { method, params } = callOf(picked.word, chosen.id, text);
      following.call(method, params);
    });
  });
  const attach = vscode.commands.registerCommand("heddle.attach", async () => {
    const chosen = await choose();
    if (chosen === undefined) return;
    const [shellPath, ...args] = command;
    const shellArgs = [...args, "attach", chosen.id];
    vscode.window.createTerminal({ name: "Heddle", shellPath, shellArgs }).show();
  });
  subscriptions.push(item, following, attach, tell);
};
