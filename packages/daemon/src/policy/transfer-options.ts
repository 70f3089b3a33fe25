import { type Option, type OptionTable, optionTable } from "./program-options.ts";

/** Options of curl that change neither where it connects to, nor what else it reads or runs. */
const curlOptions = optionTable(
  `-# --progress-bar -0 --http1.0 --http1.1 --http2 --http2-prior-knowledge --http3 -1 --tlsv1
   --tlsv1.0 --tlsv1.1 --tlsv1.2 --tlsv1.3 -4 --ipv4 -6 --ipv6 -a --append -b= --cookie= -c=
   --cookie-jar= -C= --continue-at= --compressed --connect-timeout= --create-dirs -d= --data=
   --data-ascii= --data-binary= --data-raw= --data-urlencode= --json= -D= --dump-header= -e=
   --referer= -f --fail --fail-with-body -F= --form= --form-string= -g --globoff -G --get -h --help
   -H= --header= -i --include -I --head -j --junk-session-cookies -J --remote-header-name -k
   --insecure --keepalive --limit-rate= -m= --max-time= -M --manual --max-filesize= -n --netrc -N
   --buffer -o= --output= --output-dir= -O --remote-name --remote-name-all --parallel -Z -q
   --disable -r= --range= -R --remote-time --request= -X= --retry= --retry-delay= --retry-max-time=
   --retry-all-errors --retry-connrefused -s --silent -S --show-error --stderr= -T= --upload-file=
   --trace= --trace-ascii= -u= --user= -A= --user-agent= -v --verbose -V --version -w= --write-out=
   -z= --time-cond= --max-redirs= -E= --cert= --key= --cacert= --capath= --oauth2-bearer= --next -:`,
);
/** Those that say where it connects to. */
const curlHosts = optionTable(
  `-x= --proxy= --preproxy= --url= --socks4= --socks4a= --socks5= --socks5-hostname= --doh-url=`,
);

/** Options of wget that change neither where it connects to, nor what else it reads or runs. */
export const wgetOptions = optionTable(
  `-V --version -h --help -b --background -o= --output-file= -a= --append-output= -d --debug -q
   --quiet -v --verbose -nv -nc -t= --tries= -O= --output-document= --clobber -c --continue
   --progress= --show-progress -N --timestamping -S --server-response --spider -T= --timeout=
   --dns-timeout= --connect-timeout= --read-timeout= -w= --wait= --limit-rate= -4 --inet4-only -6
   --inet6-only --user= --password= -nd --directories -x --force-directories -nH --host-directories
   -P= --directory-prefix= --cut-dirs= --header= --compression= --max-redirect= --save-headers -U=
   --user-agent= --referer= --post-data= --method= --body-data= --content-disposition
   --check-certificate --secure-protocol= --retry-connrefused --cache --parent`,
);

export interface Transfer {
  readonly options: OptionTable;
  /** Options of which the value is a host, or a URL. */
  readonly hosts: ReadonlySet<string>;
  /** Whether, with these options, an answer can send it on to another host. */
  readonly goesOn: (given: readonly Option[]) => boolean;
}

/** Programs that fetch what their words name. */
export const transfers: Readonly<Record<string, Transfer>> = {
  curl: {
    options: new Map([...curlOptions, ...curlHosts, ["-L", "flag"], ["--location", "flag"]]),
    hosts: new Set(curlHosts.keys()),
    goesOn: (given) => given.some(({ name }) => name === "-L" || name === "--location"),
  },
  wget: {
    options: wgetOptions,
    hosts: new Set(),
    goesOn: (given) => given.findLast(({ name }) => name === "--max-redirect")?.value !== "0",
  },
};
