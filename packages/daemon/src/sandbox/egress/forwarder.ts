import { proxySocket } from "./proxy.ts";

/** In the box's own network namespace, so that it is nobody else's. */
const port = 3128;
const url = `http://127.0.0.1:${port}`;
const within = "localhost,127.0.0.1,::1";

/** What clients read. Case matters to some, and Node asks to be told. */
export const proxyEnv: Readonly<Record<string, string>> = {
  HTTP_PROXY: url,
  HTTPS_PROXY: url,
  ALL_PROXY: url,
  NO_PROXY: within,
  http_proxy: url,
  https_proxy: url,
  all_proxy: url,
  no_proxy: within,
  NODE_USE_ENV_PROXY: "1",
};

/**
 * Makes a port of the proxy's socket, because most clients know no other kind of proxy. It says a
 * line once it listens, and passes on what the proxy said last, however abruptly that closed. It is
 * as untrusted as whatever talks to it.
 */
export interface Forwarder {
  /** The command that runs it, to which its file is added. */
  readonly command: string;
  /** The name of its file in the directory that a box shares with the daemon. */
  readonly file: string;
  readonly program: (socket: string, port: number) => string;
}

/**
 * The small one: it is there in some milliseconds and 7 MB. A direction is read only while nothing
 * of it waits to be written, so a connection holds 64 KiB at most.
 */
const inPerl: Forwarder = {
  command: "/usr/bin/perl",
  file: "forward.pl",
  program: (socket, port) => String.raw`use strict;
use Errno qw(EAGAIN EINTR);
use Fcntl;
use Socket qw(:DEFAULT IPPROTO_TCP TCP_NODELAY SHUT_WR);

$SIG{PIPE} = "IGNORE";
my (%socket, %other, %waiting, %heard);

sub watched {
  my ($socket) = @_;
  fcntl($socket, F_SETFL, O_NONBLOCK);
  $socket{fileno $socket} = $socket;
  return fileno $socket;
}

sub open_pair {
  accept(my $client, $_[0]) or return;
  socket(my $proxy, PF_UNIX, SOCK_STREAM, 0) or return;
  connect($proxy, pack_sockaddr_un("${socket}")) or return;
  setsockopt($client, IPPROTO_TCP, TCP_NODELAY, 1);
  my ($one, $two) = (watched($client), watched($proxy));
  ($other{$one}, $other{$two}) = ($two, $one);
  $waiting{$_} = "" for $one, $two;
}

sub end_of {
  my ($from) = @_;
  my $to = $other{$from};
  $heard{$from} = 1;
  shutdown($socket{$to}, SHUT_WR) if $waiting{$to} eq "";
  return unless $heard{$to} && $waiting{$from} eq "" && $waiting{$to} eq "";
  close $socket{$_} for $from, $to;
  delete @$_{$from, $to} for \%socket, \%other, \%waiting, \%heard;
}

sub pass_on {
  my ($to) = @_;
  my $count = syswrite $socket{$to}, $waiting{$to};
  return if !defined $count && ($! == EAGAIN || $! == EINTR);
  substr($waiting{$to}, 0, $count // length $waiting{$to}) = "";
  # Whoever does not take it any more is not read for, but may have last words of its own.
  end_of($other{$to}) if !defined $count || ($waiting{$to} eq "" && $heard{$other{$to}});
}

sub take_from {
  my ($from) = @_;
  my $count = sysread $socket{$from}, $waiting{$other{$from}}, 65536;
  return if !defined $count && ($! == EAGAIN || $! == EINTR);
  return $count ? pass_on($other{$from}) : end_of($from);
}

socket(my $server, PF_INET, SOCK_STREAM, 0) or exit 1;
setsockopt($server, SOL_SOCKET, SO_REUSEADDR, 1);
bind($server, pack_sockaddr_in(${port}, INADDR_LOOPBACK)) && listen($server, 511) or exit 1;
fcntl($server, F_SETFL, O_NONBLOCK);
syswrite STDOUT, "listening\n";
while (1) {
  my ($reading, $writing) = ("", "");
  vec($reading, fileno $server, 1) = 1;
  for my $one (keys %socket) {
    vec($reading, $one, 1) = 1 if !$heard{$one} && $waiting{$other{$one}} eq "";
    vec($writing, $one, 1) = 1 if $waiting{$one} ne "";
  }
  next if select($reading, $writing, undef, undef) < 0;
  for my $one (keys %socket) {
    pass_on($one) if $socket{$one} && vec($writing, $one, 1);
    take_from($one) if $socket{$one} && vec($reading, $one, 1);
  }
  open_pair($server) if vec($reading, fileno $server, 1);
}
`,
};

/** For systems without Perl: Node takes as long to start as a dozen commands, and 45 MB. */
const inNode: Forwarder = {
  command: "node",
  file: "forward.cjs",
  program: (socket, port) => `"use strict";
const net = require("node:net");
const path = ${JSON.stringify(socket)};
process.on("uncaughtException", () => {});
net
  .createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const proxy = net.connect({ path, allowHalfOpen: true });
    client.pipe(proxy).pipe(client);
    client.on("error", () => {}).on("close", () => proxy.destroySoon());
    proxy.on("error", () => {}).on("close", () => client.end().resume());
  })
  .listen(${port}, "127.0.0.1", () => console.log("listening"));
`,
};

/** The one that is found first is used. */
export const forwarders: readonly Forwarder[] = [inPerl, inNode];

/** The files of all forwarders, for the directory at `io` as the box sees it. */
export const forwarderFiles = (io: string): (readonly [name: string, program: string])[] =>
  forwarders.map(({ file, program }) => [file, program(`${io}/${proxySocket}`, port)]);

/** Lines of the box's helper: where there is a way out, it is open before the first command. */
export const forwardScript = (io: string): string => `
forward() {
${forwarders.map(({ command, file }) => `  type -P ${command} >/dev/null && exec ${command} ${io}/${file}`).join("\n")}
}
if [[ -e ${io}/${proxySocket} ]]; then
  exec {forwarder}< <(forward </dev/null)
  if ! read -r <&"$forwarder"; then
    echo 'no way to the granted hosts: neither perl nor node runs in the box' >&2
    exit 1
  fi
  exec {forwarder}<&-
fi`;
