#!/usr/bin/env python3
"""What the pure core must not refer to: a clock, a file, a thread, a socket, randomness, the environment.

Run as `symbols.py NM LIBRARY…` it prints each undefined symbol of the libraries that reaches for the world.
"""

import re
import subprocess
import sys

# C functions, by their names without a size or variant suffix (open64, __read_chk, stat64, execve…).
C_NAMES = re.compile(
    r"_*(?:"
    r"clock|clock_\w+|time|times|timespec_get|gettimeofday|localtime(_r)?|mktime|tzset|nanosleep|u?sleep"
    r"|timer\w+|getrandom|getentropy|s?rand(_r|om)?|random|[dejlmn]rand48|arc4random\w*|randombytes\w*|RAND_\w+"
    r"|f?open(at)?\d*|f?open(at)?64|freopen\w*|fdopen|opendir|creat\w*|p?read(v|64|_chk)?|p?write(v|64)?"
    r"|renameat2?|rename|unlink(at)?|remove|rmdir|mkdir(at)?|mk(s|os|d)temp\w*|f?truncate\w*|f?ch(mod|own)\w*"
    r"|f?l?x?stat(at|x|fs|vfs)?(64)?|access|faccessat|link(at)?|symlink(at)?|readlink(at)?|f(data)?sync|mmap\w*"
    r"|socket(pair)?|connect|bind|listen|accept4?|send(to|msg|file\w*)?|recv(from|msg)?|getaddrinfo|poll|select|epoll_\w+"
    r"|v?fork|clone\d?|exec[lv]p?e?|fexecve|posix_spawnp?|system|popen|kill|wait(pid|id)?|pthread_create|thrd_create"
    r"|(secure_)?getenv|setenv|putenv|setlocale|getpid|getuid|gethostname|uname|syscall|ioctl|dlopen"
    r")(_chk|_2)?")

# Parts of the C++ library that do the same, demangled. A path is only text; everything else of filesystem looks.
CXX_NAMES = re.compile(
    r"std::(?:__\w+::)?(?:"
    r"chrono::(?:_V2::)?\w+_clock::now"
    r"|random_device::"
    r"|basic_[io]?f(?:ile)?(?:stream|buf)"
    r"|filesystem::(?!(?:__cxx11::)?path\b|(?:__cxx11::)?filesystem_error\b)"
    r"|thread::_M_start_thread|this_thread::"
    r"|locale::global|locale::locale\(char"
    r"|chrono::(?:current_zone|get_tzdb|locate_zone))")


def undefined(nm, library):
    """The undefined symbols of an archive or object, demangled where they are C++."""
    listing = subprocess.run([nm, "-u", "-C", library], check=True, capture_output=True, text=True).stdout
    return {line.split(None, 1)[1].strip() for line in listing.splitlines() if re.match(r"^\s*[Uwv] ", line)}


def forbidden(symbols):
    """Those of the symbols that the pure core must not refer to, sorted."""
    return sorted(s for s in symbols if (C_NAMES.fullmatch(s.split("@")[0]) or CXX_NAMES.match(s)))


def violations(nm, libraries):
    return [f"{library}: {symbol}" for library in libraries for symbol in forbidden(undefined(nm, library))]


if __name__ == "__main__":
    found = violations(sys.argv[1], sys.argv[2:])
    print("\n".join(found) if found else f"{len(sys.argv) - 2} libraries refer to nothing of the world")
    sys.exit(1 if found else 0)
