/** Names that differ: what is imported and what is installed, what a build looks for and what the system calls it. Owns these lists. */

/** Lines of "names = package". */
function table(lines: string): ReadonlyMap<string, string> {
  const entries = lines
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [names = '', right = ''] = line.trim().split(' = ');
      return names.split(' ').map((name) => [name, right] as const);
    });
  return new Map(entries);
}

/** Small, as the package index compares names; a package of this very name may exist and be another one. */
const PACKAGES = table(`
  absl = absl-py
  attr = attrs
  barcode = python-barcode
  bio = biopython
  bluetooth = pybluez
  bs4 = beautifulsoup4
  cairo = pycairo
  can = python-can
  corsheaders = django-cors-headers
  crypto cryptodome = pycryptodome
  cv cv2 opencv = opencv-python
  dateutil = python-dateutil
  dbus = dbus-python
  decouple = python-decouple
  discord = discord.py
  dns = dnspython
  docx = python-docx
  dotenv = python-dotenv
  environ = django-environ
  faiss = faiss-cpu
  ffmpeg = ffmpeg-python
  fitz mupdf = pymupdf
  gi = pygobject
  git = gitpython
  github = pygithub
  gitlab = python-gitlab
  google-protobuf = protobuf
  googleapiclient = google-api-python-client
  grpc = grpcio
  hid = hidapi
  jenkins = python-jenkins
  jose = python-jose
  jwt = pyjwt
  kafka = kafka-python
  ldap = python-ldap
  llama-cpp = llama-cpp-python
  magic = python-magic
  memcache = python-memcached
  mpl-toolkits pylab = matplotlib
  multipart = python-multipart
  mysql = mysql-connector-python
  mysqldb = mysqlclient
  nacl = pynacl
  nmap = python-nmap
  opengl = pyopengl
  openssl = pyopenssl
  osgeo = gdal
  pil image = pillow
  pkg-resources = setuptools
  pptx = python-pptx
  pytorch = torch
  rest-framework = djangorestframework
  ruamel = ruamel.yaml
  serial = pyserial
  skimage = scikit-image
  sklearn = scikit-learn
  slugify = python-slugify
  snappy = python-snappy
  socketio = python-socketio
  speech-recognition = SpeechRecognition
  telegram = python-telegram-bot
  tesseract = pytesseract
  umap = umap-learn
  usb = pyusb
  whisper = openai-whisper
  win32api win32com win32con win32gui pythoncom pywintypes = pywin32
  wx = wxpython
  xlib = python-xlib
  yaml = pyyaml
  zmq = pyzmq
`);

const STANDARD_LIBRARY = new Set(
  `abc argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 calendar cgi cmath cmd code codecs collections colorsys
  concurrent configparser contextlib contextvars copy copyreg cprofile crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis
  distutils doctest email ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc getopt getpass
  gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib imp importlib inspect io ipaddress itertools json keyword linecache
  locale logging lzma mailbox marshal math mimetypes mmap msvcrt multiprocessing netrc numbers operator optparse os pathlib pdb pickle
  pickletools pkgutil platform plistlib poplib posixpath pprint profile pstats pty pwd py-compile queue quopri random re readline reprlib
  resource runpy sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat statistics
  string stringprep struct subprocess symtable sys sysconfig syslog tarfile telnetlib tempfile termios textwrap threading time timeit
  tkinter token tokenize tomllib trace traceback tracemalloc tty turtle types typing unicodedata unittest urllib uuid venv warnings wave
  weakref webbrowser winreg winsound wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo`.split(/\s+/),
);

/** What builds look for (a header, a library, a program), and the package of Debian and Ubuntu that has it. */
const SYSTEM_PACKAGES = table(`
  alsa/asoundlib.h asound = libasound2-dev
  bluetooth/bluetooth.h = libbluetooth-dev
  bzlib.h bz2 = libbz2-dev
  cairo cairo.h = libcairo2-dev
  cmake = cmake
  cups/cups.h cups = libcups2-dev
  curl-config curl/curl.h = libcurl4-openssl-dev
  dbus-1 dbus/dbus.h = libdbus-1-dev
  ffi ffi.h libffi = libffi-dev
  freetype ft2build.h freetype2 = libfreetype-dev
  gdal-config gdal.h = libgdal-dev
  geos-config geos_c.h geos_c = libgeos-dev
  gfortran = gfortran
  girepository-2.0 gobject-introspection-1.0 = libgirepository1.0-dev
  git = git
  glib-2.0 glib.h = libglib2.0-dev
  gmp gmp.h = libgmp-dev
  graphviz/cgraph.h cgraph libcgraph = libgraphviz-dev
  hdf5 hdf5.h = libhdf5-dev
  jpeg jpeglib.h libjpeg = libjpeg-dev
  krb5-config krb5.h gssapi/gssapi.h = libkrb5-dev
  lber.h ldap.h ldap = libldap2-dev libsasl2-dev
  libavformat libavcodec = libavformat-dev libavdevice-dev
  libpq-fe.h pg_config pq libpq = libpq-dev
  libxml/xmlversion.h libxml-2.0 xml2-config xslt-config xml2 xslt = libxml2-dev libxslt1-dev
  llvm-config = llvm-dev
  lzma.h lzma = liblzma-dev
  magic.h = libmagic-dev
  make = make
  mysql_config mysql.h mysqlclient mariadb libmariadb = default-libmysqlclient-dev
  ninja = ninja-build
  openblas = libopenblas-dev
  openssl openssl/ssl.h openssl/opensslv.h openssl/evp.h ssl crypto = libssl-dev
  pcap.h pcap = libpcap-dev
  pkg-config = pkg-config
  portaudio portaudio.h portaudio-2.0 = portaudio19-dev
  readline/readline.h readline = libreadline-dev
  sasl/sasl.h sasl2 = libsasl2-dev
  snappy-c.h = libsnappy-dev
  sndfile.h sndfile = libsndfile1-dev
  sql.h sqlext.h odbc = unixodbc-dev
  sqlite3.h sqlite3 = libsqlite3-dev
  swig = swig
  systemd/sd-daemon.h libsystemd = libsystemd-dev
  usb.h libusb.h libusb-1.0 = libusb-1.0-0-dev libudev-dev
  x11/xlib.h x11 = libx11-dev
  yaml.h = libyaml-dev
  zlib zlib.h z = zlib1g-dev
  zmq.h libzmq = libzmq3-dev
`);

function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** The package to install for a name that is used to import it; undefined if they are the same, as far as it is known here. */
export function packageOfImport(name: string): string | undefined {
  return PACKAGES.get(normalise(name));
}

/** Whether Python itself brings a module. */
export function isStandardLibrary(name: string): boolean {
  return STANDARD_LIBRARY.has(normalise(name));
}

/** What to install on Debian and Ubuntu for a header, a library or a program; undefined if it is not known here. */
export function systemPackage(name: string): string | undefined {
  return SYSTEM_PACKAGES.get(name.toLowerCase());
}
