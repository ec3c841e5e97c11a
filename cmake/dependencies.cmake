# What we stand on, by Debian package; docs/dependencies.md says why each is here.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
set(Boost_USE_STATIC_LIBS ON)
set(OPENSSL_USE_STATIC_LIBS ON)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
# Static, so that the agent needs only libc on a device.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a .so)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
set(CMAKE_FIND_LIBRARY_SUFFIXES .so .a)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
find_package(SQLiteCpp REQUIRED)
find_package(CLI11 REQUIRED)

# clang-format needs nothing here; benchmarks and property tests come where they are used.
find_package(benchmark QUIET)
