-- Heddle's threads in Neovim (0.7 or newer). It speaks JSON-RPC, a frame a line, with
-- `heddle rpc --stdio`, which ends with the editor.

local M = { threads = {} }

local needs_you = { waitingForApproval = true, waitingForUser = true }
local at_work = { provisioning = true, queued = true, running = true, landing = true }

local command = { "heddle" }
local restart_after_ms = 5000
local job
local next_id = 0
local waiting = {}

local function send(frame)
  frame.jsonrpc = "2.0"
  vim.fn.chansend(job, vim.json.encode(frame) .. "\n")
end

--- Calls a method of the daemon; `done` takes its result. An error is shown.
function M.call(method, params, done)
  next_id = next_id + 1
  waiting[next_id] = done
  send({ id = next_id, method = method, params = next(params) and params or vim.empty_dict() })
end

local function keep(thread)
  local known = M.threads[thread.id]
  -- A page of the list may come after an event that is newer.
  if known and known.updatedAt > thread.updatedAt then
    return
  end
  M.threads[thread.id] = thread.status ~= "archived" and thread or nil
  if needs_you[thread.status] and not (known and needs_you[known.status]) then
    vim.notify("heddle: " .. vim.fn.strtrans(thread.title) .. " needs you")
  end
  vim.cmd("redrawstatus!")
end

local function list(cursor)
  M.call("thread/list", { cursor = cursor }, function(page)
    vim.tbl_map(keep, page.data)
    if page.nextCursor ~= vim.NIL then
      list(page.nextCursor)
    end
  end)
end

local function receive(frame)
  local done = waiting[frame.id]
  if frame.method == "daemon/event" and frame.params.event.type == "threadChanged" then
    keep(frame.params.event.thread)
  elseif frame.error then
    vim.notify("heddle: " .. frame.error.message, vim.log.levels.ERROR)
  elseif done then
    done(frame.result)
  end
  if frame.id then
    waiting[frame.id] = nil
  end
end

-- Neovim hands out pieces: the first goes on with the line before, the last is not whole yet.
local function lines(take)
  local rest = ""
  return function(_, pieces)
    pieces[1] = rest .. pieces[1]
    rest = table.remove(pieces)
    vim.tbl_map(take, pieces)
  end
end

local function start(...)
  M.threads, waiting = {}, {}
  job = vim.fn.jobstart(vim.list_extend(vim.list_slice(command), { "rpc", "--stdio", ... }), {
    on_stdout = lines(function(line)
      receive(vim.json.decode(line))
    end),
    on_exit = function()
      job, M.threads = nil, {}
      -- A daemon that was stopped stays so until somebody starts it.
      vim.defer_fn(function()
        start("--no-start")
      end, restart_after_ms)
    end,
  })
  local client = { name = "neovim", kind = "editor" }
  M.call("initialize", { protocolVersion = 1, client = client }, function()
    -- In this order nothing is missed between the list and the feed.
    M.call("daemon/subscribe", {}, function()
      list()
    end)
  end)
end

--- For the status line: `%{v:lua.require'heddle'.status()}`.
function M.status()
  local needs, works = 0, 0
  for _, thread in pairs(M.threads) do
    needs = needs + (needs_you[thread.status] and 1 or 0)
    works = works + (at_work[thread.status] and 1 or 0)
  end
  local parts = {}
  if needs > 0 then
    table.insert(parts, needs .. (needs == 1 and " needs you" or " need you"))
  end
  if works > 0 then
    table.insert(parts, works .. " working")
  end
  return table.concat(parts, ", ")
end

--- Chooses a thread, newest first, and attaches to it in a terminal.
function M.choose()
  local threads = vim.tbl_values(M.threads)
  table.sort(threads, function(a, b)
    return a.updatedAt > b.updatedAt
  end)
  local function text(thread)
    return vim.fn.strtrans(thread.title) .. " (" .. thread.status .. ")"
  end
  vim.ui.select(threads, { prompt = "Thread", format_item = text }, function(thread)
    if thread then
      vim.cmd("tabnew")
      vim.fn.termopen(vim.list_extend(vim.list_slice(command), { "attach", thread.id }))
    end
  end)
end

--- `command`: how Heddle is started, `{ "heddle" }` unless given.
function M.setup(options)
  command = options and options.command or command
  if vim.fn.executable(command[1]) == 0 then
    return vim.notify("heddle: " .. command[1] .. " is not there", vim.log.levels.ERROR)
  end
  vim.api.nvim_create_user_command("Heddle", M.choose, { desc = "Attach to a thread of Heddle" })
  start()
end

return M
