"""Needs NM, SAMPLE and CORE (a list of libraries separated by `:`) in the environment; CTest gives them."""

import os
import unittest

import symbols


class Symbols(unittest.TestCase):
    def test_the_pure_core_refers_to_nothing_of_the_world(self):
        libraries = os.environ["CORE"].split(":")
        self.assertEqual(symbols.violations(os.environ["NM"], libraries), [])

    def test_every_library_of_the_core_was_read(self):
        for library in os.environ["CORE"].split(":"):
            with self.subTest(library):
                self.assertNotEqual(symbols.undefined(os.environ["NM"], library), set())

    def test_a_library_that_asks_for_the_time_is_refused(self):
        sample = os.environ["SAMPLE"]
        self.assertEqual(symbols.violations(os.environ["NM"], [sample]), [f"{sample}: time"])

    def test_a_name_is_refused_by_what_it_does_not_by_how_it_looks(self):
        refused = ["clock_gettime", "time", "getrandom", "rand", "random", "open", "open64", "__open_2", "openat64", "read",
                   "__read_chk", "write", "rename", "renameat2", "unlink", "stat", "lstat64", "__fxstat", "statx", "socket",
                   "connect", "fork", "execve", "execvp", "pthread_create", "getenv", "setlocale", "fopen64", "RAND_bytes",
                   "time@GLIBC_2.2.5",
                   "std::chrono::_V2::system_clock::now()", "std::chrono::_V2::steady_clock::now()",
                   "std::random_device::_M_getval()", "std::basic_ifstream<char, std::char_traits<char> >::basic_ifstream()",
                   "std::basic_filebuf<char, std::char_traits<char> >::open(char const*, std::_Ios_Openmode)",
                   "std::filesystem::status(std::filesystem::__cxx11::path const&)", "std::this_thread::sleep_for()",
                   "std::thread::_M_start_thread(std::unique_ptr<std::thread::_State>, void (*)())"]
        accepted = ["memcpy", "strtod", "abort", "EVP_DigestUpdate", "crypto_sign_verify_detached", "pthread_mutex_lock",
                    "flyball::time(int)", "flyball::rollout::now", "timezone_of", "readable", "std::filesystem::__cxx11::path::_M_split_cmpts()",
                    "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::_M_create(unsigned long&, unsigned long)",
                    "boost::json::parse(boost::core::string_view)"]
        self.assertEqual(symbols.forbidden(refused), sorted(refused))
        self.assertEqual(symbols.forbidden(accepted), [])


if __name__ == "__main__":
    unittest.main()
