/** Well-known modules that are installed under another name than they are imported by. */
const known: Readonly<Record<string, readonly string[]>> = {
  attr: ["attrs"],
  bs4: ["beautifulsoup4"],
  cv2: ["opencv-python", "opencv-python-headless"],
  Crypto: ["pycryptodome"],
  dateutil: ["python-dateutil"],
  dns: ["dnspython"],
  docx: ["python-docx"],
  dotenv: ["python-dotenv"],
  fitz: ["pymupdf"],
  git: ["gitpython"],
  github: ["pygithub"],
  jose: ["python-jose"],
  jwt: ["pyjwt"],
  magic: ["python-magic"],
  MySQLdb: ["mysqlclient"],
  nacl: ["pynacl"],
  OpenSSL: ["pyopenssl"],
  PIL: ["pillow"],
  pkg_resources: ["setuptools"],
  psycopg2: ["psycopg2-binary"],
  serial: ["pyserial"],
  sklearn: ["scikit-learn"],
  skimage: ["scikit-image"],
  socks: ["pysocks"],
  usb: ["pyusb"],
  yaml: ["pyyaml"],
  zmq: ["pyzmq"],
};

/** A name as package indexes compare it: https://peps.python.org/pep-0503/#normalized-names */
export function normalName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/** What may have to be installed for an import, normalized. */
export function distributionOf(imported: string): readonly string[] {
  const top = imported.split(".")[0] ?? imported;
  const own = [top, imported].map(normalName);
  return [...own, ...(Object.hasOwn(known, top) ? (known[top] ?? []) : [])];
}
