const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** The top-level modules of Python's standard library, also of those that were removed lately. */
export const pythonModules = words(`
__future__ __main__ _thread _typeshed abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit
audioop base64 bdb binascii binhex bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd
code codecs codeop collections colorsys compileall compression concurrent configparser contextlib
contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis
distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch
formatter fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip
hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools
json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap
modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode
operator optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform
plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data
pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select
selectors shelve shlex shutil signal site sitecustomize smtpd smtplib sndhdr socket socketserver
spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct
subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios
test textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc
tty turtle turtledemo types typing unicodedata unittest urllib usercustomize uu uuid venv warnings
wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib
zoneinfo
`);

/** What Ruby brings. */
export const rubyLibraries = words(`
English abbrev base64 benchmark bigdecimal bundler cgi coverage csv date debug delegate did_you_mean
digest drb erb error_highlight etc expect fcntl fiber fiddle fileutils find forwardable getoptlong
io ipaddr irb json logger matrix minitest monitor mutex_m net objspace observer open-uri open3
openssl optparse ostruct pathname pp prettyprint prime pstore psych pty racc rbconfig rdoc readline
reline resolv resolv-replace ripper rubygems securerandom set shellwords singleton socket stringio
strscan syslog tempfile test time timeout tmpdir tsort un uri weakref yaml zlib
`);

/** The headers of C, C++ and POSIX, and those that Linux and Windows bring. */
export const systemHeaders = words(`
assert.h complex.h ctype.h errno.h fenv.h float.h inttypes.h iso646.h limits.h locale.h math.h
setjmp.h signal.h stdalign.h stdarg.h stdatomic.h stdbit.h stdbool.h stdckdint.h stddef.h stdint.h
stdio.h stdlib.h stdnoreturn.h string.h tgmath.h threads.h time.h uchar.h wchar.h wctype.h
aio.h alloca.h cpio.h dirent.h dlfcn.h endian.h err.h execinfo.h fcntl.h fmtmsg.h fnmatch.h ftw.h
getopt.h glob.h grp.h iconv.h ifaddrs.h langinfo.h libgen.h malloc.h memory.h monetary.h mqueue.h
ndbm.h net/if.h netdb.h nl_types.h paths.h poll.h pthread.h pty.h pwd.h regex.h sched.h search.h
semaphore.h spawn.h strings.h stropts.h sysexits.h syslog.h tar.h termios.h trace.h ucontext.h
ulimit.h unistd.h utime.h utmp.h utmpx.h values.h wordexp.h byteswap.h features.h
windows.h winsock2.h ws2tcpip.h direct.h io.h process.h conio.h tchar.h intrin.h immintrin.h
emmintrin.h xmmintrin.h smmintrin.h tmmintrin.h nmmintrin.h arm_neon.h cpuid.h x86intrin.h
shlobj.h shellapi.h shlwapi.h winsock.h wincrypt.h winbase.h windef.h
algorithm any array atomic barrier bit bitset cassert ccomplex cctype cerrno cfenv cfloat charconv
chrono cinttypes ciso646 climits clocale cmath codecvt compare complex concepts condition_variable
coroutine csetjmp csignal cstdalign cstdarg cstdbool cstddef cstdint cstdio cstdlib cstring ctgmath
ctime cuchar cwchar cwctype deque exception execution expected experimental filesystem flat_map
flat_set format forward_list fstream functional future generator initializer_list iomanip ios
iosfwd iostream istream iterator latch limits list locale map mdspan memory memory_resource mutex
new numbers numeric optional ostream print queue random ranges ratio regex scoped_allocator
semaphore set shared_mutex source_location span spanstream sstream stack stacktrace stdexcept
stdfloat stop_token streambuf string string_view strstream syncstream system_error thread tuple
type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector version
`);

/** The frameworks that Apple's systems and Swift itself bring. */
export const swiftModules = words(`
AppKit ARKit AVFoundation AVKit Accelerate Accessibility ActivityKit AppIntents AuthenticationServices
BackgroundTasks CFNetwork CallKit Charts CloudKit Cocoa Combine Contacts CoreAudio CoreBluetooth
CoreData CoreFoundation CoreGraphics CoreImage CoreLocation CoreML CoreMedia CoreMotion CoreServices
CoreSpotlight CoreTelephony CoreText CoreVideo CryptoKit CxxStdlib Darwin Dispatch EventKit Foundation
FoundationEssentials FoundationNetworking FoundationXML GameKit GameplayKit Glibc HealthKit HomeKit
IOKit ImageIO Intents JavaScriptCore LocalAuthentication MapKit MediaPlayer MessageUI Metal MetalKit
MobileCoreServices MultipeerConnectivity Musl NaturalLanguage Network NotificationCenter OSLog
ObjectiveC Observation PDFKit PackageDescription PackagePlugin Photos PhotosUI QuartzCore QuickLook
RealityKit RegexBuilder SafariServices SceneKit Security ServiceManagement SpriteKit StoreKit Swift
SwiftData SwiftUI Synchronization SystemConfiguration Testing UIKit UniformTypeIdentifiers
UserNotifications Vision WatchKit WebKit WidgetKit WinSDK XCTest os simd
`);
