/**
 * A notify icon of Windows Forms by the PowerShell that each Windows has, which WSL starts like any
 * program. Notifications come without buttons; the menu has the same choices. Not run on Windows yet.
 */
export const windowsScript = [
  "powershell.exe",
  ...["-NoLogo", "-NoProfile", "-NonInteractive", "-STA"],
  "-EncodedCommand",
  Buffer.from(powershell(), "utf16le").toString("base64"),
] as const;

function powershell(): string {
  return `
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Windows.Forms, System.Drawing
$icons = @{
  idle = [System.Drawing.SystemIcons]::Application
  working = [System.Drawing.SystemIcons]::Information
  failed = [System.Drawing.SystemIcons]::Error
  needsYou = [System.Drawing.SystemIcons]::Warning
}
$icon = New-Object System.Windows.Forms.NotifyIcon
$icon.Icon = $icons.idle
$icon.Visible = $true

function Say($message) {
  [Console]::Out.WriteLine((ConvertTo-Json -Compress $message))
  [Console]::Out.Flush()
}

function New-Entry($entry) {
  if ($entry.type -eq 'separator') { return New-Object System.Windows.Forms.ToolStripSeparator }
  # A single ampersand would mark the letter behind it as a shortcut.
  $made = New-Object System.Windows.Forms.ToolStripMenuItem ($entry.text -replace '&', '&&')
  if ($entry.type -eq 'label') { $made.Enabled = $false }
  if ($entry.type -eq 'submenu') {
    foreach ($child in $entry.entries) { [void]$made.DropDownItems.Add((New-Entry $child)) }
  }
  if ($entry.type -eq 'item') {
    $made.Tag = $entry.id
    $made.add_Click({ param($chosen) Say @{ type = 'chosen'; id = $chosen.Tag } })
  }
  return $made
}

function Show-View($view) {
  $icon.Icon = $icons[$view.icon]
  # Windows takes 63 letters.
  $icon.Text = $view.tooltip.Substring(0, [Math]::Min(63, $view.tooltip.Length))
  $menu = New-Object System.Windows.Forms.ContextMenuStrip
  foreach ($entry in $view.menu) { [void]$menu.Items.Add((New-Entry $entry)) }
  $menu.add_Opened({ Say @{ type = 'opened' } })
  $before = $icon.ContextMenuStrip
  $icon.ContextMenuStrip = $menu
  if ($before) { $before.Dispose() }
}

function Show-Notice($notice) {
  $kind = if ($notice.urgent) { 'Warning' } else { 'Info' }
  # A balloon without a text is not shown.
  $body = if ($notice.body) { $notice.body } else { ' ' }
  $icon.ShowBalloonTip(10000, $notice.title, $body, $kind)
}

$reader = New-Object System.IO.StreamReader ([Console]::OpenStandardInput())
$script:next = $reader.ReadLineAsync()
$timer = New-Object System.Windows.Forms.Timer
$timer.Interval = 100
$timer.add_Tick({
  while ($script:next.IsCompleted) {
    $line = $script:next.Result
    if ($null -eq $line) { [System.Windows.Forms.Application]::Exit(); return }
    $message = ConvertFrom-Json $line
    if ($message.type -eq 'show') { Show-View $message } else { Show-Notice $message }
    $script:next = $reader.ReadLineAsync()
  }
})
$timer.Start()
Say @{ type = 'ready' }
[System.Windows.Forms.Application]::Run()
$icon.Dispose()
`;
}
