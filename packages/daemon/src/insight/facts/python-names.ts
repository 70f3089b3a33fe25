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

/** What may have to be installed for an import, as package indexes normalize names. */
export function distributionOf(imported: string): readonly string[] {
  const top = imported.split(".")[0] ?? imported;
  const own = [top, imported].map((name) => name.toLowerCase().replaceAll(/[-_.]+/g, "-"));
  return [...own, ...(Object.hasOwn(known, top) ? (known[top] ?? []) : [])];
}
