// What the pure core must never do; tests/symbols_test.py fails unless this library is refused.
#include <ctime>

long sample_of_what_is_forbidden() { return std::time(nullptr); }
