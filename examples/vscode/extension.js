const vscode = require("vscode");
const { followThreads, statusOf } = require("./threads.js");

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
  const attach = vscode.commands.registerCommand("heddle.attach", async () => {
    const newest = [...threads.values()].sort((a, b) => b.updatedAt - a.updatedAt);
    const items = newest.map(({ id, title, status }) => ({
      label: title,
      description: status,
      id,
    }));
    const chosen = await vscode.window.showQuickPick(items, { placeHolder: "Thread" });
    if (chosen === undefined) return;
    const [shellPath, ...args] = command;
    const shellArgs = [...args, "attach", chosen.id];
    vscode.window.createTerminal({ name: "Heddle", shellPath, shellArgs }).show();
  });
  subscriptions.push(item, following, attach);
};
